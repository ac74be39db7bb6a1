"""What exactly is wanted, refused or offered? The words that complete the cue: its clause, its object."""

from collections.abc import Iterable

from spacy.tokens import Doc, Token

from worker.extraction.clauses import is_passive
from worker.extraction.position import CharSpan

_CLAUSES = ("ccomp", "xcomp", "acl")
_OBJECTS = ("dobj", "attr", "oprd")
_PREPOSITIONS = frozenset({"for", "to", "on", "with", "against", "of", "about", "from", "at", "over", "in"})
_LEADING = frozenset({"that", "to", ",", ":", "“", "‘", '"', "'"})


def find_proposition(predicate: Token, *, condition: CharSpan | None = None) -> CharSpan | None:
    """Return the words of what the cue on `predicate` is about, without a condition among them; None if there are none.

    `predicate` is the token that a cue stands on (`StanceReading.predicate`): a verb, noun or adjective.
    """
    head = _complement(predicate)
    if head is None:
        return None
    tokens = [token for token in head.subtree if not _belongs_to(token, condition)]
    if head == predicate:  # the clause itself, as in "the blockade must end"
        tokens = [token for token in tokens if not _hangs_loose(token, predicate)]
    return _span(predicate.doc, tokens)


def _complement(predicate: Token) -> Token | None:
    """Return the head of what completes the predicate: a clause before an object, an object before a preposition."""
    children = list(predicate.children)
    for relations in (_CLAUSES, _OBJECTS):
        found = next((child for child in children if child.dep_ in relations), None)
        if found is not None:
            return found
    if is_passive(predicate):
        return next((child for child in children if child.dep_ in ("nsubjpass", "csubjpass")), None)
    for preposition in children:
        if preposition.dep_ in ("prep", "dative") and preposition.lower_ in _PREPOSITIONS:
            found = next((child for child in preposition.children if child.dep_ in ("pobj", "pcomp")), None)
            if found is not None and found.ent_type_ not in ("DATE", "TIME"):
                return found
    if predicate.pos_ in ("VERB", "AUX") and any(child.dep_ in ("nsubj", "expl") for child in children):
        return predicate
    return None


def _belongs_to(token: Token, span: CharSpan | None) -> bool:
    return span is not None and span[0] <= token.idx < span[1]


def _hangs_loose(token: Token, predicate: Token) -> bool:
    """Tell whether a token stands in an adverbial clause or a coordinated statement of its own."""
    path = [token, *token.ancestors]
    inside = path[: path.index(predicate)]
    return any(
        above.dep_ in ("advcl", "conj", "cc", "parataxis", "mark") and above.head == predicate for above in inside
    )


def _span(doc: Doc, tokens: Iterable[Token]) -> CharSpan | None:
    """Return the longest run of neighbouring tokens, without a leading "that" or "to" and without marks at its ends."""
    runs: list[list[int]] = []
    for token in tokens:
        if runs and token.i == runs[-1][-1] + 1:
            runs[-1].append(token.i)
        else:
            runs.append([token.i])
    if not runs:
        return None
    longest = max(runs, key=len)
    first, last = longest[0], longest[-1]
    while first <= last and (doc[first].lower_ in _LEADING or doc[first].is_punct or doc[first].is_space):
        first += 1
    while last >= first and (doc[last].is_punct or doc[last].is_space or doc[last].dep_ in ("cc", "mark", "prep")):
        last -= 1
    return (doc[first].idx, doc[last].idx + len(doc[last])) if first <= last else None
