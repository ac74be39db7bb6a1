#!/usr/bin/env python3
"""What does the streaming cost? The system with an empty pipeline beside a bare redis-py loop, two processes each.

    python -m bench.empty_system [--count 5000] [--rounds 5] [--bytes 2000]

The rival is what one writes first: XREADGROUP, XADD of a result, XACK, one message after the other, on the same server.
It promises less: a result may be published twice or be lost, and nothing brings back what a killed process was at.
"""

import multiprocessing
import time

import orjson
from redis import Redis

from bench.articles import arguments
from bench.measuring import compare, write_result
from bench.running import append, server, system, wait_until
from worker.connection import connect
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
        client.xadd(RESULTS, {"data": fields[b"data"][:300]})
        client.xack(STREAM, GROUP, entry_id)


def bare_speed(settings: Settings, payloads: list[bytes]) -> float:
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
    started = time.perf_counter()
    append(client, STREAM, payloads)
    wait_until(lambda: client.xlen(RESULTS) >= len(payloads))
    seconds = time.perf_counter() - started
    for loop in loops:
        loop.join()
    client.delete(STREAM, RESULTS)
    client.close()
    return len(payloads) / seconds


def main() -> None:
    """Measure, print, write."""
    parser = arguments(__doc__, count=5000)
    parser.add_argument("--bytes", type=int, default=2000, help="size of a message (%(default)s)")
    options = parser.parse_args()
    with (
        server(concurrency=PROCESSES, pipeline="bench.empty_pipeline:load", batch_size=25) as settings,
        system(settings) as running,
    ):
        runs = iter(range(10_000))
        running.speed(messages(500, options.bytes, "warm-up"))
        comparison = compare(
            "system with an empty pipeline",
            lambda: running.speed(messages(options.count, options.bytes, f"run-{next(runs)}")),
            lambda: bare_speed(settings, messages(options.count, options.bytes, "bare")),
            against="a bare redis-py loop",
            unit="messages/s",
            rounds=options.rounds,
            bar=1.3,
        )
    print(write_result(options.output, "empty_system", {"comparisons": [comparison.row()]}))


if __name__ == "__main__":
    main()
