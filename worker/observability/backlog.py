"""How much is waiting, and where? The figures of one partition as the server has them now."""

from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from worker.connection import Client
from worker.publishing.keys import Keys
from worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits and what was done."""

    articles: int
    """Entries in `articles`, done ones that are kept for a while included."""
    lag: int
    """Entries that no worker has been given yet."""
    lag_is_exact: bool
    """False where the server cannot tell (after entries were deleted by hand): then `lag` is at most this."""
    pending: int
    """Entries that were given out and are not done."""
    oldest_pending_seconds: float
    """Age of the oldest entry that was given out and is not done."""
    queued_tasks: int
    """Tasks in the Celery queue."""
    positions: int
    processed: int
    dead: int
    published_ids: int
    """Article ids that are remembered."""
    last_done_ms: int
    """When an article was last done (processed or dead), in ms since 1970; 0: never."""

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do."""
        return self.lag == 0 and self.pending == 0


def measure_backlog(client: Client, keys: Keys, settings: Settings) -> Backlog:
    """Ask the server."""
    pipe = client.pipeline(transaction=False)
    pipe.xlen(keys.articles)
    pipe.xlen(keys.positions)
    pipe.xlen(keys.processed)
    pipe.xlen(keys.dead)
    pipe.zcard(keys.published)
    pipe.llen(queue_key(settings))
    pipe.time()
    pipe.xinfo_groups(keys.articles)
    pipe.xpending(keys.articles, settings.group)
    pipe.xinfo_stream(keys.processed)
    pipe.xinfo_stream(keys.dead)
    answers: list[Any] = pipe.execute(raise_on_error=False)
    lengths, (seconds, micros) = answers[:6], answers[6]
    for answer in lengths:
        if isinstance(answer, Exception):
            raise answer
    groups, pending, *topics = [None if isinstance(answer, ResponseError) else answer for answer in answers[7:]]
    name = settings.group.encode()
    group: dict[str, Any] = next((candidate for candidate in groups or () if candidate["name"] == name), {})
    waiting = int(pending["pending"]) if pending is not None else 0
    lag = group.get("lag") if group else lengths[0]
    oldest = _milliseconds(pending["min"]) if pending is not None and waiting else None
    return Backlog(
        articles=lengths[0],
        lag=int(lag) if lag is not None else max(0, lengths[0] - waiting),
        lag_is_exact=lag is not None,
        pending=waiting,
        oldest_pending_seconds=0.0 if oldest is None else max(0.0, seconds + micros / 1e6 - oldest / 1000),
        queued_tasks=lengths[5],
        positions=lengths[1],
        processed=lengths[2],
        dead=lengths[3],
        published_ids=lengths[4],
        last_done_ms=max((_milliseconds(topic["last-generated-id"]) for topic in topics if topic), default=0),
    )


def queue_key(settings: Settings) -> str:
    """Return the key of the list that is the Celery queue."""
    return settings.celery_key_prefix + settings.queue


def _milliseconds(entry_id: bytes) -> int:
    return int(entry_id.partition(b"-")[0])
