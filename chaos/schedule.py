"""Which fault comes when? A seed decides, so that a run can be repeated."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can be done to a system."""

    KILL_CHILD = "kill-child"
    KILL_WORKER = "kill-worker"
    KILL_INTAKE = "kill-intake"
    KILL_SERVER = "kill-server"
    FREEZE_CHILD = "freeze-child"
    FREEZE_INTAKE = "freeze-intake"
    CUT = "cut"
    SLOW = "slow"
    HANG = "hang"
    FILL_MEMORY = "fill-memory"
    UPGRADE = "upgrade"
    POWER_CUT = "power-cut"


USUAL = tuple(kind for kind in Kind if kind is not Kind.POWER_CUT)
"""A power cut may take what was acknowledged with it, so it comes only where it is asked for."""
LASTS = {
    Kind.KILL_SERVER: (0.0, 1.5),
    Kind.POWER_CUT: (0.0, 1.5),
    Kind.FREEZE_CHILD: (2.0, 5.0),
    Kind.FREEZE_INTAKE: (2.5, 5.0),
    Kind.CUT: (0.0, 1.0),
    Kind.SLOW: (1.0, 3.0),
    Kind.HANG: (2.5, 4.0),
    Kind.FILL_MEMORY: (0.5, 2.0),
}
"""Seconds that a fault lasts. Frozen ones come back after their work was given to others (`chaos.target.SETTINGS`), and
a connection hangs for longer than a client waits."""
IN_WORDS = {
    Kind.KILL_CHILD: "SIGKILL of a worker's child process",
    Kind.KILL_WORKER: "SIGKILL of a worker's parent process",
    Kind.KILL_INTAKE: "SIGKILL of an intake",
    Kind.KILL_SERVER: "SIGKILL of the server, which is away for up to 1.5 s",
    Kind.FREEZE_CHILD: "SIGSTOP of a worker's child until others did its work, then SIGCONT",
    Kind.FREEZE_INTAKE: "SIGSTOP of an intake until others did its work, then SIGCONT",
    Kind.CUT: "every connection cut, new ones refused for up to 1 s",
    Kind.SLOW: "every connection slow, up to 0.4 s a message",
    Kind.HANG: "nothing passes through the connections for longer than clients wait",
    Kind.FILL_MEMORY: "server memory full (maxmemory with noeviction)",
    Kind.UPGRADE: "workers restarted with the other version of the extractor, one after the other",
    Kind.POWER_CUT: "SIGKILL of the server, its log cut back to what is surely on disk (only if named)",
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault to come."""

    kind: Kind
    at: float
    """Seconds after the start of the run."""
    lasts: float
    pick: float
    """Which of several victims, and how hard: from 0 up to 1."""
    aimed: bool = True
    """Whether it is to hit somebody at work."""


def plan(
    seed: int, *, seconds: float, every: float, kinds: Sequence[Kind] = USUAL, most: int | None = None
) -> tuple[Planned, ...]:
    """Return faults for so many seconds, one each `every` seconds on average, each kind once a round."""
    dice = random.Random(seed)  # noqa: S311 (no secret)
    planned: list[Planned] = []
    deck: list[Kind] = []
    at = dice.uniform(0.5, 1.5) * every
    while at < seconds and (most is None or len(planned) < most):
        if not deck:
            deck = dice.sample(list(kinds), len(kinds))
        kind = deck.pop()
        planned.append(Planned(kind, at, dice.uniform(*LASTS.get(kind, (0.0, 0.0))), dice.random()))
        at += dice.uniform(0.5, 1.5) * every
    return tuple(planned)
