"""What goes in and what comes out: the messages of the contract as pydantic models."""

from datetime import date, datetime
from hashlib import blake2b
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from schemas.codes import Attribution, Issue, PartyKind, Reason, Stance, TimeFrame
from schemas.times import PublicationTime


def digest(*parts: str) -> str:
    """Return 32 hexadecimal digits that identify `parts` in this order, the same on every machine."""
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Message(BaseModel):
    """Shared behaviour of all messages: immutable, unknown fields refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_enum_values=False,
        json_schema_serialization_defaults_required=True,
    )


class ArticleMessage(Message):
    """One article as a producer feeds it."""

    body: Annotated[str, StringConstraints(strict=True)]
    """A raw HTML page or fragment, or scraped plain text with its residual boilerplate."""
    content_type: Literal["text/plain", "text/html"] = "text/plain"
    """What `body` is."""
    id: Annotated[str, StringConstraints(min_length=1, max_length=512)] | None = None
    """A stable id; without one, a digest of `url`, else of `body`, is taken."""
    url: str | None = None
    """Where the article stands."""
    source: str | None = None
    """The medium that published it, such as `Reuters`."""
    title: str | None = None
    """The headline, if the producer knows it."""
    language: str | None = None
    """BCP 47 tag, such as `en` or `en-GB`; without one the language is detected."""
    published_at: PublicationTime | None = None
    """RFC 3339 date or date-time; anchors expressions such as "on Friday". Without an offset it is taken as UTC."""

    @property
    def article_id(self) -> str:
        """The producer's id, else a digest of the address, else of the body."""
        return self.id or digest(self.url or self.body)


class Span(Message):
    """Words of the cleaned text: `cleaned_text[start:end] == text`, and where they stand in the message's own body."""

    text: str
    """The words."""
    start: int = Field(ge=0)
    """First character in the cleaned text, counted from 0 in Unicode code points."""
    end: int = Field(ge=0)
    """First character after the span in the cleaned text."""
    raw_start: int | None = Field(default=None, ge=0)
    """First character in the message's own `body`, where the words survive there."""
    raw_end: int | None = Field(default=None, ge=0)
    """First character after the span in the message's own `body`."""

    @model_validator(mode="after")
    def spans_its_text(self) -> Self:
        """Refuse a span whose length is not that of its text: a reader would mark the wrong words."""
        if self.end - self.start != len(self.text):
            raise ValueError(f"{self.start} to {self.end} cannot hold a text of {len(self.text)} characters")
        return self


class Party(Message):
    """A side at the table."""

    name: str
    """Canonical short name, such as `United States`."""
    kind: PartyKind
    """What sort of side it is."""
    iso3: str | None = None
    """ISO 3166-1 alpha-3 code of a state."""
    mention: str | None = None
    """The words of the text that name it or stand for it, such as `the Kremlin`."""


class Speaker(Message):
    """Who voices the position in the text."""

    name: str
    """Full name where the article gives it."""
    role: str | None = None
    """Office or function as the article words it."""


class ArticleReference(Message):
    """The article that a position comes from."""

    id: str
    """The article's id."""
    url: str | None = None
    """Where the article stands."""
    source: str | None = None
    """The medium that published it."""
    title: str | None = None
    """Its headline."""
    published_at: PublicationTime | None = None
    """When it was published, from the message, else from the page."""
    language: str | None = None
    """BCP 47 tag, from the message, else detected."""


class Plover(Message):
    """The event in the PLOVER vocabulary of political event coding."""

    event: str
    """Event type, such as `REQUEST` or `REJECT`."""
    mode: str | None = None
    """Mode of the event type, where it has one."""


class Extractor(Message):
    """What produced the event."""

    version: str
    """Version of the software."""
    model: str
    """Name and version of the language model."""
    domain: str
    """The domain pack."""


class PositionEvent(Message):
    """One negotiation position: who stands where on what, in which words."""

    position_id: str
    """Digest of article id, evidence span, party, issue and stance: the same each time the article is processed."""
    article: ArticleReference
    """Where it was read."""
    party: Party
    """Whose position it is."""
    speaker: Speaker | None = None
    """Who voices it; null where the reporter tells it without a voice."""
    issue: Issue
    """What it is about."""
    stance: Stance
    """How the party stands towards the issue as the text words it."""
    addressee: Party | None = None
    """From whom something is wanted, refused, offered or threatened."""
    proposition: Span | None = None
    """The words of what is wanted, refused or offered."""
    condition: Span | None = None
    """The words of the condition, without its leading if, unless or until."""
    evidence: Span
    """The sentence or sentences that carry the position."""
    attribution: Attribution
    """By which kind of speech the text gives it."""
    reported_by: str | None = None
    """The medium or source that the article credits, such as `Interfax`."""
    time: TimeFrame
    """Whether the text sets it apart from the present."""
    stated_on: date | None = None
    """The day it was said, resolved against the dateline or the publication date."""
    confidence: float = Field(ge=0, le=1)
    """Calibrated probability that the event is right: of the events at 0.8, four in five are."""
    plover: Plover
    """The event for those who join on political event data."""
    extractor: Extractor
    """What produced it."""


class ProcessedArticle(Message):
    """What became of one article: counts, language, cleaning statistics, timings; why it was skipped, where it was."""

    article_id: str
    """The article's id."""
    positions: int = Field(ge=0)
    """How many position events it gave."""
    language: str | None = None
    """BCP 47 tag, from the message, else detected."""
    skipped: Reason | None = None
    """Why nothing was extracted from it; null where extraction ran."""
    duplicate_of: str | None = None
    """Id of the article whose near copy it is."""
    raw_characters: int = Field(ge=0)
    """Length of the message's own body."""
    cleaned_characters: int = Field(ge=0)
    """Length of the cleaned text."""
    removed: dict[str, int] = Field(default_factory=dict)
    """Characters that cleaning left out, by reason."""
    sentences: int = Field(default=0, ge=0)
    """Sentences of the cleaned text."""
    parsed_sentences: int = Field(default=0, ge=0)
    """Sentences that passed the gate and were parsed."""
    seconds: dict[str, float] = Field(default_factory=dict)
    """Time spent, by stage; the one part that differs when the same article is processed again."""
    extractor: Extractor
    """What processed it."""


class DeadArticle(Message):
    """An article that cannot be processed, its message untouched: in `data`, or in `data_base64` if it is no UTF-8."""

    article_id: str | None = None
    """The article's id, where the message could be read that far."""
    entry_id: str
    """The entry of the stream `articles` that brought it."""
    reason: Reason
    """Why, as a code."""
    error: str
    """Why, in words."""
    attempts: int = Field(ge=0)
    """How often it was tried."""
    failed_at: datetime
    """When it was given up."""
    worker: str
    """Where it was given up: host and process."""
    data: str | None = None
    """The message as it came, where it is UTF-8."""
    data_base64: str | None = None
    """The message as it came, in base64, where it is not UTF-8."""
    fields: dict[str, str] = Field(default_factory=dict)
    """The entry's other fields as they came, where they are UTF-8."""
    fields_base64: dict[str, str] = Field(default_factory=dict)
    """The entry's other fields as they came, name and value in base64, where one of them is not UTF-8."""
    history: list[str] = Field(default_factory=list)
    """What happened at earlier attempts, oldest first."""
