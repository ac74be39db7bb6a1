"""How is a fault caused, and how does it end? One short function a kind, and what carries out a plan of them.

A fault is a generator: it does its harm, yields how many seconds are to pass, and undoes what does not undo itself.
"""

import heapq
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

import psutil
from redis.exceptions import RedisError

from chaos import stand_in
from chaos.schedule import Kind, Planned
from chaos.server import NotNow
from chaos.target import Supervised, Target

T = TypeVar("T")
Fault = Generator[float, None, None]
TRY_AGAIN_AFTER = 0.05
AIM_FOR = 3.0
"""Seconds for which it is tried to hit somebody at work; then anybody will do."""
LOOK_EVERY = 0.05
UPGRADE_WITHIN = 30.0
SLOWEST, QUICKEST = 0.4, 0.02
TOO_LITTLE_MEMORY = "1mb"


def kill_child(target: Target, planned: Planned) -> Fault:
    """Kill one child of any worker."""
    _child(target, planned).kill()
    yield 0


def kill_worker(target: Target, planned: Planned) -> Fault:
    """Kill a worker's parent; its children are to end with it."""
    parent = _child(target, planned).parent()
    if parent is None:
        raise NotNow("it has just ended")
    parent.kill()
    yield 0


def kill_intake(target: Target, planned: Planned) -> Fault:
    """Kill an intake."""
    _one(_running(target.intakes), planned).main().kill()
    yield 0


def kill_server(target: Target, planned: Planned) -> Fault:
    """Kill the server and start it again on the same data."""
    target.server.kill()
    yield from _start_again(target, planned)


def power_cut(target: Target, planned: Planned) -> Fault:
    """Kill the server, take from its log what a machine that dies may take, and start it again."""
    target.server.kill()
    target.server.lose_what_is_not_on_disk()
    yield from _start_again(target, planned)


def freeze_child(target: Target, planned: Planned) -> Fault:
    """Stop one child of any worker where it is, and have it go on later."""
    yield from _freeze(_child(target, planned), planned)


def freeze_intake(target: Target, planned: Planned) -> Fault:
    """Stop an intake where it is, and have it go on later."""
    yield from _freeze(_one(_running(target.intakes), planned).main(), planned)


def cut(target: Target, planned: Planned) -> Fault:
    """Cut all connections."""
    target.proxy.cut()
    yield planned.lasts
    target.proxy.accept()


def slow(target: Target, planned: Planned) -> Fault:
    """Slow all connections down."""
    target.proxy.slow(QUICKEST + planned.pick * (SLOWEST - QUICKEST))
    yield planned.lasts
    target.proxy.slow(0)


def hang(target: Target, planned: Planned) -> Fault:
    """Let nothing pass for longer than clients wait."""
    target.proxy.hang()
    yield planned.lasts
    target.proxy.release()


def fill_memory(target: Target, planned: Planned) -> Fault:
    """Have the server refuse whatever takes memory."""
    try:
        target.server.client.config_set("maxmemory", TOO_LITTLE_MEMORY)
    except (RedisError, OSError):
        raise NotNow("the server is away") from None
    yield planned.lasts
    while True:
        with suppress(RedisError, OSError):  # away: it comes back without that limit, but it may also just be starting
            target.server.client.config_set("maxmemory", 0)
            return
        yield TRY_AGAIN_AFTER


def upgrade(target: Target, _planned: Planned) -> Fault:
    """Restart the workers one after the other with the other version of the extractor."""
    target.version = stand_in.NEWER if target.version == stand_in.OLDER else stand_in.OLDER
    for worker in target.workers:
        deadline = time.monotonic() + UPGRADE_WITHIN
        before = worker.restarts
        while time.monotonic() < deadline:
            with suppress(NotNow):
                worker.end(**{stand_in.VERSION: target.version})
                break
            yield TRY_AGAIN_AFTER
        while (worker.restarts == before or not worker.ready) and time.monotonic() < deadline:
            yield LOOK_EVERY


CAUSES: dict[Kind, Callable[[Target, Planned], Fault]] = {
    Kind.KILL_CHILD: kill_child,
    Kind.KILL_WORKER: kill_worker,
    Kind.KILL_INTAKE: kill_intake,
    Kind.KILL_SERVER: kill_server,
    Kind.FREEZE_CHILD: freeze_child,
    Kind.FREEZE_INTAKE: freeze_intake,
    Kind.CUT: cut,
    Kind.SLOW: slow,
    Kind.HANG: hang,
    Kind.FILL_MEMORY: fill_memory,
    Kind.UPGRADE: upgrade,
    Kind.POWER_CUT: power_cut,
}


@dataclass(frozen=True, slots=True)
class Caused:
    """A fault that took place."""

    planned: Planned
    at: float
    """By the clock `time.monotonic`."""


class Attack:
    """Carries out a plan, a step at a time."""

    def __init__(self, target: Target, plan: Sequence[Planned], *, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock of the plan now."""
        self._target = target
        self._clock = clock
        self._start = clock()
        self._numbers = count()
        self._due: list[tuple[float, int, Planned, Fault | None]] = []
        for planned in plan:
            self._put(self._start + planned.at, planned, None)

    @property
    def over(self) -> bool:
        """Whether every fault was caused and has ended."""
        return not self._due

    def step(self) -> Iterator[Caused]:
        """Do what is due, yield the faults that were caused."""
        while self._due and self._due[0][0] <= self._clock():
            _, _, planned, fault = heapq.heappop(self._due)
            begins, at = fault is None, self._clock()
            if fault is None:
                aimed = at - self._start - planned.at < AIM_FOR
                fault = CAUSES[planned.kind](self._target, replace(planned, aimed=aimed))
            try:
                wait = next(fault)
            except NotNow:
                self._put(self._clock() + TRY_AGAIN_AFTER, planned, None)
                continue
            except psutil.NoSuchProcess:  # it ended by itself in this very moment
                self._put(self._clock() + TRY_AGAIN_AFTER, planned, None)
                continue
            except StopIteration:
                continue
            if begins:
                yield Caused(planned, at)
            self._put(self._clock() + wait, planned, fault)

    def _put(self, at: float, planned: Planned, fault: Fault | None) -> None:
        heapq.heappush(self._due, (at, next(self._numbers), planned, fault))


def _start_again(target: Target, planned: Planned) -> Fault:
    yield planned.lasts
    with ThreadPoolExecutor(1) as pool:
        started = pool.submit(target.server.start)
        while not started.done():
            yield LOOK_EVERY
        started.result()


def _freeze(process: psutil.Process, planned: Planned) -> Fault:
    process.suspend()
    yield planned.lasts
    with suppress(psutil.NoSuchProcess):  # it was killed meanwhile
        process.resume()


def _child(target: Target, planned: Planned) -> psutil.Process:
    """Return a worker's child, one that is at work if the fault is aimed."""
    children = [child for worker in _running(target.workers) for child in worker.children()]
    if planned.aimed:
        at_work = stand_in.at_work(target.folder)
        children = [child for child in children if child.pid in at_work]
    return _one(children, planned)


def _running(services: Sequence[Supervised]) -> list[Supervised]:
    running = []
    for service in services:
        with suppress(NotNow):
            service.main()
            running.append(service)
    return running


def _one(victims: Sequence[T], planned: Planned) -> T:
    if not victims:
        raise NotNow("nobody is there")
    return victims[int(planned.pick * len(victims))]
