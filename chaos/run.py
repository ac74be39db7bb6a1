"""How does a chaos run go? Feed and attack, let it settle, run the same articles in calm, compare."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from redis.exceptions import RedisError

from chaos import stand_in
from chaos.articles import payload
from chaos.checker import Leftover, Verdict, judge
from chaos.effects import Effect, read_effects
from chaos.faults import Attack
from chaos.feeding import Feeder, Ledger, append_by, parsed
from chaos.options import Options
from chaos.recovery import Recovery, frontier_of
from chaos.schedule import Kind, plan
from chaos.target import Target, start, target
from worker.observability.backlog import Backlog, measure_backlog
from worker.publishing.keys import Keys

TICK = 0.01
QUIET_FOR = 4.0
"""Seconds without work after which a system has settled; frozen processes have been woken up before."""
CALM_WITHIN = 1800.0
SECONDS_AN_ARTICLE = 0.015
FED_AT_ONCE = 500
KEYS = Keys()
Told = Callable[[str, float], None]
"""Is told a phase and how much of it is done, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What is there when an attack is over and the system has come to rest."""

    ledger: Ledger
    effects: dict[str, Effect]
    leftover: Leftover
    faults: Counter[Kind]
    recovery: dict[Kind, list[float]]
    """Seconds after each fault until everything fed before it was done."""
    seconds: float
    settled_after: float
    computed: int
    """How often an article was begun, the times included that came to nothing or whose results were thrown away."""
    restarts: int
    """How often a supervisor started a process again."""
    cut_connections: int


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run."""

    options: Options
    verdict: Verdict
    aftermath: Aftermath


def run(options: Options, told: Told = lambda _phase, _share: None) -> Report:
    """Attack a system that is started for it, and judge."""
    with TemporaryDirectory(prefix="chaos-") as folder:
        aftermath = attack(Path(folder), options, told)
    calm = []
    for version in (stand_in.OLDER, stand_in.NEWER):
        with TemporaryDirectory(prefix="chaos-") as folder:
            calm.append(calm_effects(Path(folder), aftermath.ledger, version, told))
    verdict = judge(aftermath.ledger.fed, aftermath.effects, calm, aftermath.leftover)
    return Report(options, verdict, aftermath)


def attack(folder: Path, options: Options, told: Told) -> Aftermath:
    """Feed a system and attack it, wait until it has come to rest."""
    told("starting", 0)
    with target(folder, fsync=options.fsync, seconds_an_article=SECONDS_AN_ARTICLE, log=options.log) as hit:
        start(hit)
        client, seconds = hit.server.client, options.minutes * 60
        ledger = Ledger(options.seed)
        rate = options.articles / seconds
        send = append_by(client, KEYS.articles)
        feeder = Feeder(send, ledger, articles=options.articles, rate=rate, wait=lambda: hit.server.away)
        recovery = Recovery(frontier_of(client, KEYS, hit.server.settings.group))

        def compare_what_the_server_remembers() -> None:
            with feeder.lock:
                ledger.server_came_back(parsed(client.xinfo_stream(KEYS.articles)["last-generated-id"]))

        hit.server.came_back = compare_what_the_server_remembers
        faults: Counter[Kind] = Counter()
        began = time.monotonic()
        try:
            feeder.start()
            recovery.start()
            carried_out = Attack(hit, plan(options.seed, seconds=seconds, every=options.every, kinds=options.kinds))
            while not (carried_out.over and feeder.done):
                for caused in carried_out.step():
                    faults[caused.planned.kind] += 1
                    recovery.mark(caused.planned.kind, at=caused.at, newest=ledger.newest)
                told(f"{sum(faults.values())} faults", min(1.0, (time.monotonic() - began) / seconds))
                time.sleep(TICK)
            lasted = time.monotonic() - began
            backlog = settle(hit, within=options.settle_within, told=told)
            settled_after = time.monotonic() - began - lasted - QUIET_FOR
        finally:
            feeder.stop()
            recovery.stop()
        return Aftermath(
            ledger,
            read_effects(client, KEYS),
            Leftover(backlog.pending, backlog.lag, client.hlen(KEYS.attempts)),
            faults,
            {kind: recovery.seconds(kind) for kind in options.kinds},
            lasted,
            settled_after,
            stand_in.computed(folder),
            sum(service.restarts for service in hit.services),
            hit.proxy.cut_connections,
        )


def calm_effects(folder: Path, ledger: Ledger, version: str, told: Told) -> dict[str, Effect]:
    """Return what the same articles give, fed once, where nothing goes wrong."""
    phase = f"calm run, version {version}"
    told(phase, 0)
    with target(folder, fsync="everysec", seconds_an_article=0, version=version) as calm:
        start(calm)
        send = append_by(calm.server.client, KEYS.articles)
        for first in range(0, ledger.count, FED_AT_ONCE):
            send([payload(ledger.seed, number) for number in range(first, min(first + FED_AT_ONCE, ledger.count))])
        deadline = time.monotonic() + CALM_WITHIN
        while not (backlog := _backlog(calm)).idle and time.monotonic() < deadline:
            told(phase, (backlog.processed + backlog.dead) / max(1, ledger.count))
            time.sleep(TICK * 10)
        return read_effects(calm.server.client, KEYS)


def settle(hit: Target, *, within: float, told: Told) -> Backlog:
    """Wait until nothing was left to do for a while, or the time is up."""
    deadline = time.monotonic() + within
    most, idle_since = 1, time.monotonic()
    while True:
        with suppress(RedisError, OSError):
            backlog = _backlog(hit)
            if not backlog.idle:
                idle_since = time.monotonic()
                most = max(most, backlog.lag + backlog.pending)
            told("settling", 1 - (backlog.lag + backlog.pending) / most)
            if time.monotonic() - idle_since > QUIET_FOR or time.monotonic() > deadline:
                return backlog
        for service in hit.services:
            _ = service.ready  # raises where a supervisor has given up
        time.sleep(TICK)


def _backlog(hit: Target) -> Backlog:
    return measure_backlog(hit.server.client, KEYS, hit.server.settings)
