"""What is attacked? A server, a proxy before it, and the processes that reach it through the proxy."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import structlog

from chaos import stand_in
from chaos.proxy import Proxy
from chaos.server import NotNow, Server
from worker.settings import Settings, load_settings
from worker.supervisor import Service, ServiceFailedError, Supervisor, intake_service, worker_service

ROOT = Path(__file__).resolve().parent.parent
WORKERS = INTAKES = 2
ENDS_WITHIN = 1.0
READY_WITHIN = 120.0
LOOK_EVERY = 0.02
SETTINGS: dict[str, object] = {
    "pipeline": "chaos.stand_in:load",
    "concurrency": 2,
    "batch_size": 25,
    "reclaim_after": 1.5,
    "redispatch_after": 2.0,
    "redis_timeout": 2.0,
    "article_retention": 5.0,
    "stall_after": 8.0,
    "worker_metrics_port": 0,
    "intake_metrics_port": 0,
    "server_port": None,
    "log_level": "warning",
}
"""As by default, but twenty times as impatient: what takes a minute there takes three seconds here."""


class DidNotStartError(Exception):
    """The system is not ready in time; the message says what it logged."""


class Supervised:
    """One service and its supervisor in a thread, as on a machine of its own."""

    def __init__(self, service: Service, supervisor: Supervisor) -> None:
        """Do not start it yet."""
        self.service = service
        self.failure: Exception | None = None
        self._supervisor = supervisor
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=service.name, daemon=True)

    def start(self) -> None:
        """Start it and watch over it."""
        self._thread.start()

    def stop(self) -> None:
        """End it soon, without waiting for its work."""
        self._supervisor.stop_grace = ENDS_WITHIN
        self._stop.set()

    def join(self) -> None:
        """Wait until it has ended."""
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def ready(self) -> bool:
        """Whether it was ready when it was last asked."""
        if self.failure is not None:
            raise self.failure
        return self._supervisor.ready

    @property
    def restarts(self) -> int:
        """How often it was started again."""
        return sum(status.restarts for status in self._supervisor.statuses)

    def main(self) -> psutil.Process:
        """Return its main process."""
        [status] = self._supervisor.statuses
        with suppress(psutil.NoSuchProcess):
            if status.pid is not None and (found := psutil.Process(status.pid).children()):
                return found[0]
        raise NotNow(f"{self.service.name} does not run")

    def children(self) -> list[psutil.Process]:
        """Return the processes that the main one has forked."""
        try:
            return self.main().children()
        except psutil.NoSuchProcess:
            raise NotNow(f"{self.service.name} has just ended") from None

    def end(self, **environment: str) -> None:
        """Have it finish its work, leave, and be started again by its supervisor with these variables."""
        [status] = self._supervisor.statuses
        self.service.environment.update(environment)
        if status.pid is None:
            raise NotNow(f"{self.service.name} does not run")
        with suppress(ProcessLookupError):
            os.kill(status.pid, signal.SIGTERM)

    def _run(self) -> None:
        try:
            self._supervisor.run(self._stop)
        except Exception as error:
            self.failure = error


@dataclass(slots=True)
class Target:
    """All that is there to be hit."""

    folder: Path
    """Where the stand-in keeps its notes."""
    server: Server
    proxy: Proxy
    log: Path
    """Where the processes write their log lines."""
    workers: list[Supervised]
    intakes: list[Supervised] = field(default_factory=list)
    version: str = stand_in.OLDER

    @property
    def services(self) -> list[Supervised]:
        """Everything that is supervised."""
        return [*self.workers, *self.intakes]


def start(hit: Target) -> None:
    """Start every process and wait until all are ready."""
    for service in hit.services:
        service.start()
    deadline = time.monotonic() + READY_WITHIN
    try:
        while not all(service.ready for service in hit.services):
            if time.monotonic() > deadline:
                raise DidNotStartError(_last_lines(hit.log))
            time.sleep(LOOK_EVERY)
    except ServiceFailedError as error:
        raise DidNotStartError(f"{_last_lines(hit.log)}\n{error}") from None


def settings_for(folder: Path, *, fsync: str) -> Settings:
    """Return the settings of a run with its server's data in a folder."""
    return load_settings(**SETTINGS | {"state_directory": folder, "server_fsync": fsync})


@contextmanager
def target(
    folder: Path, *, fsync: str, seconds_an_article: float, version: str = stand_in.OLDER, log: Path | None = None
) -> Iterator[Target]:
    """Start a whole system behind a proxy; give it once it is ready, end it whatever happens."""
    with ExitStack() as stack:
        server = Server(settings_for(folder, fsync=fsync))
        stack.callback(server.stop)
        proxy = stack.enter_context(Proxy(server.socket))
        log = log or folder / "log"
        output = stack.enter_context(log.open("ab"))
        log_to(log)
        behind = server.settings.with_server(f"redis://127.0.0.1:{proxy.port}/0")

        def supervised(kind: str, number: int) -> Supervised:
            # A folder of its own for each: a worker clears that of its metrics when it starts.
            settings = behind.model_copy(update={"state_directory": folder / f"{kind}{number}"})
            service = replace(
                {"intake": intake_service, "worker": worker_service}[kind](settings), name=f"{kind} {number}"
            )
            service.environment.update(
                {
                    "PYTHONPATH": str(ROOT),
                    stand_in.SECONDS: str(seconds_an_article),
                    stand_in.FOLDER: str(folder),
                    stand_in.VERSION: version,
                }
            )
            supervisor = Supervisor([service], stop_grace=20, stall_after=settings.stall_after, output=output)
            return Supervised(service, supervisor)

        workers = [supervised("worker", number) for number in range(1, WORKERS + 1)]
        intakes = [supervised("intake", number) for number in range(1, INTAKES + 1)]
        stack.callback(end, [*workers, *intakes])
        yield Target(folder, server, proxy, log, workers, intakes, version)


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-10:])


def log_to(log: Path) -> None:
    """Have this process write its own log lines there too: the terminal is for the report."""
    lines = log.open("a", encoding="utf-8", buffering=1)
    structlog.configure(
        processors=[structlog.processors.TimeStamper(fmt="iso"), structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.PrintLoggerFactory(lines),
        cache_logger_on_first_use=False,
    )


def end(services: Sequence[Supervised]) -> None:
    """End all at once."""
    for service in services:
        service.stop()
    for service in services:
        service.join()
