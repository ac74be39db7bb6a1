"""How likely is each word a cue, and what are the likeliest source and content of one that is?"""

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from worker.extraction.attribution_arguments import Argument, sources
from worker.extraction.attribution_cues import cue_parts, is_candidate
from worker.extraction.attribution_features import content_features, cue_features, source_features
from worker.extraction.attribution_layout import Layout
from worker.extraction.attribution_lexicon import AttributionLexicon
from worker.extraction.attribution_model import AttributionModel, probability
from worker.extraction.attribution_spans import content_candidates, quotations_near

CUE_FLOOR = 0.1
"""A word less likely a cue than this, and than the threshold, is looked at no further: no argument makes up for it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A content and how likely it is one, the cue given."""

    argument: Argument
    likely: float


@dataclass(frozen=True, slots=True)
class WeighedCue:
    """A possible cue, its likeliest content, and what it would make of every quotation in reach."""

    cue: Token
    parts: Sequence[str]
    likely: float
    content: tuple[Choice, ...]
    quotations: tuple[Choice, ...]

    @property
    def confidence(self) -> float:
        return self.likely * max((choice.likely for choice in self.content), default=0.0)


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk over one text, cue by cue."""

    doc: Doc
    layout: Layout
    lexicon: AttributionLexicon
    model: AttributionModel
    threshold: float

    def weighed_cues(self) -> list[WeighedCue]:
        return [
            weighed
            for token in self.layout.tokens
            if is_candidate(token, self.lexicon, self.layout)
            if (weighed := self._weigh(token)) is not None
        ]

    def _weigh(self, cue: Token) -> WeighedCue | None:
        likely = probability(self.model.cue.score(cue_features(cue, self.lexicon, self.layout)))
        if likely < min(CUE_FLOOR, self.threshold):
            return None
        if likely < self.threshold and not any(quotations_near(cue, self.layout)):
            return None
        parts = cue_parts(cue, self.lexicon)
        choices = self.content_choices(cue, parts)
        quotations = tuple(choice for choice in choices if choice.argument.quoted is not None)
        return WeighedCue(cue, parts, likely, compatible(choices), quotations)

    def content_choices(self, cue: Token, parts: Sequence[str]) -> list[Choice]:
        """Every candidate content of `cue`, the likeliest first."""
        candidates = content_candidates(cue, self.layout)
        relations = list(dict.fromkeys(argument.relation for argument in candidates))
        score = self.model.content.score
        scored = [
            (-score(content_features(cue, argument, parts, relations, layout=self.layout, lexicon=self.lexicon)), index)
            for index, argument in enumerate(candidates)
        ]
        return [Choice(candidates[index], probability(-negative)) for negative, index in sorted(scored)]

    def source(self, cue: Token, parts: Sequence[str]) -> Argument | None:
        """The candidate that outweighs the others and 'no source'."""
        score = self.model.source.score
        best, best_score = None, score(source_features(cue, None, parts, self.lexicon))
        for argument in sources(cue):
            its_score = score(source_features(cue, argument, parts, self.lexicon))
            if its_score > best_score:
                best, best_score = argument, its_score
        return best


def compatible(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """The likeliest content, then whatever else is likely and does not overlap it; in the order of the text."""
    chosen: list[Choice] = []
    for choice in choices:
        if chosen and choice.likely <= 0.5:
            break
        if not any(overlap(choice.argument, other.argument) for other in chosen):
            chosen.append(choice)
    return tuple(sorted(chosen, key=lambda choice: choice.argument.start))


def overlap(one: Argument, other: Argument) -> bool:
    return any(start < last and first < end for start, end in one.pieces for first, last in other.pieces)
