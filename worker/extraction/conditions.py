"""On what condition? Finds the clauses and phrases that hold a position back, without the word that opens them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from schemas.codes import Stance
from worker.extraction.clauses import subject_of
from worker.extraction.domain import ConditionMarkers, Domain
from worker.extraction.position import CharSpan

_CERTAIN = 1.0
_ASIDE = 0.5  # a clause that the parse takes for something else
_LIKELY = 0.3
_HELD_BACK = 0.5  # "before", "after" and the like beside consent that is still to come
_AHEAD = 0.15
_FAR_GOVERNOR = 0.6
_BREAKS = frozenset({";", ":", "—", "–"})


@dataclass(frozen=True, slots=True)
class ConditionCandidate:
    """A stretch that may be a condition: its characters without the opening word, and what it hangs on."""

    span: CharSpan
    marker: CharSpan
    governor: int
    """Index in the Doc of the predicate that the condition restricts."""
    score: float


@dataclass(frozen=True, slots=True)
class _Opening:
    """Words that open a condition: indexes [start, end) in the Doc."""

    start: int
    end: int
    certain: bool


def find_conditions(sentence: Span, *, domain: Domain) -> list[ConditionCandidate]:
    """Return every stretch of the sentence that may be a condition, the most certain first."""
    found = (_candidate(sentence, opening, domain) for opening in _openings(sentence, domain.conditions))
    candidates = {candidate.span: candidate for candidate in found if candidate is not None}
    return sorted(candidates.values(), key=lambda candidate: (-candidate.score, candidate.span))


def find_condition(
    sentence: Span, predicates: Collection[int] = (), *, domain: Domain, threshold: float = 0.5
) -> CharSpan | None:
    """Return the condition of the position on one of `predicates` (indexes in the Doc), None if there is none.

    Without predicates the most certain condition of the sentence is taken.
    """
    best: tuple[float, CharSpan] | None = None
    for candidate in find_conditions(sentence, domain=domain):
        score = candidate.score * _nearness(sentence.doc, candidate, predicates)
        if score >= threshold and (best is None or score > best[0]):
            best = score, candidate.span
    return best[1] if best else None


def _nearness(doc: Doc, candidate: ConditionCandidate, predicates: Collection[int]) -> float:
    """Tell how well a condition goes with the predicates: 1 where it hangs on one of them or on a clause of theirs."""
    if not predicates or candidate.governor in predicates:
        return 1.0
    governor = doc[candidate.governor]
    if any(above.i in predicates for above in _above_in_the_same_statement(governor)):
        return 1.0
    if any(governor.is_ancestor(doc[predicate]) for predicate in predicates):
        return 0.9
    return _FAR_GOVERNOR


def _above_in_the_same_statement(token: Token) -> Iterator[Token]:
    """Yield what stands above a token, up to where another statement with a subject of its own begins."""
    while token.dep_ != "ROOT":
        if token.dep_ in ("advcl", "conj", "parataxis") and subject_of(token) is not None:
            return
        token = token.head
        yield token


def _openings(sentence: Span, markers: ConditionMarkers) -> Iterator[_Opening]:
    """Yield the words that open a condition, the longest at a place."""
    words = [token.lower_ for token in sentence]
    position = 0
    while position < len(words):
        for terms, certain in ((markers.certain, True), (markers.likely, False)):
            length = next((len(term) for term in terms if tuple(words[position : position + len(term)]) == term), 0)
            if length:
                start = sentence.start + position
                yield _Opening(start, start + length, certain)
                position += length - 1
                break
        position += 1


def _candidate(sentence: Span, opening: _Opening, domain: Domain) -> ConditionCandidate | None:
    doc, markers = sentence.doc, domain.conditions
    marker = doc[opening.end - 1]
    clause = _clause(marker, markers)
    if clause is None or clause.i < opening.start or not sentence.start <= clause.head.i < sentence.end:
        return None
    governor = marker.head if clause.head == marker else clause.head
    span = doc[opening.end : _last_token(sentence, clause, governor, opening.end) + 1]
    if not span or _is_date(span, clause, markers):
        return None
    score = _score(opening, clause, governor, markers)
    wanted = _wanted_first(marker, governor, domain)
    if wanted is not None:
        span, score = wanted, _LIKELY + _HELD_BACK
    where = (doc[opening.start].idx, marker.idx + len(marker))
    return ConditionCandidate((span.start_char, span.end_char), where, governor.i, score)


def _clause(marker: Token, markers: ConditionMarkers) -> Token | None:
    """Return the head of what the marker opens: the verb of its clause, the noun of its phrase."""
    if marker.lower_ == "should":  # "should they refuse": the verb stands before its subject
        subject = subject_of(marker.head)
        return marker.head if subject is not None and marker.i < subject.i and marker.head.dep_ == "advcl" else None
    complement = next((child for child in marker.children if child.dep_ in ("pobj", "pcomp")), None)
    if complement is not None:
        return complement
    if marker.dep_ in ("mark", "advmod", "prep") and marker.head.i > marker.i:
        asked = marker.head.dep_ == "ccomp" and marker.head.head.lemma_ in markers.asking
        return None if asked else marker.head
    return None


def _last_token(sentence: Span, clause: Token, governor: Token, start: int) -> int:
    """Return the index of the condition's last word: its subtree, cut where the main clause takes over."""
    doc = sentence.doc
    last = min(clause.right_edge.i, sentence.end - 1)
    if governor.i > clause.i:  # the condition comes first, so it ends where the main clause's subject begins
        subject = subject_of(governor)
        main = governor.i if subject is None else subject.left_edge.i
        if start < main <= last:
            last = main - 1
    last = next((token.i - 1 for token in doc[start : last + 1] if token.text in _BREAKS), last)
    while last >= start and (doc[last].is_punct or doc[last].is_quote or doc[last].is_space or doc[last].dep_ == "cc"):
        last -= 1
    return last


