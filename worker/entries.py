"""Who is at which entry of `articles`? Reading, taking, giving back, reclaiming and trimming the entries of one stream.

The stream's pending list is the truth about what is still to be done. Beside it, the hash `articles.attempts` holds one
line for each time that a worker started an entry. An attempt counts from that line on, not from a delivery: an entry
that waited in vain in a queue has done nobody any harm.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from redis.exceptions import ResponseError

from schemas.topics import Topic
from worker.connection import Client
from worker.publishing.keys import Keys
from worker.scripts import script
from worker.settings import Settings

Fields = dict[bytes, bytes]
DATA = b"data"
ALONE = "alone"
"""The word for a start without company, which the scripts know too."""
LARGEST_ENTRY = 128 * 1024 * 1024
"""Bytes above which an entry is dead-lettered without its message: the letter would not fit into the server."""
CONSUMER_FORGOTTEN_AFTER = 3600.0
RECEIVED_WINDOW, RECEIVED_LIMIT = 7 * 86_400.0, 100_000


class TakeState(StrEnum):
    """What a worker finds when it wants to start an entry."""

    TAKEN = "taken"
    OVERSIZE = "oversize"
    MISSING = "missing"
    BUSY = "busy"
    GONE = "gone"


class ReclaimState(StrEnum):
    """What intake finds of an entry that nobody is at."""

    RETRY = "retry"
    AGAIN = "again"
    EXHAUSTED = "exhausted"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Taken:
    """One answer to a worker that wants to start entries."""

    entry_id: str
    state: TakeState
    history: tuple[str, ...] = ()
    fields: Fields | None = None
    size: int = 0

    @property
    def attempts(self) -> int:
        """How often the entry was started, this time included."""
        return len(self.history)

    @property
    def own_attempts(self) -> int:
        """How often it was started alone: what went wrong in company may be a neighbour's fault, and is not charged."""
        return sum(" ".join(line.split(" ")[2:]).startswith(ALONE) for line in self.history)


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """An entry that nobody was at."""

    entry_id: str
    state: ReclaimState
    history: tuple[str, ...]


class Read(NamedTuple):
    """New entries of the stream: their ids and what they weigh together."""

    entry_ids: list[str]
    size: int


