"""How does a position in the text become a message? Spans with their raw places, names, ids and the PLOVER event."""

from collections.abc import Iterator, Sequence

from schemas.messages import (
    ArticleMessage,
    ArticleReference,
    Extractor,
    Party,
    PositionEvent,
    Span,
    Speaker,
    digest,
)
from worker.cleaning.article import CleanedArticle
from worker.extraction.position import CharSpan, PartyName, Position


def position_events(
    message: ArticleMessage, cleaned: CleanedArticle, positions: Sequence[Position], extractor: Extractor
) -> Iterator[PositionEvent]:
    """Yield the position events of one article, each id once."""
    article = ArticleReference(
        id=message.article_id,
        url=message.url,
        source=cleaned.source,
        title=cleaned.title,
        published_at=message.published_at or cleaned.published_at,
        language=cleaned.language,
    )
    seen: set[str] = set()
    for position in positions:
        event = _event(article, cleaned, position, extractor)
        if event.position_id not in seen:
            seen.add(event.position_id)
            yield event


def _event(
    article: ArticleReference, cleaned: CleanedArticle, position: Position, extractor: Extractor
) -> PositionEvent:
    start, end = position.evidence
    speaker = position.speaker
    return PositionEvent(
        position_id=digest(article.id, str(start), str(end), position.party.name, position.issue, position.stance),
        article=article,
        party=_party(position.party, _words(cleaned, position.mention)),
        speaker=Speaker(name=speaker.name, role=speaker.role) if speaker else None,
        issue=position.issue,
        stance=position.stance,
        addressee=_party(position.addressee, None) if position.addressee else None,
        proposition=_span(cleaned, position.proposition),
        condition=_span(cleaned, position.condition),
        evidence=_certain(_span(cleaned, position.evidence)),
        attribution=position.attribution,
        reported_by=position.reported_by,
        time=position.time,
        stated_on=position.stated_on,
        confidence=round(position.confidence, 4),
        plover=position.plover,
        extractor=extractor,
    )


def _party(party: PartyName, mention: str | None) -> Party:
    return Party(name=party.name, kind=party.kind, iso3=party.iso3, mention=mention)


def _words(cleaned: CleanedArticle, span: CharSpan | None) -> str | None:
    return cleaned.text[slice(*span)] if span else None


def _span(cleaned: CleanedArticle, span: CharSpan | None) -> Span | None:
    if span is None:
        return None
    start, end = span
    raw = cleaned.raw_span(start, end)
    return Span(
        text=cleaned.text[start:end],
        start=start,
        end=end,
        raw_start=raw[0] if raw else None,
        raw_end=raw[1] if raw else None,
    )


def _certain(span: Span | None) -> Span:
    if span is None:
        raise ValueError("a position without evidence")
    return span
