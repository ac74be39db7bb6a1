"""How soon is a system over a fault? As soon as every article that was fed before the fault is done."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError

from chaos.feeding import parsed
from chaos.schedule import Kind
from worker.connection import Client
from worker.publishing.keys import Keys

LOOK_EVERY = 0.05
EntryId = tuple[int, int]


@dataclass(slots=True)
class Marked:
    """A fault that the system is to get over."""

    kind: Kind
    at: float
    newest: EntryId
    """The newest entry that was acknowledged when it came."""
    seconds: float | None = None
    """How long it took until that entry and all before it were done."""


class Recovery:
    """Watches from a thread how far the system has come."""

    def __init__(self, frontier: Callable[[], EntryId], *, clock: Callable[[], float] = time.monotonic) -> None:
        """Ask `frontier` for the entry up to which everything is done."""
        self._frontier = frontier
        self._clock = clock
        self.marked: list[Marked] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recovery", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self.look()
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def mark(self, kind: Kind, *, at: float, newest: EntryId) -> None:
        """Note a fault."""
        self.marked.append(Marked(kind, at, newest))

    def look(self) -> None:
        """Look once which faults the system is over."""
        waiting = [marked for marked in list(self.marked) if marked.seconds is None]
        if not waiting:
            return
        with suppress(RedisError, OSError):  # the server is away: it is not over it
            reached = self._frontier()
            for marked in waiting:
                if marked.newest <= reached:
                    marked.seconds = self._clock() - marked.at

    def seconds(self, kind: Kind) -> list[float]:
        """Return how long it took after each fault of a kind that the system got over."""
        return [marked.seconds for marked in self.marked if marked.kind is kind and marked.seconds is not None]

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            self.look()


def frontier_of(client: Client, keys: Keys, group: str) -> Callable[[], EntryId]:
    """Return what asks a server for the entry up to which everything is done."""

    def frontier() -> EntryId:
        pipe = client.pipeline(transaction=False)
        pipe.xinfo_groups(keys.articles)
        pipe.xpending(keys.articles, group)
        groups, pending = pipe.execute()
        delivered: Any = next(info["last-delivered-id"] for info in groups if info["name"] == group.encode())
        if not pending["pending"]:
            return parsed(delivered)
        milliseconds, number = parsed(pending["min"])
        return milliseconds, number - 1

    return frontier
