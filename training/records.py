"""What does training read? One JSON record an article (or item) with its mentions and gold events."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from worker.extraction.encoding import PartyMention, SentenceTokens, tokenize

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Event:
    """One gold event; `party` and `addressee` are indices, None where the mention finder proposes no such party."""

    sentences: tuple[int, ...]
    party: int | None
    issue: str
    stance: str
    addressee: int | None
    attribution: str
    time: str
    condition: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a teacher says of one party in one sentence; probabilities. `addressee` is by party, None for nobody."""

    present: float
    issue: Array
    stance: Array
    attribution: Array
    time: Array
    has_condition: float
    addressee: Mapping[int | None, float]


@dataclass(frozen=True, slots=True)
class Record:
    """One text with its tokens, ready to be packed; `party_of` gives the number of a party by any name found for it.

    `opinions` (by sentence and party) have the share `trust` in what is learnt of the text, `events` the rest;
    a trust of 1 means that the text is not annotated.
    """

    id: str
    is_item: bool
    text: str
    year: int | None
    parties: tuple[str, ...]
    party_of: dict[str, int]
    sentences: list[tuple[int, int]]
    tokens: list[SentenceTokens]
    events: tuple[Event, ...]
    opinions: Mapping[tuple[int, int], Opinion] = field(default_factory=dict)
    trust: float = 0.0

    @property
    def held_out(self) -> bool:
        """Tell whether the record belongs to the fixed sixth that is kept for decisions and calibration."""
        return not self.is_item and hashlib.sha256(self.id.encode()).digest()[0] % 6 == 0

    @property
    def weight(self) -> float:
        """How much a candidate of the record counts: items are annotated more coarsely, opinions are only opinions."""
        if self.trust == 1.0:
            return 0.5
        return 0.4 if self.is_item else 1.0


def read_records(path: Path, tokenizer: Tokenizer | None) -> list[Record]:
    """Read a file of records and tokenize their texts; without a tokenizer they have no tokens."""
    with path.open(encoding="utf8") as lines:
        return [_record(json.loads(line), tokenizer) for line in lines if line.strip()]


def _record(raw: dict[str, Any], tokenizer: Tokenizer | None) -> Record:
    sentences = [(start, end) for start, end in raw["sentences"]]
    is_item = raw["source"] == "item"
    if is_item:  # which of an item's sentences carries an event is not annotated
        sentences = [(0, len(raw["text"]))]
    mentions = [PartyMention(m["start"], m["end"], m["party"], m["kind"]) for m in raw["mentions"]]
    return Record(
        id=raw["id"],
        is_item=is_item,
        text=raw["text"],
        parties=tuple(raw["parties"]),
        year=raw.get("year"),
        party_of=raw.get("party_of", {}),
        sentences=sentences,
        tokens=tokenize(tokenizer, raw["text"], sentences, mentions) if tokenizer is not None else [],
        events=tuple(_events(raw["events"], is_item)),
    )


def _events(events: Iterable[dict[str, Any]], is_item: bool) -> Iterator[Event]:
    for e in events:
        yield Event(
            sentences=(0,) if is_item else tuple(e["sentences"]),
            party=e["party"],
            issue=e["issue"],
            stance=e["stance"],
            addressee=e["addressee"],
            attribution=e["attribution"],
            time=e["time"] or "current",
            condition=tuple(e["condition"]) if e["condition"] else None,
        )
