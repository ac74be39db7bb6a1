"""How is a publication counted and logged? By what really took effect, as the server said."""

from collections.abc import Sequence

import structlog

from schemas.codes import Reason
from worker.observability import metrics
from worker.outcome import Processed, Refused
from worker.publishing.publisher import Finished, Publication, Verdict

log = structlog.get_logger(__name__)

LONGEST_PLAUSIBLE_LATENCY = 365 * 86_400.0


def record(finished: Sequence[Finished], publication: Publication) -> None:
    """Count and log what was published."""
    counts = {"processed": 0, "skipped": 0, "dead": 0, "superseded": 0, "positions": 0}
    for item, verdict in zip(finished, publication.verdicts, strict=True):
        counts[_record_one(item, verdict)] += 1
        if verdict is Verdict.GONE:
            continue
        latency = (publication.at_ms - int(item.entry_id.partition("-")[0])) / 1000
        if 0 <= latency < LONGEST_PLAUSIBLE_LATENCY:  # a producer may choose its own entry ids
            metrics.LATENCY.observe(latency)
        if isinstance(item.outcome, Processed) and verdict is Verdict.PUBLISHED:
            counts["positions"] += len(item.outcome.positions)
    log.info("batch published", **{name: count for name, count in counts.items() if count})


def _record_one(item: Finished, verdict: Verdict) -> str:
    outcome = item.outcome
    if verdict is Verdict.GONE:
        metrics.ARTICLES_SUPERSEDED.inc()
        return "superseded"
    if isinstance(outcome, Refused):
        metrics.ARTICLES_DEAD.labels(outcome.reason.value).inc()
        log.warning(
            "article dead-lettered",
            entry_id=item.entry_id,
            article_id=outcome.article_id,
            reason=outcome.reason.value,
            error=outcome.error[:300],
            attempts=len(item.history),
        )
        return "dead"
    for stage, seconds in outcome.summary.seconds.items():
        metrics.STAGE_SECONDS.labels(stage).observe(seconds)
    skipped = Reason.DUPLICATE if verdict is Verdict.DUPLICATE else outcome.summary.skipped
    if skipped is not None:
        metrics.ARTICLES_SKIPPED.labels(skipped.value).inc()
        return "skipped"
    metrics.ARTICLES_PROCESSED.inc()
    for position in outcome.positions:
        metrics.POSITIONS.labels(position.issue.value, position.stance.value).inc()
        metrics.CONFIDENCE.observe(position.confidence)
    return "processed"
