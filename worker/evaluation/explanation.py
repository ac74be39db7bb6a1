"""Why was this position extracted? The places in the text that speak for it, and what each head said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from spacy.language import Language

from schemas.codes import Attribution, Issue, Stance, TimeFrame
from schemas.messages import ArticleMessage, Extractor, PositionEvent
from worker.cleaning import CleaningLimits, clean
from worker.cleaning.article import CleanedArticle
from worker.extraction.attribution import attribution_at, find_attributions
from worker.extraction.domain import Cue, Domain
from worker.extraction.encoder import CandidateLabels
from worker.extraction.extractor import Extractor as PositionExtractor
from worker.extraction.issues import find_issue_terms
from worker.extraction.lexicon import Lexicon
from worker.extraction.position import AttributedContent, CharSpan, Position
from worker.position_events import position_events

SHOWN_LABELS = 3
SMALLEST_SHARE = 0.02


class MarkKind(StrEnum):
    """What a marked stretch of the text is."""

    EVIDENCE = "evidence"
    PARTY = "party"
    SPEAKER = "speaker"
    CUE = "cue"
    CONDITION = "condition"
    PROPOSITION = "proposition"


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters [start, end) of the cleaned text that speak for event number `event` (counted from 1)."""

    start: int
    end: int
    kind: MarkKind
    event: int


@dataclass(frozen=True, slots=True)
class Why:
    """One thing that speaks for an event: what was asked, what was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class ExplainedEvent:
    """An event and why it was extracted."""

    number: int
    event: PositionEvent
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class ExplainedArticle:
    """An article with its events explained; `outcome` says why there are none, where there are none."""

    message: ArticleMessage
    cleaned: CleanedArticle
    events: tuple[ExplainedEvent, ...]
    marks: tuple[Mark, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters [start, end) of the text that carry the same marks throughout."""

    start: int
    end: int
    marks: tuple[Mark, ...]


class Explainer:
    """Extracts as the pipeline does, and keeps what it went by."""

    def __init__(
        self,
        extractor: PositionExtractor,
        domain: Domain,
        parser: Language,
        provenance: Extractor,
        *,
        limits: CleaningLimits | None = None,
    ) -> None:
        """Use the extractor of the pipeline, its domain pack, a parser for attribution, and limits on bodies."""
        self._extractor = extractor
        self._domain = domain
        self._parser = parser
        self._provenance = provenance
        self._limits = limits or CleaningLimits()
        self._cues: Lexicon[Cue] = Lexicon(domain.cue_forms())

    def explain(self, message: ArticleMessage) -> ExplainedArticle:
        """Return the article's events with their reasons."""
        cleaned = clean(message, limits=self._limits)
        if cleaned.skip is not None:
            return ExplainedArticle(message, cleaned, (), (), f"skipped: {cleaned.skip}")
        [extraction] = self._extractor.extract([cleaned])
        if not extraction.positions:
            outcome = "no position found" if extraction.passed else "the gate sees no negotiation"
            return ExplainedArticle(message, cleaned, (), (), outcome)
        attributions = find_attributions(self._parser(cleaned.text))
        events: list[ExplainedEvent] = []
        marks: list[Mark] = []
        for position, labels in zip(extraction.positions, extraction.labels, strict=True):
            [event] = position_events(message, cleaned, [position], self._provenance)
            number = len(events) + 1
            attribution = attribution_at(attributions, *position.evidence)
            cues = self._cues_in(cleaned.text, position)
            events.append(ExplainedEvent(number, event, self._why(cleaned.text, position, labels, attribution, cues)))
            marks += _marks(number, position, attribution, [span for span, _ in cues])
        return ExplainedArticle(message, cleaned, tuple(events), tuple(marks), "")

    def _cues_in(self, text: str, position: Position) -> list[tuple[CharSpan, Cue]]:
        """Return the words of the evidence that the pack knows as cues of the event's stance."""
        start, end = position.evidence
        found: dict[CharSpan, Cue] = {}
        for hit in self._cues.hits(text[start:end]):
            for cue in hit.payloads:
                if position.stance in {cue.stance, cue.negated}:
                    found.setdefault((start + hit.start, start + hit.end), cue)
        return sorted(found.items(), key=lambda item: item[0])

    def _why(
        self,
        text: str,
        position: Position,
        labels: CandidateLabels,
        attribution: AttributedContent | None,
        cues: Sequence[tuple[CharSpan, Cue]],
    ) -> tuple[Why, ...]:
        issue = list(Issue).index(position.issue)
        evidence = text[slice(*position.evidence)]
        terms = [
            f"{evidence[term.start : term.end]} ({term.issue}, weight {term.weight:g})"
            for term in find_issue_terms(evidence, domain=self._domain)
        ]
        why = [
            Why("has the party a position here?", f"{labels.present:.2f}"),
            Why("on which issue?", _shares(Issue, labels.issues)),
            Why(f"how does it stand, if on {position.issue}?", _shares(Stance, labels.stances[issue])),
            Why("by which kind of speech?", _shares(Attribution, labels.attribution)),
            Why("now or in the past?", _shares(TimeFrame, labels.time)),
            Why("is it tied to a condition?", f"{labels.has_condition:.2f}"),
            Why("words that tell the issue", ", ".join(terms) or "none that the pack knows"),
            Why(
                "words that tell the stance",
                ", ".join(text[slice(*span)] for span, _ in cues) or "none that the pack knows",
            ),
        ]
        if attribution is not None:
            source = text[slice(*attribution.source)] if attribution.source else "nobody named"
            cue = text[slice(*attribution.cue)] if attribution.cue else "none"
            why.append(Why("who says it, by which word?", f"{source}: {cue}"))
        return tuple(why)


def segments(length: int, marks: Sequence[Mark]) -> list[Segment]:
    """Cut a text of `length` characters where marks begin or end."""
    edges = {0, length} | {edge for mark in marks for edge in (mark.start, mark.end) if 0 <= edge <= length}
    return [
        Segment(start, end, tuple(mark for mark in marks if mark.start <= start and end <= mark.end))
        for start, end in pairwise(sorted(edges))
    ]


def _marks(
    number: int, position: Position, attribution: AttributedContent | None, cues: Sequence[CharSpan]
) -> Iterable[Mark]:
    spans: list[tuple[CharSpan | None, MarkKind]] = [
        (position.evidence, MarkKind.EVIDENCE),
        (position.mention, MarkKind.PARTY),
        (position.condition, MarkKind.CONDITION),
        (position.proposition, MarkKind.PROPOSITION),
        *((span, MarkKind.CUE) for span in cues),
    ]
    if attribution is not None:
        spans += [(attribution.source, MarkKind.SPEAKER), (attribution.cue, MarkKind.CUE)]
    return [Mark(*span, kind, number) for span, kind in spans if span is not None]


def _shares(labels: Iterable[StrEnum], shares: Iterable[float]) -> str:
    """Write the likeliest labels with their probabilities."""
    ranked = sorted(((float(share), str(label)) for label, share in zip(labels, shares, strict=True)), reverse=True)
    return ", ".join(f"{label} {share:.2f}" for share, label in ranked[:SHOWN_LABELS] if share >= SMALLEST_SHARE)
