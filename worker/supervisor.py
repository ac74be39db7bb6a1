"""Who watches the processes? Intake and workers run as children: restarted when they end, or when they stop getting on.

"Alive" is not enough: after restarts of the server, Celery workers were seen that run but take no work any more. So
each child is asked over HTTP whether it gets on (see `worker.observability.health`). Children end with this process,
however it ends (see `worker.lifeline`).
"""

import http.client
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import IO

import structlog

from worker import lifeline
from worker.settings import Settings

log = structlog.get_logger(__name__)

CHECK_EVERY = 2.0
ANSWER_WITHIN = 5.0
START_WITHIN = 180.0
GRACE_WHEN_STALLED = 5.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
STEADY_AFTER = 10.0
STARTS_BEFORE_GIVING_UP = 3
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""The processes are the parallelism; threads of number crunchers would only get in each other's way."""
NO_SUPERUSER_WARNING = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
"""Celery's warning is about pickled messages, which we do not accept."""


class ServiceFailedError(Exception):
    """A process that cannot even start; the message names it and its exit code."""


@dataclass(frozen=True, slots=True)
class Service:
    """A process to keep running."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    host: str
    port: int
    """Where it serves metrics and health."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """How a service is doing."""

    name: str
    pid: int | None
    """Of its launcher, whose only child it is."""
    running: bool
    ready: bool
    restarts: int
    port: int
    detail: str


@dataclass(slots=True)
class _Child:
    service: Service
    launched: lifeline.Launched | None = None
    started: float = 0.0
    starts: int = 0
    early_exits: int = 0
    ready: bool = False
    was_ready: bool = False
    answered: float | None = None
    not_before: float = 0.0
    pause: float = SHORTEST_PAUSE
    detail: str = "not started"


@dataclass(slots=True)
class Supervisor:
    """Keeps services running until it is stopped."""

    services: Iterable[Service]
    stop_grace: float
    stall_after: float
    output: IO[bytes] | None = None
    """Where the children write their log lines; None: where this process does."""
    ask: Callable[[Service, str], tuple[int, str] | None] = field(default_factory=lambda: ask)
    clock: Callable[[], float] = time.monotonic
    _children: list[_Child] = field(init=False)

    def __post_init__(self) -> None:
        """Make room for one child a service."""
        self._children = [_Child(service) for service in self.services]

    def start(self) -> None:
        """Start every service."""
        for child in self._children:
            self._start(child)

    def run(self, stop: threading.Event) -> None:
        """Start the services and watch over them until `stop` is set; then stop them."""
        try:
            self.start()
            while not stop.wait(min(CHECK_EVERY, self.stall_after)):
                self.check()
        finally:
            self.stop()

    def check(self) -> None:
        """Look after every service once: restart what has ended or does not get on."""
        for child in self._children:
            if child.launched is None:
                if self.clock() >= child.not_before:
                    self._start(child)
            elif (code := child.launched.poll()) is not None:
                self._ended(child, code)
            else:
                self._examine(child)

    def stop(self) -> None:
        """Stop every service: ask all at once, wait for the grace, kill what is left."""
        running = [child for child in self._children if child.launched is not None]
        for child in running:
            if child.launched is not None and child.launched.poll() is None:
                child.launched.terminate()
        deadline = time.monotonic() + self.stop_grace
        for child in running:
            if child.launched is not None:
                lifeline.wait_or_kill(child.launched, grace=max(0.1, deadline - time.monotonic()))
                child.launched, child.ready, child.detail = None, False, "stopped"

    def kill(self) -> None:
        """Kill every service at once; what they were at is given to others later."""
        for child in self._children:
            if child.launched is not None:
                lifeline.kill(child.launched)
                child.launched, child.ready, child.detail = None, False, "killed"

    @property
    def statuses(self) -> list[ServiceStatus]:
        """How the services are doing."""
        return [
            ServiceStatus(
                child.service.name,
                None if child.launched is None else child.launched.pid,
                child.launched is not None and child.launched.poll() is None,
                child.ready,
                max(0, child.starts - 1),
                child.service.port,
                child.detail,
            )
            for child in self._children
        ]

    @property
    def ready(self) -> bool:
        """Whether every service was ready when it was last asked."""
        return all(child.ready for child in self._children)

    def _start(self, child: _Child) -> None:
        service = child.service
        child.launched = lifeline.launch(
            service.command, grace=self.stop_grace, env=service.environment, output=self.output
        )
        child.started, child.answered, child.ready = self.clock(), None, False
        child.starts += 1
        child.detail = "starting"

    def _ended(self, child: _Child, code: int) -> None:
        log.warning("a process has ended and is started again", service=child.service.name, exit_code=code)
        child.launched, child.ready, child.detail = None, False, f"ended with code {code}"
        if not child.was_ready:
            child.early_exits += 1
            if child.early_exits >= STARTS_BEFORE_GIVING_UP:
                raise ServiceFailedError(f"{child.service.name} does not start: it ended with code {code}; see its log")
        if self.clock() - child.started > STEADY_AFTER:
            child.pause = SHORTEST_PAUSE
        child.not_before = self.clock() + child.pause
        child.pause = min(LONGEST_PAUSE, child.pause * 2)

    def _examine(self, child: _Child) -> None:
        now = self.clock()
        answer = self.ask(child.service, "/live")
        if answer is not None:
            child.answered = now
            status, child.detail = answer
            if status != 200:
                self._restart(child, child.detail)
                return
            ready = self.ask(child.service, "/ready")
            child.ready = ready is not None and ready[0] == 200
            child.was_ready = child.was_ready or child.ready
            return
        child.ready = False
        silent_since = child.started if child.answered is None else child.answered
        if now - silent_since > (START_WITHIN if child.answered is None else self.stall_after):
            self._restart(child, f"no answer for {now - silent_since:.0f} s")

    def _restart(self, child: _Child, why: str) -> None:
        log.warning("a process does not get on and is restarted", service=child.service.name, why=why)
        if child.launched is not None:
            lifeline.stop(child.launched, grace=min(GRACE_WHEN_STALLED, self.stop_grace))
        self._start(child)


def intake_service(settings: Settings) -> Service:
    """Return the intake of these settings as a service."""
    port = _free_port(settings.metrics_host, settings.intake_metrics_port, "intake")
    return Service(
        "intake",
        (sys.executable, "-m", "worker.intake"),
        _environment(settings) | {"STANCEWIRE_INTAKE_METRICS_PORT": str(port)},
        settings.metrics_host,
        port,
    )


def worker_service(settings: Settings) -> Service:
    """Return a Celery worker with its processes as a service."""
    port = _free_port(settings.metrics_host, settings.worker_metrics_port, "worker")
    node = f"stancewire-{os.getpid()}-{port}@%h"
    return Service(
        "worker",
        (sys.executable, "-m", "worker.start", node),
        _environment(settings) | ONE_THREAD | NO_SUPERUSER_WARNING | {"STANCEWIRE_WORKER_METRICS_PORT": str(port)},
        settings.metrics_host,
        port,
    )


def ask(service: Service, path: str) -> tuple[int, str] | None:
    """Return status and text that a service answers with, None where it does not answer."""
    connection = http.client.HTTPConnection(service.host, service.port, timeout=ANSWER_WITHIN)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace").strip()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.environment()}


def _free_port(host: str, wanted: int, service: str) -> int:
    for candidate in (wanted, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                log.warning("port taken; another is used", service=service, port=candidate)
                continue
            return int(probe.getsockname()[1])
    raise ServiceFailedError(f"{service}: no free port on {host}")
