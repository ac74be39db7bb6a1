"""How does a message become a cleaned article? Layout, lines, dateline, language and dates, one after the other."""

import re
from array import array
from collections.abc import Iterator
from datetime import date, datetime

from schemas.codes import Reason
from schemas.messages import ArticleMessage
from worker.cleaning.article import CleanedArticle, Dateline, Line, LineKind, RemovalReason, Removed
from worker.cleaning.classify import Verdict, classify
from worker.cleaning.dateline import find_dateline
from worker.cleaning.dates import find_day
from worker.cleaning.language import detect_language
from worker.cleaning.layout import Layout, lay_out_text
from worker.cleaning.limits import DEFAULT_LIMITS, CleaningLimits
from worker.cleaning.main_text import lay_out_page
from worker.cleaning.metadata import PageMetadata, read_metadata
from worker.cleaning.page import looks_like_page, read_page
from worker.cleaning.rules import load_rules

_PIECE = re.compile(r"[^ ]+(?: [^ ]+)*")
_BY = re.compile(r"\A[\W_]*by\b:?", re.IGNORECASE)


def clean(message: ArticleMessage, *, limits: CleaningLimits = DEFAULT_LIMITS) -> CleanedArticle:
    """Return the cleaned article; one that is not to be processed carries its reason in `skip`."""
    published = _as_date(message.published_at)
    if len(message.body) > limits.max_body_characters:
        return _skipped(message, Reason.TOO_LONG)
    layout, metadata = _lay_out(message, limits)
    if len(layout.text) > limits.max_text_characters:
        return _skipped(message, Reason.TOO_LONG)
    verdicts = classify(layout.paragraphs, title=message.title or metadata.title, rules=load_rules())
    text, offsets, lines = _assemble(layout, verdicts)
    removed = _removed(layout, verdicts)
    published = published or metadata.published_at or _stamped_day(removed)
    dateline = _dateline(text, lines, published)
    if published is None and dateline is not None:
        published = dateline.day
    language = detect_language(text)
    stated = message.language or metadata.language
    if language is None and stated:
        language = stated.split("-")[0].lower()
    return CleanedArticle(
        text=text,
        offsets=offsets,
        lines=lines,
        dateline=dateline,
        language=language,
        published_at=published,
        title=message.title or metadata.title or _headline(text, lines),
        source=message.source or metadata.source,
        byline=metadata.author or _byline(removed),
        removed=removed,
        skip=_skip(text, language, limits),
    )


def _lay_out(message: ArticleMessage, limits: CleaningLimits) -> tuple[Layout, PageMetadata]:
    """Lay out the body as what it is: a page that calls itself text is read as a page, and the other way round."""
    body = message.body
    if message.content_type == "text/html" or looks_like_page(body):
        page = read_page(body, limits=limits)
        if page.structured:
            return lay_out_page(page), read_metadata(body, page, limits=limits)
    return lay_out_text(body), PageMetadata()


def _as_date(value: datetime | date | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


def _skipped(message: ArticleMessage, reason: Reason) -> CleanedArticle:
    return CleanedArticle(
        text="",
        offsets=array("i"),
        lines=(),
        dateline=None,
        language=message.language,
        published_at=_as_date(message.published_at),
        title=message.title,
        source=message.source,
        byline=None,
        removed=(),
        skip=reason,
    )


def _skip(text: str, language: str | None, limits: CleaningLimits) -> Reason | None:
    if not text:
        return Reason.EMPTY
    if language is not None and limits.languages and language not in limits.languages:
        return Reason.LANGUAGE
    return Reason.TOO_SHORT if len(text) < limits.min_text_characters else None


def _assemble(layout: Layout, verdicts: list[Verdict]) -> tuple[str, "array[int]", tuple[Line, ...]]:
    parts: list[str] = []
    offsets: array[int] = array("i")
    lines: list[Line] = []
    for verdict in verdicts:
        if verdict.kind is None:
            continue
        if lines:
            parts.append("\n")
            offsets.append(-1)
        start = len(offsets)
        for piece_start, piece_end in _pieces(verdict):
            if len(offsets) > start:
                parts.append(" ")
                offsets.append(-1)
            parts.append(layout.text[piece_start:piece_end])
            offsets.extend(layout.offsets[piece_start:piece_end])
        lines.append(Line(start, len(offsets), verdict.kind))
    return "".join(parts), offsets, tuple(lines)


def _pieces(verdict: Verdict) -> Iterator[tuple[int, int]]:
    """Yield what is left of a kept paragraph as ranges of the layout's text, without the cuts and without wide gaps."""
    paragraph = verdict.paragraph
    position = 0
    for start, end in (*((cut.start, cut.end) for cut in verdict.cuts), (len(paragraph.text),) * 2):
        for piece in _PIECE.finditer(paragraph.text, position, start):
            yield paragraph.start + piece.start(), paragraph.start + piece.end()
        position = end


def _removed(layout: Layout, verdicts: list[Verdict]) -> tuple[Removed, ...]:
    removed = []
    for verdict in verdicts:
        start = verdict.paragraph.start
        if verdict.reason is not None:
            ranges = [(start, verdict.paragraph.end, verdict.reason)]
        else:
            ranges = [(start + cut.start, start + cut.end, cut.reason) for cut in verdict.cuts]
        for begin, end, reason in ranges:
            raw = [o for o in (layout.offsets[begin], layout.offsets[end - 1]) if o >= 0]
            if raw:
                removed.append(Removed(raw[0], raw[-1] + 1, reason, layout.text[begin:end]))
    return tuple(removed)


def _stamped_day(removed: tuple[Removed, ...]) -> date | None:
    stamps = (find_day(r.text) for r in removed if r.reason is RemovalReason.TIMESTAMP)
    return next((day for day in stamps if day is not None), None)


def _dateline(text: str, lines: tuple[Line, ...], published: date | None) -> Dateline | None:
    for line in [line for line in lines if line.kind is LineKind.BODY][:2]:
        found = find_dateline(text[line.start : line.end], published=published)
        if found is not None:
            return Dateline(line.start, line.start + found.length, found.place, found.day)
    return None


def _headline(text: str, lines: tuple[Line, ...]) -> str | None:
    return next((text[line.start : line.end] for line in lines if line.kind is LineKind.HEADLINE), None)


def _byline(removed: tuple[Removed, ...]) -> str | None:
    byline = next((r.text for r in removed if r.reason is RemovalReason.BYLINE), None)
    return (byline and _BY.sub("", byline).strip(" *_|-")) or None
