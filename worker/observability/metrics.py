"""Which figures do we show? Every metric of workers and intake, declared once, with what it tells.

In a worker they are kept in files (see `worker.observability.multiprocess`), so this module must not be imported before
the folder for them was chosen.
"""

import platform
from bisect import bisect_left
from collections import Counter as Counts
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.metadata import version

import pycountry
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from schemas.codes import Issue, PartyKind, Reason, Stance
from worker.observability.backlog import Backlog

SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LONG = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600)


class BatchHistogram(Histogram):
    """A histogram that takes the values of a batch at once, for what is observed of every article."""

    def observe_all(self, values: Sequence[float]) -> None:
        """Observe values."""
        if not values:
            return
        self._sum.inc(sum(values))
        found = Counts(bisect_left(self._upper_bounds, value) for value in values)
        for bucket, count in found.items():
            self._buckets[bucket].inc(count)


# Articles that went all the way: with positions, or none found in them.
ARTICLES_PROCESSED = Counter("stancewire_articles_processed", "Articles processed to the end")
# Articles passed over, by reason (no English, too short, a duplicate, ...): nothing is wrong with the system.
ARTICLES_SKIPPED = Counter("stancewire_articles_skipped", "Articles skipped", ["reason"])
# Articles in the dead letters, by reason: somebody should look at these.
ARTICLES_DEAD = Counter("stancewire_articles_dead", "Articles sent to the dead letters", ["reason"])
# Results thrown away because another worker had been first: work done twice, never an effect twice.
ARTICLES_SUPERSEDED = Counter("stancewire_articles_superseded", "Results that another worker had published before")
# What comes out. Issue and stance are closed lists; parties would be endless and are no label.
POSITIONS = Counter("stancewire_positions", "Positions published", ["issue", "stance"])
# Who takes which stance. Of states the ISO 3166 code, of all others what kind of party they are: a closed list, too.
PARTY_POSITIONS = Counter("stancewire_party_positions", "Positions published, by whose", ["party", "stance"])
# How sure the extractor is: a shift tells of other articles or another model.
CONFIDENCE = Histogram(
    "stancewire_position_confidence",
    "Confidence of published positions",
    buckets=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
)
# Where the time of an article goes.
STAGE_SECONDS = Histogram("stancewire_stage_duration_seconds", "Time per article and stage", ["stage"], buckets=SHORT)
# How long a batch takes, and how full batches are: small ones mean that workers wait for articles.
BATCH_SECONDS = Histogram("stancewire_batch_duration_seconds", "Time per batch", buckets=LONG)
BATCH_ARTICLES = Histogram(
    "stancewire_batch_articles", "Articles per batch", buckets=(1, 2, 5, 10, 25, 50, 100, 250, 1000)
)
# What a reader of the topics notices: from the producer's XADD to the publication.
LATENCY = BatchHistogram(
    "stancewire_article_latency_seconds", "From appending an article to publishing it", buckets=LONG
)
# First and repeated starts: repeated ones mean that workers died or articles failed.
ATTEMPTS = Counter("stancewire_attempts", "Starts of work on an article", ["kind"])
# Attempts that ended without a result, by cause: error, timeout, worker_lost.
ATTEMPTS_FAILED = Counter("stancewire_attempts_failed", "Attempts that ended without a result", ["cause"])
# Articles that a Celery message brought instead of XADD.
ARTICLES_RECEIVED = Counter("stancewire_articles_received", "Articles that came as Celery messages")
# How long the start of a worker takes.
MODEL_LOAD_SECONDS = Gauge("stancewire_model_load_seconds", "Time to load the pipeline", multiprocess_mode="max")
# Which version runs where.
BUILD_INFO = Gauge("stancewire_build_info", "Version", ["version", "python"], multiprocess_mode="max")

# Entries that intake handed to the workers, by why: new, again (message lost), retry (started before).
DISPATCHED = Counter("stancewire_entries_dispatched", "Entries handed to the workers", ["cause"])
# Seconds that intake held back because the Celery queue was full: the workers are the bottleneck.
HELD_BACK_SECONDS = Counter("stancewire_intake_held_back_seconds", "Time that intake held back for full queue")
# Entries trimmed, by topic. From `articles` only ones that are done; from the others by the operator's limit.
TRIMMED = Counter("stancewire_entries_trimmed", "Entries trimmed from a stream", ["stream"])

