#!/usr/bin/env python3
"""How long does an article wait at half load? From its XADD to that of its summary, by the server's own clock.

    python -m bench.latency ARTICLES ... [--count 200] [--workers 2]

First the system is measured at full load; then articles arrive one by one at half that rate, at random moments (as a
Poisson process), each under a new id. The entry ids of both streams are the server's milliseconds.
"""

import random
import time
from collections.abc import Sequence

import orjson

from bench.articles import arguments, chosen, copies
from bench.measuring import write_result
from bench.running import System, server, system, wait_until


def latencies(running: System, payloads: Sequence[bytes], *, rate: float) -> list[float]:
    """Append articles at a rate; return the seconds that each took, in no order."""
    arrivals = random.Random(7)  # noqa: S311
    target = running.done() + len(payloads)
    at = time.perf_counter()
    arrived: dict[str, float] = {}
    for payload in payloads:
        time.sleep(max(0.0, at - time.perf_counter()))
        entry_id = running.client.xadd(running.keys.articles, {"data": payload})
        arrived[orjson.loads(payload)["id"]] = milliseconds(entry_id)
        at += arrivals.expovariate(rate)
    wait_until(lambda: running.done() >= target)
    done = running.client.xrevrange(running.keys.processed, count=len(payloads) * 2)
    ended = {fields[b"subject"].decode(): milliseconds(entry_id) for entry_id, fields in done}
    return [(ended[article] - began) / 1000 for article, began in arrived.items() if article in ended]


def milliseconds(entry_id: bytes) -> float:
    """Return when an entry was appended."""
    return float(entry_id.partition(b"-")[0])


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Measure, print, write."""
    parser = arguments(__doc__)
    parser.add_argument("--workers", type=int, default=2, help="worker processes (%(default)s)")
    options = parser.parse_args()
    payloads = chosen(options)
    with server(concurrency=options.workers) as settings, system(settings) as running:
        running.speed(list(copies(payloads[:50], 50, run="warm-up-")))
        full = running.speed(list(copies(payloads, len(payloads), run="full-")))
        found = latencies(running, list(copies(payloads, len(payloads), run="half-")), rate=full / 2)
        own = [
            sum(orjson.loads(fields[b"data"])["seconds"].values())
            for _, fields in running.client.xrevrange(running.keys.processed, count=len(payloads))
        ]
    result = {
        "full_load": full,
        "articles": len(found),
        "p50": percentile(found, 0.5),
        "p99": percentile(found, 0.99),
        "own_mean": sum(own) / len(own),
        "own_p50": percentile(own, 0.5),
        "own_p99": percentile(own, 0.99),
    }
    print(
        f"at half of {full:.1f} articles/s: p50 {1000 * result['p50']:.0f} ms, p99 {1000 * result['p99']:.0f} ms; the "
        f"pipeline's own time: p50 {1000 * result['own_p50']:.0f}, p99 {1000 * result['own_p99']:.0f}, "
        f"mean {1000 * result['own_mean']:.0f} ms"
    )
    print(write_result(options.output, "latency", result))


if __name__ == "__main__":
    main()
