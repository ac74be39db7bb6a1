"""What does each message look like? One made-up example a topic, for the exported documents and for tests."""

from datetime import UTC, date, datetime

from schemas.codes import Attribution, Issue, PartyKind, Reason, Stance, TimeFrame
from schemas.messages import (
    ArticleMessage,
    ArticleReference,
    DeadArticle,
    Extractor,
    Message,
    Party,
    Plover,
    PositionEvent,
    ProcessedArticle,
    Span,
    Speaker,
    digest,
)
from schemas.topics import Topic

SENTENCE = "Norway will not sign the fisheries deal unless its mackerel quota rises, minister Kari Holm said on Monday."
EXTRACTOR = Extractor(version="0.1.0", model="en_core_web_sm-3.8.0", domain="negotiations")


def span(words: str, *, offset: int = 0) -> Span:
    """Return the span that `words` take in the example sentence, `offset` characters further on in the raw body."""
    start = SENTENCE.index(words)
    end = start + len(words)
    return Span(text=words, start=start, end=end, raw_start=start + offset, raw_end=end + offset)


ARTICLE = ArticleMessage(
    id="fisheries-2026-11-24",
    url="https://news.example/fisheries",
    source="Example News",
    title="Norway holds out over mackerel",
    language="en",
    published_at=date(2026, 11, 24),
    content_type="text/plain",
    body=SENTENCE,
)

POSITION = PositionEvent(
    position_id=digest("fisheries-2026-11-24", f"0:{len(SENTENCE)}", "Norway", "settlement", "conditional"),
    article=ArticleReference(
        id="fisheries-2026-11-24",
        url="https://news.example/fisheries",
        source="Example News",
        title="Norway holds out over mackerel",
        published_at=date(2026, 11, 24),
        language="en",
    ),
    party=Party(name="Norway", kind=PartyKind.STATE, iso3="NOR", mention="Norway"),
    speaker=Speaker(name="Kari Holm", role="minister"),
    issue=Issue.SETTLEMENT,
    stance=Stance.CONDITIONAL,
    proposition=span("sign the fisheries deal"),
    condition=span("its mackerel quota rises"),
    evidence=span(SENTENCE),
    attribution=Attribution.INDIRECT,
    time=TimeFrame.CURRENT,
    stated_on=date(2026, 11, 23),
    confidence=0.87,
    plover=Plover(event="REJECT"),
    extractor=EXTRACTOR,
)

PROCESSED = ProcessedArticle(
    article_id="fisheries-2026-11-24",
    positions=1,
    language="en",
    raw_characters=2210,
    cleaned_characters=1874,
    removed={"menu": 210, "copyright": 126},
    sentences=17,
    parsed_sentences=6,
    seconds={"clean": 0.002, "gate": 0.0004, "extract": 0.061},
    extractor=EXTRACTOR,
)

DEAD = DeadArticle(
    entry_id="1795507200000-0",
    reason=Reason.SCHEMA,
    error="unknown field 'publishedAt': did you mean 'published_at'?",
    attempts=1,
    failed_at=datetime(2026, 11, 24, 8, 30, tzinfo=UTC),
    worker="reader-1:4711",
    data='{"body": "...", "publishedAt": "2026-11-24"}',
)

EXAMPLES: dict[Topic, Message] = {
    Topic.ARTICLES: ARTICLE,
    Topic.POSITIONS: POSITION,
    Topic.PROCESSED: PROCESSED,
    Topic.DEAD: DEAD,
}
