"""A whole system for a test: a real server, intake and Celery workers as processes, and what a test asks of them."""

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil
from redis.exceptions import RedisError

from schemas.messages import DeadArticle, PositionEvent, ProcessedArticle
from worker.connection import connect
from worker.observability.backlog import measure_backlog
from worker.publishing.keys import Keys
from worker.settings import Settings
from worker.supervisor import Service, Supervisor, ask, intake_service, worker_service

HERE = Path(__file__).parent
T = TypeVar("T")


def wait_until(condition: Callable[[], T], *, within: float = 60, what: str = "") -> T:
    """Return what `condition` gives as soon as it is true."""
    deadline = time.monotonic() + within
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what or condition}")
        time.sleep(0.02)


class System:
    """One database of the server, and processes that work on it."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self.settings = settings
        self.client = connect(settings)
        self.keys = Keys()
        self.log = log
        self._supervisors: list[Supervisor] = []

    def start(self, *kinds: str, **settings: object) -> Supervisor:
        """Start processes (`intake`, `worker`) and wait until they are ready; nobody restarts them later."""
        supervisor = self.supervisor(*kinds, **settings)
        supervisor.start()
        wait_until(lambda: supervisor.check() or supervisor.ready, what=f"processes ready; see {self.log}")
        return supervisor

    def supervisor(self, *kinds: str, **settings: object) -> Supervisor:
        """Return a supervisor of processes that it has not started yet."""
        changed = self.settings.model_copy(update=settings)
        services = [self._service(kind, changed) for kind in kinds or ("intake", "worker")]
        supervisor = Supervisor(services, stop_grace=20, stall_after=changed.stall_after, output=self.log.open("ab"))
        self._supervisors.append(supervisor)
        return supervisor

    def _service(self, kind: str, settings: Settings) -> Service:
        service = {"intake": intake_service, "worker": worker_service}[kind](settings)
        service.environment["PYTHONPATH"] = str(HERE)
        return service

    def close(self) -> None:
        for supervisor in self._supervisors:
            supervisor.kill()
            if supervisor.output:
                supervisor.output.close()
        with contextlib.suppress(RedisError):  # it may be gone
            self.client.flushdb()
        self.client.close()

    def feed(self, body: str, **fields: object) -> str:
        """Append an article as any producer does; returns the entry's id."""
        return self.feed_raw(json.dumps({"body": body, **fields}))

    def feed_raw(self, data: str | bytes) -> str:
        return self.client.xadd("articles", {"data": data}).decode()

    def settled(self, *, fed: int, within: float = 60, watched: Supervisor | None = None) -> None:
        """Wait until as many articles as were fed have come to their end and nothing is left pending.

        The processes of `watched` are restarted meanwhile, as in a real system.
        """

        def done() -> bool:
            if watched is not None:
                watched.check()
            backlog = measure_backlog(self.client, self.keys, self.settings)
            return backlog.processed + backlog.dead >= fed and backlog.idle

        wait_until(done, within=within, what=f"{fed} articles done; {self.state()}; see {self.log}")

    def state(self) -> object:
        return measure_backlog(self.client, self.keys, self.settings)

    def messages(self, topic: str) -> list[dict[str, Any]]:
        return [json.loads(fields[b"data"]) for _, fields in self.client.xrange(topic)]

    @property
    def positions(self) -> list[PositionEvent]:
        return [PositionEvent.model_validate(message) for message in self.messages("positions")]

    @property
    def processed(self) -> list[ProcessedArticle]:
        return [ProcessedArticle.model_validate(message) for message in self.messages("articles.processed")]

    @property
    def dead(self) -> list[DeadArticle]:
        return [DeadArticle.model_validate(message) for message in self.messages("articles.dead")]


def processes(supervisor: Supervisor, name: str) -> tuple[psutil.Process, list[psutil.Process]]:
    """Return the main process of a service and the children that it has forked."""
    [pid] = [status.pid for status in supervisor.statuses if status.name == name]
    [main] = psutil.Process(pid).children()
    return main, main.children(recursive=True)


def metrics_of(supervisor: Supervisor, name: str) -> dict[str, float]:
    """Return the samples that a service shows, by name and labels as written."""
    [service] = [service for service in supervisor.services if service.name == name]
    answer = ask(service, "/metrics")
    assert answer is not None, f"{name} shows no metrics"
    lines = (line for line in answer[1].splitlines() if line and not line.startswith("#"))
    return {sample: float(value) for sample, _, value in (line.rpartition(" ") for line in lines)}
