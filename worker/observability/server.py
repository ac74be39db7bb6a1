"""How is the server doing, and does its clock agree with ours? Asked for at each scrape."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError, ResponseError

from worker.connection import Client
from worker.publishing.keys import Keys


@dataclass(frozen=True, slots=True)
class ServerFigures:
    """What the server says of itself."""

    appended: int
    """Articles appended to the streams since they were created."""
    memory_used: int
    memory_limit: int
    """Bytes at which the server refuses to take more: its own limit, else the memory of its machine."""


def measure_server(client: Client, all_keys: Sequence[Keys]) -> ServerFigures:
    """Ask the server."""
    pipe = client.pipeline(transaction=False)
    pipe.info("memory")
    for keys in all_keys:
        pipe.xinfo_stream(keys.articles)
    memory, *streams = pipe.execute(raise_on_error=False)
    if isinstance(memory, Exception):
        raise memory
    # A stream that nobody has appended to yet is an error, and has no entries.
    added = [0 if isinstance(stream, ResponseError) else int(stream["entries-added"]) for stream in streams]
    limit = int(memory["maxmemory"]) or int(memory["total_system_memory"])
    return ServerFigures(sum(added), int(memory["used_memory"]), limit)


def clock_offset(client: Client, clock: Callable[[], float] = time.time) -> float:
    """Return by how many seconds our clock is ahead of the server's; half the way of the question is taken off."""
    before = clock()
    answer: Any = client.time()
    after = clock()
    return (before + after) / 2 - float(answer[0] + answer[1] / 1e6)


class ServerCollector(Collector):
    """Shows the server's own figures. Each intake shows the same: take the maximum."""

    def __init__(self, measure: Callable[[], ServerFigures]) -> None:
        """Ask `measure`."""
        self._measure = measure

    def describe(self) -> list[Metric]:
        """Return nothing: registering this must not ask the server."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the figures; nothing while the server cannot be asked (`stancewire_server_up` tells that)."""
        try:
            figures = self._measure()
        except (RedisError, OSError):
            return
        # What came in, whoever appended it: the server's own count, which no restart of ours sets back.
        yield CounterMetricFamily("stancewire_articles_appended", "Articles appended to the stream", figures.appended)
        # Near the limit the server refuses articles and results alike.
        yield GaugeMetricFamily("stancewire_server_memory_used_bytes", "Memory the server uses", figures.memory_used)
        yield GaugeMetricFamily("stancewire_server_memory_limit_bytes", "Memory it may use", figures.memory_limit)


class ClockCollector(Collector):
    """Shows how far the clock of this machine is off the server's: ages and latencies mix the two."""

    def __init__(self, offset: Callable[[], float]) -> None:
        """Ask `offset`."""
        self._offset = offset

    def describe(self) -> list[Metric]:
        """Return nothing: registering this must not ask the server."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the offset; nothing while the server cannot be asked."""
        try:
            offset = self._offset()
        except (RedisError, OSError):
            return
        yield GaugeMetricFamily("stancewire_clock_offset_seconds", "Our clock less the server's", offset)
