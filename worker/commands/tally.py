"""What has come out so far? The outcomes of a run, counted as they appear in the topics."""

import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from worker.commands.feed import Fed
from worker.commands.tail import Entry, newest_id, read_entry

if TYPE_CHECKING:
    from worker.connection import Client
    from worker.publishing.keys import Keys

POSITIONS, PROCESSED, DEAD = "positions", "articles.processed", "articles.dead"
READ_AT_ONCE = 200
SPEED_WINDOW = 10.0


@dataclass(slots=True)
class Tally:
    """Counts of a run.

    An outcome may be seen before the note that its article was fed: both are kept, and compared when asked.
    """

    positions: list[dict[str, Any]] = field(default_factory=list)
    processed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    fed: list[Fed] = field(default_factory=list)
    _processed_ids: Counter[str] = field(default_factory=Counter)
    _dead_entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    _done_at: deque[float] = field(default_factory=deque)

    @property
    def done(self) -> int:
        """Articles with an outcome."""
        return self.processed + self.refused.total()

    @property
    def all_done(self) -> bool:
        """Whether everything that was fed so far has an outcome."""
        if self.done < len(self.fed):
            return False
        left = Counter(fed.article_id for fed in self.fed if fed.entry_id not in self._dead_entries)
        return left <= self._processed_ids

    def refusals(self) -> list[tuple[str, str, str]]:
        """Return of each refused article where it came from (else its id), the reason and the error."""
        origins = {fed.entry_id: fed.origin for fed in self.fed}
        return [
            (
                origins.get(entry_id) or str(data.get("article_id") or entry_id),
                str(data.get("reason")),
                str(data.get("error")),
            )
            for entry_id, data in self._dead_entries.items()
        ]

    def speed(self, now: float) -> float:
        """Return the articles a second of the last few seconds."""
        while self._done_at and self._done_at[0] < now - SPEED_WINDOW:
            self._done_at.popleft()
        return len(self._done_at) / max(now - self._done_at[0], 1.0) if self._done_at else 0.0

    def count(self, topic: str, entry: Entry) -> None:
        """Count an entry of a topic."""
        data = entry.data if isinstance(entry.data, dict) else {}
        if topic == POSITIONS:
            self.positions.append(data)
            return
        self._done_at.append(time.monotonic())
        if topic == PROCESSED:
            self.processed += 1
            self._processed_ids[str(data.get("article_id"))] += 1
            if data.get("skipped"):
                self.skipped[str(data["skipped"])] += 1
        else:
            self.refused[str(data.get("reason"))] += 1
            self._dead_entries[str(data.get("entry_id"))] = data


class OutcomeReader:
    """Reads the topics of every partition from where they stood when it was made."""

    def __init__(self, client: "Client", partitions: "Sequence[Keys]") -> None:
        """Remember where each topic stands now."""
        self._client = client
        self._topics = {keys.before + topic: topic for keys in partitions for topic in (POSITIONS, PROCESSED, DEAD)}
        self._seen = {stream: newest_id(client, stream) for stream in self._topics}

    def read(self, *, wait_ms: int) -> list[tuple[str, Entry]]:
        """Return what is new, waiting up to `wait_ms` for something to come; positions before what they come from."""
        seen: Any = dict(self._seen)
        answer: Any = self._client.xread(seen, count=READ_AT_ONCE, block=wait_ms)
        found = []
        for stream, rows in answer or []:
            for entry_id, fields in rows:
                found.append((self._topics[stream.decode()], read_entry(entry_id, fields)))
                self._seen[stream.decode()] = entry_id.decode()
        return sorted(found, key=lambda item: item[0] != POSITIONS)
