"""What do the processes of a running system use? Memory, open files and connections of each, looked at every second."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from types import TracebackType
from typing import Self

import psutil

from bench.running import System

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process uses at a moment."""

    at: float
    """Seconds since the watch began."""
    memory: int
    """Resident bytes."""
    files: int
    """Open files of every kind, connections among them."""
    connections: int


@dataclass(frozen=True, slots=True)
class Course:
    """How a process did between two moments of a watch."""

    name: str
    memory: tuple[float, ...]
    """Megabytes."""
    files: tuple[int, ...]
    connections: tuple[int, ...]

    @property
    def growth(self) -> float:
        """Memory of the last tenth of the time by that of the first, less one."""
        tenth = max(1, len(self.memory) // 10)
        return median(self.memory[-tenth:]) / median(self.memory[:tenth]) - 1

    def row(self) -> dict[str, object]:
        """Return what a result file holds of it."""
        return {
            "process": self.name,
            "megabytes_first": round(self.memory[0], 1),
            "megabytes_last": round(self.memory[-1], 1),
            "megabytes_most": round(max(self.memory), 1),
            "growth": round(self.growth, 4),
            "files": [min(self.files), max(self.files)],
            "connections": [min(self.connections), max(self.connections)],
        }

    def __str__(self) -> str:
        return (
            f"{self.name:<16} {self.memory[0]:8.1f} MB at first {self.memory[-1]:8.1f} MB at last "
            f"({self.growth:+.1%}), files {min(self.files)} to {max(self.files)}, "
            f"connections {min(self.connections)} to {max(self.connections)}"
        )


@dataclass(slots=True)
class Watch:
    """Looks at every process of a system until its context is left, and takes other figures along."""

    system: System
    figures: Callable[[], Mapping[str, float]] = dict
    every: float = 1.0
    usages: dict[str, list[Usage]] = field(default_factory=dict)
    noted: list[dict[str, float]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _begun: float = 0.0

    def __enter__(self) -> Self:
        """Begin to look."""
        self._begun = time.monotonic()
        processes = named_processes(self.system)
        self._thread = threading.Thread(target=self._look, args=(processes,), name="watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def courses(self, *, since: float = 0.0) -> list[Course]:
        """Return how each process did from a moment on (seconds since the watch began)."""
        return [_course(name, [one for one in usages if one.at >= since]) for name, usages in self.usages.items()]

    def _look(self, processes: Mapping[str, psutil.Process]) -> None:
        while not self._stop.wait(self.every):
            at = time.monotonic() - self._begun
            for name, process in processes.items():
                usage = _usage(process, at)
                if usage is not None:
                    self.usages.setdefault(name, []).append(usage)
            self.noted.append({"at": round(at, 1), **self.figures()})


def named_processes(system: System) -> dict[str, psutil.Process]:
    """Return the processes of a system by what they are."""
    [intake, *_] = system.processes("intake")
    [parent, *children] = system.processes("worker")
    server = psutil.Process(system.client.info("server")["process_id"])
    named = {"server": server, "intake": intake, "worker": parent}
    return named | {f"worker child {number}": child for number, child in enumerate(children, start=1)}


def _usage(process: psutil.Process, at: float) -> Usage | None:
    try:
        with process.oneshot():
            connections = len(process.net_connections("all"))
            return Usage(at, process.memory_info().rss, process.num_fds(), connections)
    except psutil.Error:  # it has ended; whoever asks sees that its figures end
        return None


def _course(name: str, usages: Sequence[Usage]) -> Course:
    return Course(
        name,
        tuple(usage.memory / MEGABYTE for usage in usages),
        tuple(usage.files for usage in usages),
        tuple(usage.connections for usage in usages),
    )
