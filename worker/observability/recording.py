"""How is a publication counted and logged? By what really took effect, as the server said."""

from collections import Counter
from collections.abc import Sequence

import structlog

from schemas.codes import Reason
from schemas.messages import Party
from worker.observability import metrics
from worker.outcome import Processed, Refused
from worker.publishing.publisher import Finished, Publication, Verdict
from worker.publishing.trace import traceparent_of

log = structlog.get_logger(__name__)

LONGEST_PLAUSIBLE_LATENCY = 365 * 86_400.0


def record(finished: Sequence[Finished], publication: Publication) -> None:
    """Count and log what was published."""
    counts: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    latencies = []
    for item, verdict in zip(finished, publication.verdicts, strict=True):
        counts[_record_one(item, verdict, skipped)] += 1
        if verdict is Verdict.GONE:
            continue
        latency = (publication.at_ms - int(item.entry_id.partition("-")[0])) / 1000
        if 0 <= latency < LONGEST_PLAUSIBLE_LATENCY:  # a producer may choose its own entry ids
            latencies.append(latency)
        if isinstance(item.outcome, Processed) and verdict is Verdict.PUBLISHED:
            counts["positions"] += len(item.outcome.positions)
    metrics.LATENCY.observe_all(latencies)
    metrics.ARTICLES_PROCESSED.inc(counts["processed"])
    metrics.ARTICLES_SUPERSEDED.inc(counts["superseded"])
    for reason, count in skipped.items():
        metrics.ARTICLES_SKIPPED.labels(reason).inc(count)
    log.info("batch published", **{name: count for name, count in counts.items() if count})


def _record_one(item: Finished, verdict: Verdict, skipped: Counter[str]) -> str:
    outcome = item.outcome
    if verdict is Verdict.GONE:
        log.info("article superseded", **_about(item))
        return "superseded"
    if isinstance(outcome, Refused):
        metrics.ARTICLES_DEAD.labels(outcome.reason.value).inc()
        log.warning("article dead-lettered", **_about(item), reason=outcome.reason.value, error=outcome.error[:300])
        return "dead"
    duration = round(sum(outcome.summary.seconds.values()), 6)
    for stage, seconds in outcome.summary.seconds.items():
        metrics.STAGE_SECONDS.labels(stage).observe(seconds)
    reason = Reason.DUPLICATE if verdict is Verdict.DUPLICATE else outcome.summary.skipped
    if reason is not None:
        skipped[reason.value] += 1
        log.info("article skipped", **_about(item), reason=reason.value, duration=duration)
        return "skipped"
    log.info("article processed", **_about(item), positions=len(outcome.positions), duration=duration)
    for position in outcome.positions:
        metrics.POSITIONS.labels(position.issue.value, position.stance.value).inc()
        metrics.PARTY_POSITIONS.labels(_label(position.party), position.stance.value).inc()
        metrics.CONFIDENCE.observe(position.confidence)
    return "processed"


def _label(party: Party) -> str:
    return party.iso3 if party.iso3 in metrics.known_parties() else party.kind.value


def _about(item: Finished) -> dict[str, object]:
    """Return what every line about an article tells; `batch` stands in the context (see `worker.tasks`)."""
    outcome = item.outcome
    about: dict[str, object] = {
        "article_id": outcome.article_id if isinstance(outcome, Refused) else outcome.summary.article_id,
        "entry_id": item.entry_id,
        "attempt": len(item.history),
    }
    traceparent = traceparent_of(item.fields)
    return about if traceparent is None else about | {"traceparent": traceparent}
