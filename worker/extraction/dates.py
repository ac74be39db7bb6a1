"""When was it said, and does it still hold? The day of a statement; whether the text sets a position apart as past."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from spacy.tokens import Span, Token

from schemas.codes import TimeFrame
from worker.extraction.clauses import clause_tokens
from worker.extraction.domain import Domain
from worker.extraction.lexicon import Lexicon
from worker.extraction.time_expressions import Granularity, TimeExpression, find_time_expressions

_APART = timedelta(days=21)
"""How long before the article's day a dated phase must lie to be set apart from now."""

_AHEAD = frozenset({"will", "would", "shall", "'ll", "’ll", "can", "could", "may", "might", "must", "should", "to"})


def stated_on(sentence: Span, predicate: Token | None = None, *, anchor: date | None) -> date | None:
    """Return the day on which the statement with this predicate was made, never later than `anchor`.

    `predicate` is the reporting verb or the act itself; without it the main verb of the sentence is taken. None where
    the sentence names no day for it, or only a week or a month.
    """
    if anchor is None:
        return None
    predicate = sentence.root if predicate is None else predicate
    days = [
        (verb == predicate, expression.last)
        for expression, verb in _with_verbs(sentence, anchor)
        if expression.granularity is Granularity.DAY and expression.last <= anchor
        if verb == predicate or (verb is not None and verb.is_ancestor(predicate) and not _looks_ahead(verb))
    ]
    return max(days, key=lambda found: found[0])[1] if days else None


def time_frame(sentence: Span, predicate: Token | None = None, *, anchor: date | None, domain: Domain) -> TimeFrame:
    """Tell whether the text sets the position on `predicate` apart from now: "last year", "had previously"."""
    predicate = sentence.root if predicate is None else predicate
    chain = [predicate, *(above for above in predicate.ancestors if above.pos_ in ("VERB", "AUX"))]
    if not _is_past(predicate):
        return TimeFrame.CURRENT
    if _is_pluperfect(predicate) and predicate.dep_ != "ccomp":  # "had refused", but not "said it had refused"
        return TimeFrame.PAST
    clause = {token.i for token in clause_tokens(predicate)}
    offset = sentence.start_char
    for hit in _past_markers(domain).hits(sentence.text):
        marker = sentence.doc.char_span(offset + hit.start, offset + hit.end, alignment_mode="expand")
        if marker is not None and marker.start in clause:
            return TimeFrame.PAST
    if anchor is not None:
        for expression, verb in _with_verbs(sentence, anchor):
            if expression.last <= anchor - _APART and verb in chain:
                return TimeFrame.PAST
    return TimeFrame.CURRENT


def _with_verbs(sentence: Span, anchor: date) -> Iterator[tuple[TimeExpression, Token | None]]:
    """Yield the time expressions of a sentence, each with the verb that it dates."""
    offset = sentence.start_char
    for expression in find_time_expressions(sentence.text, anchor=anchor):
        span = sentence.doc.char_span(offset + expression.start, offset + expression.end, alignment_mode="expand")
        if span is not None:
            yield expression, _dated_verb(span)


def _dated_verb(expression: Span) -> Token | None:
    """Return the verb that an expression dates: the one right before it, else the nearest above it in the tree."""
    before = [
        token for token in expression.doc[max(expression.start - 2, 0) : expression.start] if token.dep_ != "prep"
    ]
    if before and before[-1].pos_ == "VERB":
        return before[-1]
    return next((above for above in expression.root.ancestors if above.pos_ in ("VERB", "AUX")), None)


def _is_past(verb: Token) -> bool:
    auxiliaries = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    return verb.tag_ == "VBD" or any(auxiliary.tag_ == "VBD" for auxiliary in auxiliaries) or verb.tag_ == "VBN"


def _is_pluperfect(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.lemma_ == "have" and child.tag_ == "VBD" for child in verb.children)


def _looks_ahead(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.lower_ in _AHEAD for child in verb.children)


@lru_cache(maxsize=16)
def _past_markers(domain: Domain) -> Lexicon[None]:
    return Lexicon((marker, None) for marker in domain.past_markers)
