"""What goes in and what comes out: the messages of the contract as pydantic models."""

from datetime import date, datetime
from hashlib import blake2b
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.codes import Attribution, Issue, PartyKind, Reason, Stance, TimeFrame


def digest(*parts: str) -> str:
    """Return 32 hexadecimal digits that identify `parts` in this order, the same on every machine."""
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Message(BaseModel):
    """Shared behaviour of all messages: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=False)


class ArticleMessage(Message):
    """One article as a producer feeds it."""

    body: Annotated[str, StringConstraints(strict=True)]
    content_type: Literal["text/plain", "text/html"] = "text/plain"
    id: Annotated[str, StringConstraints(min_length=1, max_length=512)] | None = None
    url: str | None = None
    source: str | None = None
    title: str | None = None
    language: str | None = None
    published_at: datetime | date | None = None

    @property
    def article_id(self) -> str:
        """The producer's id, else a digest of the address, else of the body."""
        return self.id or digest(self.url or self.body)


class Span(Message):
    """Words of the cleaned text: `cleaned_text[start:end] == text`, and where they stand in the message's own body."""

    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    raw_start: int | None = Field(default=None, ge=0)
    raw_end: int | None = Field(default=None, ge=0)


class Party(Message):
    """A side at the table."""

    name: str
    kind: PartyKind
    iso3: str | None = None
    mention: str | None = None


class Speaker(Message):
    """Who voices the position in the text."""

    name: str
    role: str | None = None


class ArticleReference(Message):
    """The article that a position comes from."""

    id: str
    url: str | None = None
    source: str | None = None
    title: str | None = None
    published_at: datetime | date | None = None
    language: str | None = None


class Plover(Message):
    """The event in the PLOVER vocabulary of political event coding."""

    event: str
    mode: str | None = None


class Extractor(Message):
    """What produced the event."""

    version: str
    model: str
    domain: str


class PositionEvent(Message):
    """One negotiation position: who stands where on what, in which words."""

    position_id: str
    article: ArticleReference
    party: Party
    speaker: Speaker | None = None
    issue: Issue
    stance: Stance
    addressee: Party | None = None
    proposition: Span | None = None
    condition: Span | None = None
    evidence: Span
    attribution: Attribution
    reported_by: str | None = None
    time: TimeFrame
    stated_on: date | None = None
    confidence: float = Field(ge=0, le=1)
    plover: Plover
    extractor: Extractor


class ProcessedArticle(Message):
    """What became of one article: counts, language, cleaning statistics, timings; why it was skipped, where it was."""

    article_id: str
    positions: int = Field(ge=0)
    language: str | None = None
    skipped: Reason | None = None
    duplicate_of: str | None = None
    raw_characters: int = Field(ge=0)
    cleaned_characters: int = Field(ge=0)
    removed: dict[str, int] = Field(default_factory=dict)
    sentences: int = Field(default=0, ge=0)
    parsed_sentences: int = Field(default=0, ge=0)
    seconds: dict[str, float] = Field(default_factory=dict)
    extractor: Extractor


class DeadArticle(Message):
    """An article that cannot be processed, its message untouched."""

    article_id: str | None = None
    entry_id: str
    reason: Reason
    error: str
    attempts: int = Field(ge=0)
    failed_at: datetime
    worker: str
    data: str | None = None
    data_base64: str | None = None
    history: list[str] = Field(default_factory=list)
