"""In which words, on what condition, when, told by whom? What the parse of a paragraph adds to a labelled event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from spacy.tokens import Token

from schemas.codes import Stance
from schemas.messages import Plover
from worker.extraction.attribution import attribution_at
from worker.extraction.conditions import ConditionCandidate, find_condition, find_conditions
from worker.extraction.dates import stated_on
from worker.extraction.domain import Domain
from worker.extraction.events import LabelledEvent
from worker.extraction.paragraphs import ParsedParagraph
from worker.extraction.plover import plover_event
from worker.extraction.position import AttributedContent, CharSpan
from worker.extraction.propositions import find_proposition
from worker.extraction.stances import StanceReading

_HELD_BACK = frozenset({Stance.SUPPORT, Stance.PROPOSE, Stance.UNDECIDED})
"""Stances that a condition turns into `conditional`; a threat or a demand with a contingency stays what it is."""


@dataclass(frozen=True, slots=True)
class Details:
    """What a parsed sentence tells of one event; spans are characters of the article's text."""

    stance: Stance
    condition: CharSpan | None
    proposition: CharSpan | None
    stated_on: date | None
    reported_by: str | None
    plover: Plover


def read_details(
    event: LabelledEvent,
    *,
    sentence: CharSpan,
    readings: Sequence[StanceReading],
    condition: CharSpan | None,
    paragraph: ParsedParagraph | None,
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
        paragraph: the parsed paragraph of the sentence; None where it was not parsed.
        attributions: who says what in the paragraph.
        domain: condition markers.
        anchor: the day of the report.

    Returns:
        The details; what the sentence does not tell is None.
    """
    span = paragraph.span(sentence) if paragraph is not None else None
    if paragraph is None or span is None:
        return Details(event.stance, condition, None, None, None, plover_event(event.stance, event.issue))
    reading = next((r for r in readings if r.stance is event.stance), readings[0] if readings else None)
    predicate = span.doc[reading.predicate] if reading else None
    inner = _moved(condition, -paragraph.start)
    if inner is not None:
        inner = _whole_condition(inner, find_conditions(span, domain=domain))
    elif event.stance is Stance.CONDITIONAL:
        inner = find_condition(span, [predicate.i] if predicate is not None else [], domain=domain)
    stance = Stance.CONDITIONAL if inner is not None and event.stance in _HELD_BACK else event.stance
    proposition = find_proposition(predicate, condition=inner) if predicate is not None else None
    attribution = attribution_at(attributions, *sentence)
    return Details(
        stance=stance,
        condition=_moved(inner, paragraph.start),
        proposition=_moved(proposition, paragraph.start),
        stated_on=stated_on(span, _reporting_verb(paragraph, attribution), anchor=anchor),
        reported_by=paragraph.words(attribution.reported_by) if attribution else None,
        plover=plover_event(
            stance,
            event.issue,
            underlying=event.stance if stance is not event.stance else None,
            cue_class=reading.class_ if reading else None,
            words=span.doc.text[slice(*proposition)] if proposition else span.text,
        ),
    )


def _whole_condition(found: CharSpan, candidates: Sequence[ConditionCandidate]) -> CharSpan:
    """The clause that the heads' span is the better part of, which they often cut short; else the span itself."""

    def shared(span: CharSpan) -> int:
        return min(found[1], span[1]) - max(found[0], span[0])

    best = max((c.span for c in candidates), key=shared, default=found)
    return best if 2 * shared(best) >= found[1] - found[0] else found


def _reporting_verb(paragraph: ParsedParagraph, attribution: AttributedContent | None) -> Token | None:
    cue = paragraph.span(attribution.cue) if attribution is not None and attribution.cue else None
    return cue.root if cue is not None else None


def _moved(span: CharSpan | None, offset: int) -> CharSpan | None:
    return (span[0] + offset, span[1] + offset) if span else None
