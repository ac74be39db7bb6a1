"""Does each alert fire when it should, and does the runbook's way out lead out? Faults caused in a running system.

    python -m deploy.drill [NAME ...]

Starts what docker-compose.yml names (see `deploy.rehearse`), with a copy of the rules in which a minute is four seconds
and of Prometheus' configuration that scrapes each second. Then, for each drill: cause the fault, wait until exactly the
alerts that belong to it fire, do what docs/runbook.md says, wait until no alert is left and every article is done.
"""

import argparse
import json
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from deploy.rehearsal.compose import Service
from deploy.rehearsal.containers import Container, RehearsalError
from deploy.rehearse import ROOT, Running, enter_namespaces, start, wait_until_done, wait_until_scraped

MINUTE = 4
"""Seconds that a minute of the rules takes in a drill."""
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
TEXT = "The town library opened its new reading room on Saturday, and many families came to see the mural. "


@dataclass(frozen=True, slots=True)
class Drill:
    """A fault, the alerts that it must raise, and the way out."""

    cause: Callable[[Running], None]
    alerts: frozenset[str]
    way_out: Callable[[Running], None]


def feed(running: Running, count: int, *, body: str | None = TEXT * 5) -> None:
    """Append articles, or with `body` None what is no article."""
    pipe = running.redis.pipeline(transaction=False)
    for number in range(count):
        message = {"id": f"drill {time.time_ns()} {number}", "body": body} if body else {"no": "article"}
        pipe.xadd("articles", {"data": json.dumps(message)})
    pipe.execute()


def again(running: Running, service: str, count: int = 1) -> None:
    """Start replicas of a service until so many run, as `docker compose up` does."""
    while len(running.of(service)) < count:
        running.engine.wait_until_healthy(running.engine.start(running.services[service]))


def freeze(container: Container) -> None:
    """Stop a container's processes where they are, as a machine does that hangs."""
    processes = psutil.Process(container.launcher.pid).children(recursive=True)
    for process in processes:
        process.send_signal(signal.SIGSTOP)


def kill(running: Running, service: str) -> None:
    """Kill every replica of a service."""
    for container in running.of(service):
        container.kill()


def hang(running: Running) -> None:
    """Have the workers hang in the middle of work."""
    feed(running, 400)
    for container in running.of("worker"):
        freeze(container)
    feed(running, 100)


def replace_what_hangs(running: Running) -> None:
    """No throughput, step 2: a worker that is unhealthy is killed and started again."""
    for container in running.of("worker"):
        health = container.service.health
        if health is None or container.execute(health.command).returncode == 0:
            raise RehearsalError(f"{container.name} hangs, but counts as healthy")
    kill(running, "worker")
    again(running, "worker", 2)


def fall_behind(running: Running) -> None:
    """Have ever more articles wait."""
    for container in running.of("worker"):
        container.stop()
    for _ in range(40 * MINUTE):
        feed(running, 10)
        time.sleep(1)
        if running.prometheus.alerts().get("StancewireLagGrowing") == "firing":
            return


def lose_one(running: Running) -> None:
    """Take one of two workers away while articles wait."""
    time.sleep(16 * MINUTE)  # until there were two a quarter of an hour ago
    running.of("worker")[0].stop()
    deadline = time.monotonic() + 15 * MINUTE
    while running.prometheus.alerts().get("StancewireWorkersFewer") != "firing" and time.monotonic() < deadline:
        if running.redis.xinfo_groups("articles")[0]["lag"] < 500:
            feed(running, 500)
        time.sleep(0.5)


def fail(running: Running) -> None:
    """Feed what is no article, beside some that are."""
    feed(running, 30)
    feed(running, 30, body=None)


def look_at_dead_letters(running: Running) -> None:
    """Dead letters rising, steps 1 to 3: list, show, then drop what nobody can use."""
    intake = running.of("intake")[0]
    listed = intake.execute(["stancewire", "dead", "list", "--json"])
    letters = [json.loads(line) for line in listed.stdout.splitlines()]
    if len(letters) < 30:
        raise RehearsalError(f"dead letters are missing: {listed.stdout}{listed.stderr}")
    dropped = intake.execute(["stancewire", "dead", "drop", "--all", "--yes"])
    if dropped.returncode or running.redis.xlen("articles.dead"):
        raise RehearsalError(f"dead letters cannot be dropped: {dropped.stdout}{dropped.stderr}")


def fill(running: Running) -> None:
    """Leave the server little room."""
    used = running.redis.info("memory")["used_memory"]
    running.redis.config_set("maxmemory", int(used * 1.1))


def make_room(running: Running) -> None:
    """Server memory, steps 1 and 2: trim a topic, raise the limit."""
    valkey = running.of("valkey")[0]
    for command in (["XTRIM", "articles.processed", "MAXLEN", "~", "100"], ["CONFIG", "SET", "maxmemory", "1gb"]):
        done = valkey.execute(["valkey-cli", *command])
        if done.returncode or "ERR" in done.stdout:
            raise RehearsalError(f"{command}: {done.stdout}{done.stderr}")