class ArticleEntries:
    """The entries of one `articles` stream as one consumer of the group sees them."""

    def __init__(self, client: Client, keys: Keys, settings: Settings, *, consumer: str) -> None:
        """Work under the name `consumer`, which no other process may bear."""
        self.client = client
        self.keys = keys
        self.consumer = consumer
        self._settings = settings
        self._group = settings.group
        self._take = script(client, "take")
        self._release = script(client, "release")
        self._refresh = script(client, "refresh")
        self._reclaim = script(client, "reclaim")
        self._trim = script(client, "trim")

    def ensure_group(self) -> None:
        """Create stream and consumer group, where there are none, from the first entry on."""
        try:
            self.client.xgroup_create(self.keys.articles, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def read(self, *, count: int, block_ms: int) -> Read:
        """Wait for entries that no consumer has seen; they are this consumer's pending ones from now on."""
        streams: Any = {self.keys.articles: ">"}
        answer: Any = self.client.xreadgroup(self._group, self.consumer, streams, count=count, block=block_ms)
        entries: list[tuple[bytes, Fields]] = answer[0][1] if answer else []
        size = sum(len(name) + len(value) for _, fields in entries for name, value in fields.items())
        return Read([entry_id.decode() for entry_id, _ in entries], size)

    def take(self, entry_ids: Sequence[str], *, note: str) -> list[Taken]:
        """Start entries, in order, as many as may be held in memory at once: note the attempt, return the fields."""
        limits = (_milliseconds(self._settings.reclaim_after), self._settings.batch_bytes, LARGEST_ENTRY)
        answer = self._take(
            keys=(self.keys.articles, self.keys.attempts),
            args=(self._group, self.consumer, *limits, self._settings.max_attempts, _one_line(note), *entry_ids),
        )
        return [_taken(row) for row in answer]

    def refresh(self, entry_ids: Iterable[str]) -> int:
        """Show a sign of life for entries; returns how many are still this consumer's."""
        return int(self._refresh(keys=(self.keys.articles,), args=(self._group, self.consumer, *entry_ids)))

    def release(self, entry_ids: Iterable[str], *, because: str) -> int:
        """Give entries back for another attempt; returns how many were still this consumer's."""
        return int(
            self._release(
                keys=(self.keys.articles, self.keys.attempts),
                args=(self._group, self.consumer, _one_line(because), *entry_ids),
            )
        )

    def reclaim(self, *, most: int) -> list[Reclaimed]:
        """Claim entries that nobody is at any more."""
        answer = self._reclaim(
            keys=(self.keys.articles, self.keys.attempts),
            args=(
                self._group,
                self.consumer,
                _milliseconds(self._settings.reclaim_after),
                _milliseconds(self._settings.redispatch_after),
                self._settings.max_attempts,
                most,
            ),
        )
        return [Reclaimed(row[0].decode(), ReclaimState(row[1].decode()), _lines(row[2])) for row in answer]

    def fields_of(self, entry_id: str) -> Fields | None:
        """Return the fields of an entry, None where it is no longer in the stream."""
        found: Any = self.client.xrange(self.keys.articles, entry_id, entry_id)
        fields: Fields | None = found[0][1] if found else None
        return fields

    def trim(self) -> int:
        """Trim entries that every group is done with, forget consumers long gone; returns how many entries went."""
        return int(
            self._trim(
                keys=(self.keys.articles,),
                args=(
                    self._group,
                    _milliseconds(self._settings.article_retention),
                    _milliseconds(CONSUMER_FORGOTTEN_AFTER),
                ),
            )
        )

    def trim_topics(self, longest: int) -> dict[str, int]:
        """Trim `positions` and `articles.processed` to about `longest` entries; returns how many went from each."""
        topics = {Topic.POSITIONS: self.keys.positions, Topic.PROCESSED: self.keys.processed}
        return {
            topic.value: int(self.client.xtrim(key, maxlen=longest, approximate=True)) for topic, key in topics.items()
        }


def append_article(client: Client, keys: Keys, data: bytes, *, traceparent: str | None = None) -> str:
    """Append one article message (JSON) to the stream as any producer does; returns the entry's id."""
    fields: dict[Any, Any] = {DATA: data} | ({b"traceparent": traceparent.encode()} if traceparent else {})
    entry_id: Any = client.xadd(keys.articles, fields)
    return str(entry_id.decode())


def append_received(client: Client, keys: Keys, data: bytes, *, message_id: str) -> str | None:
    """Append an article that a Celery message brought; None where that message was appended before."""
    entry_id = script(client, "append")(
        keys=(keys.articles, keys.received),
        args=(message_id, _milliseconds(RECEIVED_WINDOW), RECEIVED_LIMIT, DATA, data),
    )
    return None if entry_id is None else str(entry_id.decode())


def owner_of(client: Client, keys: Keys, settings: Settings, entry_id: str) -> str | None:
    """Return the consumer that a pending entry is with, None where it is not pending."""
    pending: Any = client.xpending_range(keys.articles, settings.group, entry_id, entry_id, 1)
    return str(pending[0]["consumer"].decode()) if pending else None


def _taken(row: list[bytes | list[bytes] | int]) -> Taken:
    entry_id, state, *rest = row
    if not isinstance(entry_id, bytes) or not isinstance(state, bytes):
        raise TypeError("the script `take` gave an answer of another shape")
    history = _lines(rest[0]) if rest and isinstance(rest[0], bytes) else ()
    content = rest[1] if len(rest) > 1 else None
    return Taken(
        entry_id.decode(),
        TakeState(state.decode()),
        history,
        _pairs(content) if isinstance(content, list) else None,
        content if isinstance(content, int) else 0,
    )


def _pairs(flat: Sequence[bytes]) -> Fields:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _lines(history: bytes) -> tuple[str, ...]:
    return tuple(history.decode(errors="replace").split("\n")) if history else ()


def _one_line(words: str) -> str:
    return " ".join(words.split())[:500]


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
