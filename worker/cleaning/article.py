"""What does cleaning hand on? The cleaned article: text, offsets into the raw body, lines, metadata, removals."""

from array import array
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.codes import Reason


class LineKind(StrEnum):
    """What a line of the cleaned text is."""

    HEADLINE = "headline"
    DECK = "deck"
    SUBHEADING = "subheading"
    BODY = "body"
    REPORTING = "reporting"


class RemovalReason(StrEnum):
    """Why a stretch of the raw body is not part of the cleaned text."""

    MARKUP = "markup"
    MENU = "menu"
    COOKIE_NOTICE = "cookie_notice"
    PROMPT = "prompt"
    RELATED = "related"
    ADVERTISEMENT = "advertisement"
    CAPTION = "caption"
    CREDIT = "credit"
    BYLINE = "byline"
    TIMESTAMP = "timestamp"
    DUPLICATE = "duplicate"
    SIGNATURE = "signature"
    COPYRIGHT = "copyright"
    TAGS = "tags"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph or heading: characters [start, end) of the cleaned text."""

    start: int
    end: int
    kind: LineKind


@dataclass(frozen=True, slots=True)
class Dateline:
    """Place (and day) that opens an agency report; characters [start, end) of the cleaned text, separator included."""

    start: int
    end: int
    place: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Removed:
    """A stretch of the raw body that cleaning left out: characters [raw_start, raw_end) and why."""

    raw_start: int
    raw_end: int
    reason: RemovalReason
    text: str


@dataclass(frozen=True, slots=True)
class CleanedArticle:
    """A cleaned article. `text` is the lines joined by newlines.

    `offsets[i]` is the index in the raw body of the character that `text[i]` comes from, or -1 where cleaning
    inserted it (a newline between lines, say). Offsets never decrease over the characters that have one.
    """

    text: str
    offsets: "array[int]"
    lines: tuple[Line, ...]
    dateline: Dateline | None
    language: str | None
    published_at: date | None
    title: str | None
    source: str | None
    byline: str | None
    removed: tuple[Removed, ...]
    skip: Reason | None
    """Set where the article is to be skipped (empty, too short, too long, other language)."""

    def raw_span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the raw characters that `text[start:end]` comes from, or None where nothing of it survives."""
        first = next((o for o in self.offsets[start:end] if o >= 0), None)
        if first is None:
            return None
        last = next(o for o in reversed(self.offsets[start:end]) if o >= 0)
        return first, last + 1
