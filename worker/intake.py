"""How do articles get from the stream to the workers? Read no more than they can take, bring back what nobody is at."""

import os
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import NamedTuple, Protocol

import structlog
from celery import Celery
from kombu.exceptions import KombuError
from prometheus_client import REGISTRY, generate_latest
from redis.exceptions import RedisError, ResponseError

from schemas.codes import Reason
from worker.celery_app import create_app, send_entries
from worker.connection import Client, ServerError, UnsupportedServerError, check_server, connect
from worker.entries import ArticleEntries, Reclaimed, ReclaimState
from worker.observability import metrics
from worker.observability.backlog import measure_backlog, queue_key
from worker.observability.endpoint import Endpoint, EndpointError, Sources, serve
from worker.observability.health import ProgressWatch, readiness
from worker.observability.logs import configure_logging
from worker.observability.progress import Progress
from worker.observability.recording import record
from worker.observability.server import ClockCollector, ServerCollector, clock_offset, measure_server
from worker.outcome import Refused
from worker.publishing.keys import partition_keys
from worker.publishing.publisher import Finished, Publisher
from worker.settings import Settings, SettingsError, load_settings

log = structlog.get_logger(__name__)

TIDY_EVERY = 10.0
LONGEST_READ = 1.0
"""Seconds that a read waits for articles: so long may a stop take at most."""
PAUSE_WHEN_FULL = 0.01
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
SCANS_PER_CLAIM = 4


class WorkQueue(Protocol):
    """Where work is handed to the workers."""

    def length(self) -> int:
        """Return how many tasks wait."""

    def send(self, batches: Sequence["Batch"], *, partition: int) -> None:
        """Hand over batches, a task each."""


class Batch(NamedTuple):
    """Entries for one task."""

    entry_ids: list[str]
    cause: str
    """Why they are handed over: `new`, `again` (their message was lost), `retry` (started before: alone)."""


class CeleryQueue:
    """The Celery queue of the settings."""

    def __init__(self, app: Celery, client: Client, settings: Settings) -> None:
        """Send by `app`, measure by `client`."""
        self._app = app
        self._client = client
        self._settings = settings

    def length(self) -> int:
        """Return how many tasks wait."""
        return int(self._client.llen(queue_key(self._settings)))

    def send(self, batches: Sequence[Batch], *, partition: int) -> None:
        """Hand over batches, a task each, in one round trip to the server."""
        with self._app.producer_or_acquire() as producer, producer.batch():
            for batch in batches:
                send_entries(self._app, self._settings, batch.entry_ids, partition=partition, producer=producer)


