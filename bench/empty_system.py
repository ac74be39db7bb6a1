#!/usr/bin/env python3
"""What does the streaming cost? The system with an empty pipeline beside a bare redis-py loop, two processes each.

    python -m bench.empty_system [--count 5000] [--rounds 5] [--bytes 2000]

The rival is what one writes first: XREADGROUP, decode, XADD of a small result, XACK, one message after the other, on
the same server and with the same client library. It promises less: a result may be published twice or be lost, nothing
brings back what a killed process was at. Beside the speeds, which depend on what else the machine does, the processor
time a message is shown by process.
"""

import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

import orjson
import psutil
from redis import Redis

from bench.articles import arguments
from bench.measuring import compare, write_result
from bench.running import System, append, server, system, wait_until
from worker.connection import Client, connect
from worker.settings import Settings

PROCESSES = 2
STREAM, RESULTS, GROUP = "bare.articles", "bare.results", "bare"


def messages(count: int, size: int, run: str) -> list[bytes]:
    """Return article messages of about so many bytes."""
    body = ("The talks go on. " * (size // 17 + 1))[: size - 30]
    return [orjson.dumps({"id": f"{run}-{number}", "body": body}) for number in range(count)]


def bare_loop(url: str, consumer: str) -> None:
    """Work off the stream until nothing comes any more."""
    client = Redis.from_url(url)
    while answer := client.xreadgroup(GROUP, consumer, {STREAM: ">"}, count=1, block=500):
        [(_, [(entry_id, fields)])] = answer
        article = orjson.loads(fields[b"data"])
        client.xadd(RESULTS, {"data": orjson.dumps({"id": article["id"], "characters": len(article["body"])})})
        client.xack(STREAM, GROUP, entry_id)


def bare_speed(settings: Settings, payloads: list[bytes], spent: "ProcessorTime") -> float:
    """Return messages a second of two processes with the bare loop."""
    client = connect(settings)
    client.delete(STREAM, RESULTS)
    client.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    assert settings.redis_url is not None  # noqa: S101
    url = settings.redis_url.get_secret_value()
    loops = [multiprocessing.Process(target=bare_loop, args=(url, str(number))) for number in range(PROCESSES)]
    for loop in loops:
        loop.start()
    wait_until(lambda: len(client.xinfo_consumers(STREAM, GROUP)) == PROCESSES)
    processes = {"server": [server_process(client)], "loops": [psutil.Process(loop.pid) for loop in loops]}
    with spent.noted(processes, messages=len(payloads)):
        started = time.perf_counter()
        append(client, STREAM, payloads)
        wait_until(lambda: client.xlen(RESULTS) >= len(payloads))
        seconds = time.perf_counter() - started
    for loop in loops:
        loop.join()
    client.delete(STREAM, RESULTS)
    client.close()
    return len(payloads) / seconds


def system_speed(running: System, payloads: list[bytes], spent: "ProcessorTime") -> float:
    """Return messages a second of the system."""
    parent, *children = running.processes("worker")
    processes = {
        "server": [server_process(running.client)],
        "intake": running.processes("intake"),
        "Celery's parent": [parent],
        "children": children,
    }
    with spent.noted(processes, messages=len(payloads)):
        return running.speed(payloads)


@dataclass(slots=True)
class ProcessorTime:
    """Microseconds of processor time a message, by process, one figure a run."""

    found: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def noted(self, processes: Mapping[str, Sequence[psutil.Process]], *, messages: int) -> Iterator[None]:
        """Note what the processes use in the block."""
        before = {name: seconds_of(group) for name, group in processes.items()}
        yield
        for name, group in processes.items():
            self.found.setdefault(name, []).append(1e6 * (seconds_of(group) - before[name]) / messages)

    def medians(self) -> dict[str, float]:
        """Return the median by process, and of their sum."""
        total = median(map(sum, zip(*self.found.values(), strict=True)))
        return {name: round(median(values), 1) for name, values in self.found.items()} | {"total": round(total, 1)}


def server_process(client: Client) -> psutil.Process:
    """Return the process of the server."""
    return psutil.Process(client.info("server")["process_id"])


def seconds_of(processes: Sequence[psutil.Process]) -> float:
    """Return the processor time that processes have used."""
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def main() -> None:
    """Measure, print, write."""
    parser = arguments(__doc__, count=5000)
    parser.add_argument("--bytes", type=int, default=2000, help="size of a message (%(default)s)")
    options = parser.parse_args()
    ours, rivals = ProcessorTime(), ProcessorTime()
    with (
        server(concurrency=PROCESSES, pipeline="bench.empty_pipeline:load", batch_size=25) as settings,
        system(settings) as running,
    ):
        runs = iter(range(10_000))
        running.speed(messages(500, options.bytes, "warm-up"))
        comparison = compare(
            "system with an empty pipeline",
            lambda: system_speed(running, messages(options.count, options.bytes, f"run-{next(runs)}"), ours),
            lambda: bare_speed(settings, messages(options.count, options.bytes, "bare"), rivals),
            against="a bare redis-py loop",
            unit="messages/s",
            rounds=options.rounds,
            bar=1.3,
        )
    times = {"system": ours.medians(), "bare loop": rivals.medians()}
    for name, found in times.items():
        print(f"processor time a message, {name}: {', '.join(f'{key} {value:.0f}' for key, value in found.items())} us")
    result = {"comparisons": [comparison.row()], "microseconds_a_message": times}
    print(write_result(options.output, "empty_system", result))


if __name__ == "__main__":
    main()
