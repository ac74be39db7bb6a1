"""Is a process alive, and is it ready? Alive means that it gets on while there is work, not that it exists."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from redis.exceptions import RedisError


@dataclass(frozen=True, slots=True)
class Health:
    """An answer with its why."""

    ok: bool
    detail: str


class ProgressWatch:
    """Tells whether a process gets on with its work while there is some.

    A server that cannot be asked is no fault of the process: restarting it would not help.
    """

    def __init__(
        self,
        *,
        progress_at: Callable[[], float],
        has_work: Callable[[], bool],
        stall_after: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Count as stalled what has had work for `stall_after` seconds without progress."""
        self._progress_at = progress_at
        self._has_work = has_work
        self._stall_after = stall_after
        self._clock = clock
        self._work_since: float | None = None

    def check(self) -> Health:
        """Return whether there was progress lately, or nothing to do."""
        try:
            work = self._has_work()
        except (RedisError, OSError):
            self._work_since = None
            return Health(True, "the server does not answer; waiting for it")
        now = self._clock()
        if not work:
            self._work_since = None
            return Health(True, "nothing to do")
        if self._work_since is None:
            self._work_since = now
        still = now - max(self._progress_at(), self._work_since)
        if still > self._stall_after:
            return Health(False, f"no progress for {still:.0f} s although there is work")
        return Health(True, "working")


def readiness(ping: Callable[[], object], *, model_loaded: bool) -> Health:
    """Return whether the model is loaded and the server answers."""
    if not model_loaded:
        return Health(False, "the model is not loaded yet")
    try:
        ping()
    except (RedisError, OSError) as error:
        return Health(False, f"the server does not answer: {type(error).__name__}")
    return Health(True, "ready")