REFUSED = frozenset(
    {
        Reason.NOT_JSON,
        Reason.NOT_UTF8,
        Reason.SCHEMA,
        Reason.TOO_LARGE,
        Reason.TOO_DEEP,
        Reason.FIELD_MISSING,
        Reason.MALFORMED_ENTRY,
        Reason.ENTRY_DELETED,
        Reason.ATTEMPTS_EXHAUSTED,
        Reason.TIMEOUT,
        Reason.INTERNAL,
    }
)
"""Reasons that lead to the dead letters; with the others an article is skipped."""


def set_build_info() -> None:
    """Tell which version runs."""
    BUILD_INFO.labels(version("stancewire"), platform.python_version()).set(1)


def known_series() -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Yield each series that a worker's counters may show: name, labels, values.

    They are shown from 0 on (see `worker.observability.multiprocess`): of a series that appears with its first event,
    Prometheus never sees that event as an increase.
    """
    for reason in Reason:
        yield f"stancewire_articles_{'dead' if reason in REFUSED else 'skipped'}", ("reason",), (reason.value,)
    for kind in ("first", "repeated"):
        yield "stancewire_attempts", ("kind",), (kind,)
    for cause in ("error", "timeout", "worker_lost"):
        yield "stancewire_attempts_failed", ("cause",), (cause,)
    for stance in Stance:
        for issue in Issue:
            yield "stancewire_positions", ("issue", "stance"), (issue.value, stance.value)
        for party in known_parties():
            yield "stancewire_party_positions", ("party", "stance"), (party, stance.value)


@cache
def known_parties() -> frozenset[str]:
    """Return the values of the label `party`: states by ISO 3166 code, all others by what kind of party they are."""
    return frozenset(country.alpha_3 for country in pycountry.countries) | {kind.value for kind in PartyKind}


def show_intake_from_zero() -> None:
    """Show the counters that an intake uses from 0 on."""
    for cause in ("new", "again", "retry"):
        DISPATCHED.labels(cause)
    for reason in REFUSED:
        ARTICLES_DEAD.labels(reason.value)


class BacklogCollector(Collector):
    """Shows what waits on the server, asked for at each scrape. Each intake shows the same: take the maximum."""

    def __init__(self, measure: Callable[[], Sequence[Backlog]], queue: str) -> None:
        """Ask `measure` for each partition's figures."""
        self._measure = measure
        self._queue = queue

    def describe(self) -> list[Metric]:
        """Return nothing: registering this must not ask the server."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges, or that the server could not be asked."""
        up = GaugeMetricFamily("stancewire_server_up", "Whether the server answered this scrape")
        try:
            backlogs = self._measure()
        except Exception:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from self._gauges(backlogs)

    def _gauges(self, backlogs: Sequence[Backlog]) -> Iterator[Metric]:
        # What is stored, a stream: `articles` must not grow for ever, the others do unless the operator sets a limit.
        length = GaugeMetricFamily("stancewire_stream_length", "Entries of a stream", labels=["stream"])
        for stream in ("articles", "positions", "processed", "dead"):
            topic = stream if stream in {"articles", "positions"} else f"articles.{stream}"
            length.add_metric([topic], sum(getattr(backlog, stream) for backlog in backlogs))
        yield length
        # The true backlog, drives autoscaling.
        lag = sum(backlog.lag for backlog in backlogs)
        yield GaugeMetricFamily("stancewire_stream_lag", "Articles that no worker has been given yet", lag)
        exact = all(backlog.lag_is_exact for backlog in backlogs)
        yield GaugeMetricFamily("stancewire_stream_lag_exact", "1 if the lag is exact, 0 if it is at most this", exact)
        pending = sum(backlog.pending for backlog in backlogs)
        yield GaugeMetricFamily("stancewire_stream_pending", "Articles given out and not done", pending)
        oldest = max(backlog.oldest_pending_seconds for backlog in backlogs)
        # Age counts from the producer's XADD: grows while nothing gets done, whatever the cause.
        yield GaugeMetricFamily("stancewire_stream_oldest_pending_age_seconds", "Age of the oldest pending one", oldest)
        ids = sum(backlog.published_ids for backlog in backlogs)
        yield GaugeMetricFamily("stancewire_published_ids", "Ids remembered to tell duplicates", ids)
        # The name and label that users of celery-exporter know.
        queue = GaugeMetricFamily("celery_queue_length", "Tasks in the Celery queue", labels=["queue_name"])
        queue.add_metric([self._queue], max(backlog.queued_tasks for backlog in backlogs))
        yield queue