def _is_date(span: Span, head: Token, markers: ConditionMarkers) -> bool:
    """Tell whether a stretch is a date and no event: "until Friday", "before the end of the month"."""
    if head.pos_ in ("VERB", "AUX"):
        return False
    return any(token.lower_ in markers.times or token.like_num for token in span)


def _score(opening: _Opening, clause: Token, governor: Token, markers: ConditionMarkers) -> float:
    if opening.certain:
        return _CERTAIN if clause.dep_ != "ccomp" else _ASIDE
    before = [clause.doc[opening.start - 1]] if opening.start else []
    if any(token.lower_ == "only" for token in (*before, *governor.children)):
        return _LIKELY + _HELD_BACK
    nouns = (child for child in governor.children if child.dep_ in ("attr", "dobj", "nsubj", "nsubjpass"))
    if any(child.lower_ == "no" for token in (governor, *nouns) for child in token.children):  # "no truce without"
        return _LIKELY + _HELD_BACK
    if not any(child.dep_ == "aux" and child.lower_ in markers.ahead for child in governor.children):
        return _LIKELY
    return _LIKELY + (_HELD_BACK if any(child.dep_ == "neg" for child in governor.children) else _AHEAD)


def _wanted_first(marker: Token, governor: Token, domain: Domain) -> Span | None:
    """Return what is demanded before the holder goes on: of "wants guarantees before talking" the guarantees."""
    demands = any(cue.stance is Stance.DEMAND for cue in domain.verbs.get(governor.lemma_.lower(), ()))
    if marker.lower_ != "before" or not demands:
        return None
    wanted = next((child for child in governor.children if child.dep_ in ("dobj", "xcomp", "ccomp")), None)
    if wanted is None or wanted.i > marker.i:
        return None
    return marker.doc[wanted.left_edge.i : min(wanted.right_edge.i, marker.i - 1) + 1]
