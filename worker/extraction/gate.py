"""Which articles concern a negotiation, and which of their sentences can carry a position? Words alone, no parse."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from math import sqrt

from worker.extraction.domain import Domain
from worker.extraction.lexicon import Lexicon, fold
from worker.extraction.position import CharSpan

ARTICLE_THRESHOLD = 16.0
"""Evidence from which an article passes; measured in docs/experiments.md under "Cue rules"."""

DENSITY_THRESHOLD = 0.6
"""Evidence a sentence from which an article passes: a long one that touches a negotiation in passing does not."""

# At this evidence an article is as likely to concern a negotiation as not; measured in docs/experiments.md under
# "Articles without a negotiation".
_EVEN_EVIDENCE = 23.8
_STEEPNESS = 5.8

# An article's evidence is set against that of one of usual length, so that long ones do not pass by their length alone.
_USUAL_LENGTH = 2500
_SHORTEST_LENGTH = 200
_TERM_REPEATS = 2

_ISSUE_WEIGHT = 1.0
_CUE_WEIGHT = 2.0

_QUOTE_OR_BREAK = re.compile(r"""["“”„«»]|(?<!\w)['‘](?=\w)|(?<=[.,!?…])['’](?!\w)|\n""")
_OPENING = frozenset("“„«‘")
_CLOSING = frozenset("”»’")


class _Kind(IntEnum):
    """What sort of term was found."""

    ISSUE = 0
    CUE = 1
    SPEECH = 2
    ARTICLE = 3


@dataclass(frozen=True, slots=True)
class GatedArticle:
    """What the gate lets through: whether the article passes at all, and the indexes of the sentences that may."""

    passes: bool
    sentences: tuple[int, ...]
    evidence: float
    """How much speaks for a negotiation; the article passes from the threshold on."""

    @property
    def likelihood(self) -> float:
        """How likely it is, by its evidence, that the article concerns a negotiation at all (0 to 1)."""
        return 1 / (1 + (_EVEN_EVIDENCE / self.evidence) ** _STEEPNESS) if self.evidence > 0 else 0.0


@dataclass(slots=True)
class _Signs:
    """The strongest term of each kind in one sentence."""

    issue: float = 0.0
    cue: float = 0.0
    speech: bool = False


def gate_article(
    text: str,
    sentences: Sequence[CharSpan],
    *,
    domain: Domain,
    threshold: float = ARTICLE_THRESHOLD,
    density: float = DENSITY_THRESHOLD,
) -> GatedArticle:
    """Tell whether the article concerns a negotiation and which of its sentences can carry a position.

    `sentences` are characters of `text`, in order and apart. A gate that errs lets through: what it drops is lost.
    """
    starts = [start for start, _ in sentences]
    signs = [_Signs() for _ in sentences]
    repeats: dict[str, int] = {}
    evidence = 0.0
    for start, end, terms in _lexicon(domain).matches(fold(text)):
        index = bisect_right(starts, start) - 1
        inside = index >= 0 and end <= sentences[index][1]
        for kind, weight, term in terms:
            if kind is _Kind.ARTICLE:
                repeats[term] = repeats.get(term, 0) + 1
                evidence += weight if repeats[term] <= _TERM_REPEATS else 0.0
            elif inside:
                _note(signs[index], kind, weight)
    evidence *= sqrt(_USUAL_LENGTH / max(len(text), _SHORTEST_LENGTH))
    if evidence < max(threshold, density * len(sentences)):
        return GatedArticle(False, (), evidence)
    quoted = _quoted_sentences(text, starts)
    carriers = (i for i, sign in enumerate(signs) if _can_carry(sign) or i in quoted)
    return GatedArticle(True, tuple(carriers), evidence)


def _can_carry(signs: _Signs) -> bool:
    return signs.speech or signs.cue >= _CUE_WEIGHT or signs.issue > _ISSUE_WEIGHT


def _note(signs: _Signs, kind: _Kind, weight: float) -> None:
    if kind is _Kind.ISSUE:
        signs.issue = max(signs.issue, weight)
    elif kind is _Kind.CUE:
        signs.cue = max(signs.cue, weight)
    else:
        signs.speech = True


def _quoted_sentences(text: str, starts: Sequence[int]) -> frozenset[int]:
    """Return the sentences that stand in quotation marks, wholly or in part, and those a quotation runs on over.

    A line end closes a quotation, so that one stray mark does not turn the rest of the article into speech.
    """
    quoted: set[int] = set()
    opened: int | None = None
    for match in _QUOTE_OR_BREAK.finditer(text):
        mark = match[0]
        index = bisect_right(starts, match.start()) - 1
        if mark != "\n":
            quoted.add(index)
        closes = mark == "\n" or mark in _CLOSING or (opened is not None and mark not in _OPENING)
        if closes and opened is not None:
            if mark != "\n":
                quoted.update(range(opened, index + 1))
            opened = None
        elif not closes:
            opened = index
    return frozenset(quoted)


_Term = tuple[_Kind, float, str]


@lru_cache(maxsize=16)
def _lexicon(domain: Domain) -> Lexicon[_Term]:
    """Compile all that the gate looks for into one automaton, once a domain."""
    entries: list[tuple[str, _Term]] = [
        (term.text, (_Kind.ISSUE, term.weight, "")) for term in domain.issue_terms if term.weight
    ]
    entries += [(form, (_Kind.CUE, cue.weight, "")) for form, cue in domain.cue_forms()]
    entries += [(term, (_Kind.SPEECH, weight, "")) for term, weight in domain.sentence_terms.items()]
    entries += [(term, (_Kind.ARTICLE, weight, term)) for term, weight in domain.article_terms.items()]
    return Lexicon(entries)