class Intake:
    """Feeds the workers from one partition."""

    def __init__(
        self,
        *,
        partition: int,
        entries: ArticleEntries,
        publisher: Publisher,
        queue: WorkQueue,
        settings: Settings,
        share: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Use these from now on; hand over at most `share` batches in a step (so that other partitions have room)."""
        self._partition = partition
        self._entries = entries
        self._publisher = publisher
        self._queue = queue
        self._settings = settings
        self._clock = clock
        self._unsent: list[Batch] = []
        self._full = False
        self._next_scan = 0.0
        self._share = share or settings.queue_high_water
        self._most = settings.batch_size
        """Entries to read at once: of unknown size no more than a batch, so that this process stays small."""

    def prepare(self) -> None:
        """Create stream and consumer group where there are none."""
        self._entries.ensure_group()

    def step(self, *, wait: float) -> bool:
        """Hand over what there is, as far as there is room; False where the workers' queue is full."""
        self._send()
        room = self._room()
        if room > 0 and self._clock() >= self._next_scan:
            room -= self._bring_back(room)
            self._next_scan = self._clock() + min(2.0, self._settings.reclaim_after / SCANS_PER_CLAIM)
        if room <= 0:
            return False
        self._read(room, wait)
        return True

    def _room(self) -> int:
        """How many tasks the workers' queue has room for; once it was full, none before half of it was worked off."""
        high, length = self._settings.queue_high_water, self._queue.length()
        self._full = length >= high or (self._full and length > high // 2)
        return 0 if self._full else min(self._share, high - length)

    def _read(self, room: int, wait: float) -> None:
        size = self._settings.batch_size
        read = self._entries.read(count=min(room * size, self._most), block_ms=max(1, int(wait * 1000)))
        if read.entry_ids:
            # Large articles come a few at a time, so that this process stays small.
            self._most = max(1, self._settings.batch_bytes * len(read.entry_ids) // max(1, read.size))
            self._unsent.extend(Batch(entry_ids, "new") for entry_ids in _slices(read.entry_ids, size))
            self._send()

    def _send(self) -> None:
        if self._unsent:
            self._queue.send(self._unsent, partition=self._partition)
            for batch in self._unsent:
                metrics.DISPATCHED.labels(batch.cause).inc(len(batch.entry_ids))
            self._unsent = []

    def _bring_back(self, room: int) -> int:
        """Claim what nobody is at; returns the room it takes in the queue."""
        size = self._settings.batch_size
        found = self._entries.reclaim(most=room * size)
        again = [item.entry_id for item in found if item.state is ReclaimState.AGAIN]
        # What was started before goes alone: whoever killed its worker must not take neighbours along again.
        retry = [item.entry_id for item in found if item.state is ReclaimState.RETRY]
        self._unsent.extend(Batch([entry_id], "retry") for entry_id in retry)
        self._unsent.extend(Batch(entry_ids, "again") for entry_ids in _slices(again, size))
        self._bury([item for item in found if item.state in {ReclaimState.EXHAUSTED, ReclaimState.MISSING}])
        if again or retry:
            log.info("articles brought back", retry=len(retry), again=len(again))
        self._send()
        return ceil((len(again) + len(retry)) / size)

    def _bury(self, lost: Sequence[Reclaimed]) -> None:
        for item in lost:
            fields = self._entries.fields_of(item.entry_id) or {}
            finished = [Finished(item.entry_id, _why_lost(item), fields, item.history)]
            record(finished, self._publisher.publish(finished))

    def tidy(self) -> None:
        """Trim what is done, forget consumers long gone, keep the topics to the operator's limit."""
        metrics.TRIMMED.labels("articles").inc(self._entries.trim())
        if self._settings.topic_max_length is not None:
            for stream, count in self._entries.trim_topics(self._settings.topic_max_length).items():
                metrics.TRIMMED.labels(stream).inc(count)


def _slices(entry_ids: list[str], size: int) -> Iterator[list[str]]:
    return (entry_ids[at : at + size] for at in range(0, len(entry_ids), size))


def _why_lost(item: Reclaimed) -> Refused:
    if item.state is ReclaimState.MISSING:
        return Refused(Reason.ENTRY_DELETED, "the entry was deleted from the stream before it was processed")
    last = item.history[-1] if item.history else ""
    return Refused(Reason.ATTEMPTS_EXHAUSTED, f"started {len(item.history)} times without a result; last: {last}")


def run_intake(settings: Settings, stop: threading.Event, *, progress: Progress) -> None:
    """Feed the workers until `stop` is set; a server that is away is waited for."""
    client = connect(settings)
    intakes = _one_a_partition(settings, client)
    wait = min(LONGEST_READ, settings.redis_timeout / 2) / len(intakes)
    prepared, pause, next_tidy, told = False, 0.0, 0.0, ""
    while not stop.is_set():
        try:
            if not prepared:
                check_server(client)
                for intake in intakes:
                    intake.prepare()
                prepared = True
            worked = [intake.step(wait=wait) for intake in intakes]
            intakes.rotate()  # each partition in its turn is the first to find room
            progress.made()
            if pause:
                log.info("the server answers again")
                pause, told = 0.0, ""
            if not any(worked):
                metrics.HELD_BACK_SECONDS.inc(PAUSE_WHEN_FULL)
                stop.wait(PAUSE_WHEN_FULL)
            if time.monotonic() >= next_tidy:
                for intake in intakes:
                    intake.tidy()
                next_tidy = time.monotonic() + TIDY_EVERY
        except UnsupportedServerError:
            raise
        except (RedisError, KombuError, ServerError, OSError) as error:
            if isinstance(error, ResponseError) and "NOGROUP" in str(error):
                prepared = False  # somebody deleted the stream
            if str(error) != told:
                told = str(error)
                log.warning("the server does not answer as it should; trying on", error=told)
            pause = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, pause * 2))
            stop.wait(pause)
    client.close()


def _one_a_partition(settings: Settings, client: Client) -> deque[Intake]:
    queue = CeleryQueue(create_app(settings), client, settings)
    consumer = f"intake@{socket.gethostname()}:{os.getpid()}"
    return deque(
        Intake(
            partition=number,
            entries=ArticleEntries(client, keys, settings, consumer=consumer),
            publisher=Publisher(client, keys, settings),
            queue=queue,
            settings=settings,
            share=ceil(settings.queue_high_water / settings.partitions),
        )
        for number, keys in enumerate(partition_keys(prefix=settings.key_prefix, partitions=settings.partitions))
    )


def serve_intake(settings: Settings, progress: Progress) -> Endpoint:
    """Serve metrics and health of an intake."""
    client = connect(settings, retries=0)
    all_keys = partition_keys(prefix=settings.key_prefix, partitions=settings.partitions)
    REGISTRY.register(
        metrics.BacklogCollector(lambda: [measure_backlog(client, keys, settings) for keys in all_keys], settings.queue)
    )
    REGISTRY.register(ServerCollector(lambda: measure_server(client, all_keys)))
    REGISTRY.register(ClockCollector(lambda: clock_offset(client)))
    watch = ProgressWatch(
        progress_at=lambda: progress.at,
        has_work=lambda: bool(client.ping()),  # looking for articles is work, as long as the server is there
        stall_after=settings.stall_after,
    )
    sources = Sources(lambda: generate_latest(REGISTRY), watch.check, lambda: readiness(client.ping, model_loaded=True))
    return serve(settings.metrics_host, settings.intake_metrics_port, sources)


def main() -> int:
    """Run an intake as a process, until SIGTERM or SIGINT."""
    settings = load_settings()
    configure_logging(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    progress = Progress()
    endpoint = serve_intake(settings, progress)
    metrics.set_build_info()
    metrics.show_intake_from_zero()
    log.info("intake reads", server=settings.shown_redis_url, port=endpoint.port)
    run_intake(settings, stop, progress=progress)
    log.info("intake stopped")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (SettingsError, EndpointError, UnsupportedServerError) as error:
        sys.exit(str(error))
