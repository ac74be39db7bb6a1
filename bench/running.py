"""How is a whole system measured? A server of its own, intake and workers as processes, articles in, outcomes out."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from schemas.envelope import DATA_FIELD
from worker.connection import Client, connect
from worker.embedded import start_embedded_server
from worker.publishing.keys import Keys, partition_keys
from worker.settings import Settings, load_settings
from worker.supervisor import Supervisor, intake_service, worker_service

LOOK_EVERY = 0.01
APPENDED_AT_ONCE = 500


@dataclass(slots=True)
class System:
    """A running system on a server that is empty at first."""

    settings: Settings
    client: Client
    keys: Keys
    supervisor: Supervisor

    def feed(self, payloads: Sequence[bytes]) -> None:
        """Append articles."""
        append(self.client, self.keys.articles, payloads)

    def done(self) -> int:
        """How many articles have come to their end."""
        pipe = self.client.pipeline(transaction=False)
        pipe.xlen(self.keys.processed)
        pipe.xlen(self.keys.dead)
        return sum(pipe.execute())

    def speed(self, payloads: Sequence[bytes]) -> float:
        """Return the articles a second from the first append to the last outcome; all are appended at once."""
        target = self.done() + len(payloads)
        started = time.perf_counter()
        self.feed(payloads)
        wait_until(lambda: self.done() >= target)
        return len(payloads) / (time.perf_counter() - started)

    def processes(self, name: str) -> list[psutil.Process]:
        """Return the processes of a service without its launcher, the main one first."""
        [pid] = [status.pid for status in self.supervisor.statuses if status.name == name]
        return psutil.Process(pid).children(recursive=True)


def append(client: Client, stream: str, payloads: Sequence[bytes]) -> None:
    """Append messages to a stream, some hundreds at a time."""
    for start in range(0, len(payloads), APPENDED_AT_ONCE):
        pipe = client.pipeline(transaction=False)
        for payload in payloads[start : start + APPENDED_AT_ONCE]:
            pipe.xadd(stream, {DATA_FIELD: payload})
        pipe.execute()


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], *, within: float = 1800) -> None:
    """Return as soon as the condition holds."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within:.0f} s")
        time.sleep(LOOK_EVERY)


@contextmanager
def server(**changes: object) -> Iterator[Settings]:
    """Start a server for measurements and give the settings that lead to it."""
    with TemporaryDirectory(prefix="stancewire-bench-") as folder:
        quiet = {"worker_metrics_port": 0, "intake_metrics_port": 0, "server_port": 0, "log_level": "warning"}
        settings = load_settings(state_directory=Path(folder), **quiet | changes)
        with start_embedded_server(settings) as started:
            yield settings.with_server(started.url)


@contextmanager
def system(settings: Settings) -> Iterator[System]:
    """Start intake and workers on an emptied server and give the system once it is ready."""
    client = connect(settings)
    client.flushall()
    settings.state_directory.mkdir(parents=True, exist_ok=True)
    [keys, *_] = partition_keys(prefix=settings.key_prefix, partitions=settings.partitions)
    with (settings.state_directory / "bench.log").open("ab") as log:
        services = [intake_service(settings), worker_service(settings)]
        supervisor = Supervisor(services, stop_grace=20, stall_after=settings.stall_after, output=log)
        try:
            supervisor.start()
            wait_until(lambda: supervisor.check() or supervisor.ready, within=120)
            yield System(settings, client, keys, supervisor)
        finally:
            supervisor.stop()
            client.close()
