"""In which words, on what condition, when, told by whom? What the parse of a paragraph adds to a labelled event."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from schemas.codes import Stance
from schemas.messages import Plover
from worker.extraction.attribution import attribution_at
from worker.extraction.conditions import find_condition
from worker.extraction.dates import stated_on
from worker.extraction.domain import Domain
from worker.extraction.events import LabelledEvent
from worker.extraction.plover import plover_event
from worker.extraction.position import AttributedContent, CharSpan, Mention
from worker.extraction.propositions import find_proposition
from worker.extraction.stances import StanceReading, read_stances
from worker.extraction.syntax import attributions_of, paragraphs_with, parse


@dataclass(frozen=True, slots=True)
class Details:
    """What a parsed sentence tells of one event; spans are characters of the article's text."""

    condition: CharSpan | None
    proposition: CharSpan | None
    stated_on: date | None
    source: CharSpan | None
    reported_by: str | None
    plover: Plover


@dataclass(frozen=True, slots=True)
class ParsedParagraph:
    """A parsed line of the article, its place in the text, and who says what in it."""

    doc: Doc
    start: int
    attributions: tuple[AttributedContent, ...]

    def sentence(self, span: CharSpan) -> Span | None:
        """The tokens of a stretch of the article's text."""
        return self.doc.char_span(span[0] - self.start, span[1] - self.start, alignment_mode="expand")


class Paragraphs:
    """The parsed paragraphs of one article."""

    def __init__(self, nlp: Language, text: str, sentences: Sequence[CharSpan]) -> None:
        places = paragraphs_with(text, sentences)
        self._starts = [start for start, _ in places]
        self._parsed = [
            ParsedParagraph(doc, start, tuple(attributions_of(doc, start)))
            for doc, (start, _) in zip(parse(nlp, text, places), places, strict=True)
        ]

    def holding(self, span: CharSpan) -> ParsedParagraph:
        """The paragraph in which the sentence lies; it must be that of one of the sentences given."""
        return self._parsed[bisect_right(self._starts, span[0]) - 1]


def read_details(
    event: LabelledEvent,
    *,
    sentence: CharSpan,
    mentions: Sequence[Mention],
    condition: CharSpan | None,
    paragraph: ParsedParagraph,
    domain: Domain,
    anchor: date | None,
) -> Details:
    """Read the details of an event off its parsed sentence.

    Args:
        event: the labelled event.
        sentence: its sentence, characters of the article's text.
        mentions: the mentions of its party in the sentence.
        condition: the condition that the heads found, which goes before one that the parse finds.
        paragraph: the parsed paragraph of the sentence.
        domain: cues and condition markers.
        anchor: the day of the report.

    Returns:
        The details; what the sentence does not tell is None.
    """
    span = paragraph.sentence(sentence)
    if span is None:
        return Details(condition, None, None, None, None, plover_event(event.stance, event.issue))
    holders = [token for m in mentions if (token := _head(paragraph, m)) is not None]
    reading = _reading(read_stances(span, holders, domain=domain), event.stance)
    predicate = span.doc[reading.predicate] if reading else None
    if condition is None and event.stance is Stance.CONDITIONAL:
        found = find_condition(span, [predicate.i] if predicate is not None else [], domain=domain)
        condition = _moved(found, paragraph.start)
    inner = (condition[0] - paragraph.start, condition[1] - paragraph.start) if condition else None
    proposition = find_proposition(predicate, condition=inner) if predicate is not None else None
    attribution = attribution_at(paragraph.attributions, *sentence)
    return Details(
        condition=condition,
        proposition=_moved(proposition, paragraph.start),
        stated_on=stated_on(span, _reporting_verb(paragraph, attribution), anchor=anchor),
        source=attribution.source if attribution else None,
        reported_by=_words(paragraph, attribution.reported_by) if attribution else None,
        plover=plover_event(
            event.stance,
            event.issue,
            cue_class=reading.class_ if reading else None,
            words=span.doc.text[slice(*proposition)] if proposition else span.text,
        ),
    )


def _head(paragraph: ParsedParagraph, mention: Mention) -> Token | None:
    tokens = paragraph.sentence((mention.start, mention.end)) if mention.start < mention.end else None
    return tokens.root if tokens is not None and len(tokens) else None


def _reading(readings: Sequence[StanceReading], stance: Stance) -> StanceReading | None:
    """The strongest cue of the stance that the heads chose, else the strongest of all."""
    return next((r for r in readings if r.stance is stance), readings[0] if readings else None)


def _reporting_verb(paragraph: ParsedParagraph, attribution: AttributedContent | None) -> Token | None:
    if attribution is None or attribution.cue is None:
        return None
    tokens = paragraph.sentence(attribution.cue)
    return tokens.root if tokens is not None and len(tokens) else None


def _words(paragraph: ParsedParagraph, span: CharSpan | None) -> str | None:
    return paragraph.doc.text[span[0] - paragraph.start : span[1] - paragraph.start] if span else None


def _moved(span: CharSpan | None, offset: int) -> CharSpan | None:
    return (span[0] + offset, span[1] + offset) if span else None
