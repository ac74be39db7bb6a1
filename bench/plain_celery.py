#!/usr/bin/env python3
"""What do the faults of a chaos run do to plain Celery? A task an article, with the settings that are known to be best.

    python -m bench.plain_celery [--minutes 1] [--seed 1] [--every 2] [--kinds kill-child kill-server ...] [--json]

The same schedule as `python -m chaos` with the same seed, without the faults of an intake, which it does not have (so
the others come a fifth less often), on the same server behind the same proxy, with two workers of two processes, each
under a supervisor that starts it again when it ends. The articles are the same; a task takes as long as the stand-in
would and appends one result to a stream, again and again until the server takes it.

Settings: acks_late, reject_on_worker_lost, prefetch 1, a visibility timeout of 10 s (above any task and any fault) with
lost messages looked for each second, remote control on. In the end the workers are restarted, as an operator would if
some were deaf, and everything may be delivered again. What is lost after that is lost.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from chaos import stand_in
from chaos.effects import ARTICLE_ID
from chaos.faults import Attack
from chaos.feeding import Feeder, Ledger, Send
from chaos.options import Options, read_options
from chaos.proxy import Proxy
from chaos.run import SECONDS_AN_ARTICLE
from chaos.schedule import USUAL, Kind, plan
from chaos.server import NotNow, Server
from chaos.target import ROOT, WORKERS, Supervised, Target, end, log_to, settings_for
from worker.connection import broker_url
from worker.supervisor import NO_SUPERUSER_WARNING, ONE_THREAD, Service, Supervisor

BROKER, RESULT_SERVER = "PLAIN_CELERY_BROKER", "PLAIN_CELERY_RESULTS"
QUEUE, UNACKNOWLEDGED, RESULTS = "celery", "unacked", "results"
VISIBILITY_TIMEOUT = 10
QUIET_FOR = 3 * VISIBILITY_TIMEOUT
SETTLE_WITHIN = 1800.0
TICK = 0.02
KINDS = tuple(kind for kind in USUAL if kind not in {Kind.KILL_INTAKE, Kind.FREEZE_INTAKE})

app = Celery("plain", broker=os.environ.get(BROKER))
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=True,
    worker_proc_alive_timeout=60,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_TIMEOUT,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": 30.0,
        "socket_connect_timeout": 2.0,
        "socket_keepalive": True,
        "health_check_interval": 25,
    },
)


@app.task(name="plain.process")  # type: ignore[untyped-decorator]
def process(article: str) -> None:
    """Take as long as an article takes, then append one result."""
    with stand_in.noted(Path(os.environ[stand_in.FOLDER])):
        time.sleep(SECONDS_AN_ARTICLE)
    while True:
        with suppress(RedisError, OSError):
            _results(os.getpid()).xadd(RESULTS, {"article": article})
            return
        time.sleep(0.1)


@cache
def _results(_pid: int) -> Redis:
    client: Redis = Redis.from_url(os.environ[RESULT_SERVER], socket_timeout=2.0)
    return client


@dataclass(frozen=True, slots=True)
class Losses:
    """What came of a run."""

    faults: Counter[Kind]
    fed: int
    lost: int
    doubled: int
    stuck: int
    """Tasks that are still there in the end and that nobody works on; not counted as lost."""
    restarts: int


def run(options: Options) -> Losses:
    """Attack plain Celery, wait, count."""
    schedule = plan(options.seed, seconds=options.minutes * 60, every=options.every, kinds=USUAL)
    schedule = tuple(planned for planned in schedule if planned.kind in options.kinds)
    with TemporaryDirectory(prefix="plain-") as folder, plain_target(Path(folder), options) as hit:
        for worker in hit.workers:
            worker.start()
        ledger = Ledger(options.seed)
        rate = options.articles / (options.minutes * 60)
        feeder = Feeder(send_to(broker_url(hit.server.settings)), ledger, articles=options.articles, rate=rate)
        faults: Counter[Kind] = Counter()
        try:
            feeder.start()
            attack = Attack(hit, schedule)
            while not (attack.over and feeder.done):
                faults.update(caused.planned.kind for caused in attack.step())
                time.sleep(TICK)
            for worker in hit.workers:  # some may be deaf
                with suppress(NotNow):
                    worker.end()
            settle(hit.server.client)
        finally:
            feeder.stop()
        return count(hit, ledger, faults)


def count(hit: Target, ledger: Ledger, faults: Counter[Kind]) -> Losses:
    """Compare what was fed with the results."""
    client = hit.server.client
    entries: Any = client.xrange(RESULTS)
    results = Counter(result[b"article"].decode() for _, result in entries)
    waiting = int(client.llen(QUEUE)) + int(client.hlen(UNACKNOWLEDGED))
    missing = sum(fed.certainly > 0 and not results[article] for article, fed in ledger.fed.items())
    doubled = sum(results[article] > fed.certainly + fed.perhaps for article, fed in ledger.fed.items())
    restarts = sum(worker.restarts for worker in hit.workers)
    return Losses(faults, len(ledger.fed), max(0, missing - waiting), doubled, waiting, restarts)


def settle(client: Redis) -> None:
    """Wait until nothing has come or gone for longer than it takes to deliver a message again."""
    deadline = time.monotonic() + SETTLE_WITHIN
    seen, since = (0, 0, 0), time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - since < QUIET_FOR:
        now = (client.xlen(RESULTS), client.llen(QUEUE), client.hlen(UNACKNOWLEDGED))
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(TICK * 10)


@contextmanager
def plain_target(folder: Path, options: Options) -> Iterator[Target]:
    """Give a server, a proxy before it, and plain workers behind it that are not started yet."""
    with ExitStack() as stack:
        server = Server(settings_for(folder, fsync=options.fsync))
        stack.callback(server.stop)
        proxy = stack.enter_context(Proxy(server.socket))
        log = options.log or folder / "log"
        output = stack.enter_context(log.open("ab"))
        log_to(log)
        url = f"redis://127.0.0.1:{proxy.port}/0"
        environment = {
            **os.environ,
            **ONE_THREAD,
            **NO_SUPERUSER_WARNING,
            "PYTHONPATH": str(ROOT),
            BROKER: url,
            RESULT_SERVER: url,
            stand_in.FOLDER: str(folder),
        }
        workers = [
            Supervised(service, Supervisor([service], stop_grace=20, stall_after=8, output=output, ask=alive))
            for service in (worker_service(number, environment) for number in range(1, WORKERS + 1))
        ]
        stack.callback(end, workers)
        yield Target(folder, server, proxy, log, workers)


def alive(_service: Service, _path: str) -> tuple[int, str]:
    """Take a worker for alive as long as its process is there: plain Celery tells no more."""
    return 200, ""


def worker_service(number: int, environment: dict[str, str]) -> Service:
    """Return a worker with two processes."""
    celery = (sys.executable, "-m", "celery", "--app", "bench.plain_celery", "--quiet", "worker")
    command = (*celery, "--concurrency", "2", "--hostname", f"plain{number}@%h", "--loglevel", "warning")
    return Service(f"worker {number}", command, dict(environment), "127.0.0.1", 0)


def send_to(broker: str) -> Send:
    """Return what sends a task an article, straight to the server; only a certain failure is tried again."""
    producer = Celery("producer", broker=broker)

    def send(messages: Sequence[str]) -> list[bytes | Exception]:
        answers: list[bytes | Exception] = []
        for message in messages:
            named = ARTICLE_ID.search(message)
            assert named is not None  # noqa: S101
            try:
                producer.send_task("plain.process", [named[0]], queue=QUEUE, retry=False)
                answers.append(b"0-0")
            except OperationalError as error:
                refused = isinstance(error.__cause__, ResponseError)
                answers.append(ResponseError("refused") if refused else error)
        return answers

    return send


def main() -> int:
    """Run and print."""
    options, as_json = read_options("python -m bench.plain_celery", __doc__, kinds=KINDS)
    losses = run(options)
    if as_json:
        figures = {field.name: getattr(losses, field.name) for field in fields(losses)}
        print(json.dumps(figures, indent=1))
    else:
        counted = ", ".join(f"{times} {kind}" for kind, times in sorted(losses.faults.items()))
        print(
            f"{losses.faults.total()} faults ({counted}); {losses.fed:,} tasks: {losses.lost} lost, {losses.doubled} "
            f"done more often than sent, {losses.stuck} still waiting in the end; {losses.restarts} restarts"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
