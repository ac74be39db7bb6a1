"""What is extracted? The internal forms of parties, attributions and positions, before they become messages."""

from dataclasses import dataclass
from datetime import date

from schemas.codes import Attribution, Issue, PartyKind, Stance, TimeFrame
from schemas.messages import Plover

CharSpan = tuple[int, int]
"""Characters [start, end) of the cleaned text."""


@dataclass(frozen=True, slots=True)
class PartyName:
    """A side at the table, by its canonical name."""

    name: str
    kind: PartyKind
    iso3: str | None = None


@dataclass(frozen=True, slots=True)
class SpeakerName:
    """A person or organ that voices positions for `side`; `side` is None where it cannot be told."""

    name: str
    role: str | None
    side: PartyName | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in the text that names a party or somebody (or something) who stands for one.

    `kind` is one of `party` (country, bloc, organisation, group), `demonym` ("Russian"), `office` ("the Kremlin",
    "the foreign minister"), `person`, `pronoun`.
    """

    start: int
    end: int
    kind: str
    party: PartyName | None
    speaker: SpeakerName | None


@dataclass(frozen=True, slots=True)
class AttributedContent:
    """One attribution: somebody (source) says, wants, believes (cue) something (content).

    Spans are characters of the text. `content` has several spans where a tag splits the quotation. `quoted` tells
    whether the content stands in quotation marks (wholly or in part). `reported_by` is a further source
    ("according to Interfax"), if any: that of the attribution around this one. `confidence` is in [0, 1].
    """

    source: CharSpan | None
    cue: CharSpan | None
    content: tuple[CharSpan, ...]
    quoted: bool
    reported_by: CharSpan | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Position:
    """One negotiation position in the text of one article; every span is in characters of the cleaned text."""

    party: PartyName
    mention: CharSpan | None
    speaker: SpeakerName | None
    issue: Issue
    stance: Stance
    addressee: PartyName | None
    proposition: CharSpan | None
    condition: CharSpan | None
    evidence: CharSpan
    attribution: Attribution
    reported_by: str | None
    time: TimeFrame
    stated_on: date | None
    confidence: float
    plover: Plover
