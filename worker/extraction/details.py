"""In which words, on what condition, when, told by whom? What the parse of a paragraph adds to a labelled event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from spacy.tokens import Token

from schemas.codes import Stance
from schemas.messages import Plover
from worker.extraction.attribution import attribution_at
from worker.extraction.conditions import find_condition
from worker.extraction.dates import stated_on
from worker.extraction.domain import Domain
from worker.extraction.events import LabelledEvent
from worker.extraction.paragraphs import ParsedParagraph
from worker.extraction.plover import plover_event
from worker.extraction.position import AttributedContent, CharSpan
from worker.extraction.propositions import find_proposition
from worker.extraction.stances import StanceReading


@dataclass(frozen=True, slots=True)
class Details:
    """What a parsed sentence tells of one event; spans are characters of the article's text."""

    condition: CharSpan | None
    proposition: CharSpan | None
    stated_on: date | None
    source: CharSpan | None
    reported_by: str | None
    plover: Plover


def read_details(
    event: LabelledEvent,
    *,
    sentence: CharSpan,
    readings: Sequence[StanceReading],
    condition: CharSpan | None,
    paragraph: ParsedParagraph,
    attributions: Sequence[AttributedContent],
    domain: Domain,
    anchor: date | None,
) -> Details:
    """Read the details of an event off its parsed sentence.

    Args:
        event: the labelled event.
        sentence: its sentence, characters of the article's text.
        readings: the stance cues of its party there, the strongest first.
        condition: the condition that the heads found, which goes before one that the parse finds.
        paragraph: the parsed paragraph of the sentence.
        attributions: who says what in the paragraph.
        domain: condition markers.
        anchor: the day of the report.

    Returns:
        The details; what the sentence does not tell is None.
    """
    span = paragraph.span(sentence)
    if span is None:
        return Details(condition, None, None, None, None, plover_event(event.stance, event.issue))
    reading = next((r for r in readings if r.stance is event.stance), readings[0] if readings else None)
    predicate = span.doc[reading.predicate] if reading else None
    if condition is None and event.stance is Stance.CONDITIONAL:
        found = find_condition(span, [predicate.i] if predicate is not None else [], domain=domain)
        condition = _moved(found, paragraph.start)
    inner = _moved(condition, -paragraph.start)
    proposition = find_proposition(predicate, condition=inner) if predicate is not None else None
    attribution = attribution_at(attributions, *sentence)
    return Details(
        condition=condition,
        proposition=_moved(proposition, paragraph.start),
        stated_on=stated_on(span, _reporting_verb(paragraph, attribution), anchor=anchor),
        source=attribution.source if attribution else None,
        reported_by=paragraph.words(attribution.reported_by) if attribution else None,
        plover=plover_event(
            event.stance,
            event.issue,
            cue_class=reading.class_ if reading else None,
            words=span.doc.text[slice(*proposition)] if proposition else span.text,
        ),
    )


def _reporting_verb(paragraph: ParsedParagraph, attribution: AttributedContent | None) -> Token | None:
    cue = paragraph.span(attribution.cue) if attribution is not None and attribution.cue else None
    return cue.root if cue is not None else None


def _moved(span: CharSpan | None, offset: int) -> CharSpan | None:
    return (span[0] + offset, span[1] + offset) if span else None