def set_a_clock_back(running: Running) -> None:
    """Start a worker whose clock is half a minute slow."""
    if not FAKETIME.exists():
        raise RehearsalError(f"no {FAKETIME} (Debian: libfaketime)")
    wrong = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": "-30s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    worker = running.services["worker"]
    running.engine.start(replace(worker, environment={**worker.environment, **wrong}))


def set_it_right(running: Running) -> None:
    """Clock skew: the machine's clock is set again. A library's fake cannot be, so its worker goes."""
    running.of("worker")[-1].stop()


DRILLS = {
    "no-throughput": Drill(
        hang,
        frozenset({"StancewireNoThroughput", "StancewireOldestPendingTooOld", "StancewireWorkerMissing"}),
        replace_what_hangs,
    ),
    "lag-growing": Drill(fall_behind, frozenset({"StancewireLagGrowing"}), lambda running: again(running, "worker", 2)),
    "dead-letters": Drill(
        fail, frozenset({"StancewireDeadLettersRising", "StancewireFailureRatio"}), look_at_dead_letters
    ),
    "no-worker": Drill(
        lambda running: kill(running, "worker"),
        frozenset({"StancewireNoWorker"}),
        lambda running: again(running, "worker", 2),
    ),
    "fewer-workers": Drill(
        lose_one, frozenset({"StancewireWorkersFewer"}), lambda running: again(running, "worker", 2)
    ),
    "no-intake": Drill(
        lambda running: kill(running, "intake"),
        frozenset({"StancewireNoIntake"}),
        lambda running: again(running, "intake"),
    ),
    "server-down": Drill(
        lambda running: kill(running, "valkey"),
        frozenset({"StancewireServerDown"}),
        lambda running: again(running, "valkey"),
    ),
    "server-memory": Drill(fill, frozenset({"StancewireServerMemory"}), make_room),
    "clock-skew": Drill(set_a_clock_back, frozenset({"StancewireClockSkew"}), set_it_right),
}


def hastened(scratch: Path) -> Callable[[Service], Service]:
    """Return what gives Prometheus quicker copies of its files."""
    rules = (ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8")
    rules = re.sub(r"\b(\d+)m\b", lambda match: f"{int(match[1]) * MINUTE}s", rules)
    rules = rules.replace("_age_seconds) > 600", f"_age_seconds) > {10 * MINUTE}").replace("> 500", "> 50")
    settings = (ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8")
    settings = re.sub(r"(interval|timeout): \d+s", r"\1: 1s", settings)
    for name, text in (("alerts.yml", rules), ("prometheus.yml", settings)):
        (scratch / name).write_text(text, encoding="utf-8")

    def adapted(service: Service) -> Service:
        mounts = tuple(
            replace(mount, source=str(scratch / Path(mount.source).name))
            if mount.source.endswith(("alerts.yml", "prometheus.yml"))
            else mount
            for mount in service.mounts
        )
        return replace(service, mounts=mounts)

    return adapted


def follow(running: Running, drill: Drill, *, within: float = 60 * MINUTE) -> tuple[float, float]:
    """Cause, wait for the alerts, find the way out, wait for their end; returns the seconds of both waits."""
    started = time.monotonic()
    drill.cause(running)
    fired: set[str] = set()
    while not drill.alerts <= fired:
        fired |= {name for name, state in running.prometheus.alerts().items() if state == "firing"}
        if time.monotonic() - started > within:
            raise RehearsalError(f"did not fire: {set(drill.alerts) - fired}; fired: {fired}")
        time.sleep(0.5)
    rang = time.monotonic() - started
    drill.way_out(running)
    wait_until_done(running)
    while alerts := running.prometheus.alerts():
        if time.monotonic() - started > 2 * within:
            raise RehearsalError(f"did not end: {alerts}")
        time.sleep(0.5)
    return rang, time.monotonic() - started - rang


def main(arguments: list[str]) -> int:
    """Do the drills that the arguments name, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(DRILLS))
    names = parser.parse_args(arguments).names or list(DRILLS)
    if unknown := set(names) - set(DRILLS):
        parser.error(f"no such drill: {', '.join(unknown)}")
    enter_namespaces("deploy.drill", arguments)
    scratch = Path(tempfile.mkdtemp(prefix="stancewire-drill-"))
    scratch.chmod(0o755)
    failed = 0
    try:
        running = start(ROOT, scratch, scale={}, say=lambda line: print(line, flush=True), adapted=hastened(scratch))
        try:
            wait_until_scraped(running)
            for name in names:
                try:
                    rang, over = follow(running, DRILLS[name])
                    print(f"holds     {name}: rang after {rang:.0f} s, over after {over:.0f} s more", flush=True)
                except RehearsalError as error:
                    failed += 1
                    print(f"FAILS     {name}: {error}", flush=True)
                    break
        finally:
            running.engine.stop()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
