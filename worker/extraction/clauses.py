"""Which predicates does a mention govern, and what hangs on a predicate? Walks over spaCy's dependency trees."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

SUBJECTS = frozenset({"nsubj", "csubj", "expl"})
PASSIVE_SUBJECTS = frozenset({"nsubjpass", "csubjpass"})
CLAUSES = frozenset({"ccomp", "xcomp", "advcl", "relcl", "acl", "parataxis", "csubj", "csubjpass"})
_INSIDE_NAME = frozenset({"compound", "amod", "nmod", "appos", "flat", "nummod", "det", "npadvmod"})
_HOLDING_PREPOSITIONS = frozenset({"of", "from", "by", "among", "between"})
_PERSONAL_PRONOUNS = frozenset({"he", "she", "it", "they", "we", "i"})


@dataclass(frozen=True, slots=True)
class Governed:
    """A predicate and the mention's part in it.

    One of `agent` (it acts), `by` (it acts in the passive), `patient` (it is acted upon), `owner` (of a noun).
    """

    predicate: Token
    part: str


def governed_predicates(mention: Token) -> Iterator[Governed]:
    """Yield what a mention governs, the nearest first: "Iran's refusal", "officials of Iran", "rejected by Iran"."""
    token = mention
    for _ in range(12):
        for clause in token.children:
            if clause.dep_ in ("relcl", "acl") and clause.i > token.i and clause.tag_ != "VBN":
                yield Governed(clause, "agent")
        head, relation = token.head, token.dep_
        if relation in SUBJECTS:
            yield Governed(head, "agent")
            return
        if relation in PASSIVE_SUBJECTS:
            yield Governed(head, "patient")
            return
        if relation in ("poss", "amod", "compound", "nmod"):
            yield Governed(head, "owner")
        elif relation == "pobj":
            yield from _through_preposition(head)
            if head.lower_ not in _HOLDING_PREPOSITIONS or head.head.pos_ not in ("NOUN", "PROPN", "PRON"):
                return
            head = head.head
        elif relation in ("dobj", "dative", "oprd"):
            yield Governed(head, "patient")
            return
        elif relation not in _INSIDE_NAME and relation != "conj":
            if token.dep_ == "ROOT" and token != mention:
                yield Governed(token, "owner")
            return
        if head.pos_ in ("VERB", "AUX"):
            yield Governed(head, "agent")
            return
        token = head


def _through_preposition(preposition: Token) -> Iterator[Governed]:
    head = preposition.head
    if preposition.dep_ == "agent" or (preposition.lower_ == "by" and head.tag_ == "VBN"):
        yield Governed(head, "by")
    elif head.pos_ in ("NOUN", "PROPN") and preposition.lower_ in _HOLDING_PREPOSITIONS:
        yield Governed(head, "owner")
    elif head.pos_ in ("VERB", "AUX", "ADJ"):
        yield Governed(head, "patient")


def subject_of(predicate: Token) -> Token | None:
    """Return the subject of a clause, active or passive."""
    return next((child for child in predicate.children if child.dep_ in SUBJECTS | PASSIVE_SUBJECTS), None)


def is_personal(subject: Token) -> bool:
    """Tell whether a subject is a pronoun that, inside reported speech, most often means the speaker's side."""
    return subject.lower_ in _PERSONAL_PRONOUNS


def is_imperative(predicate: Token) -> bool:
    """Tell whether a clause is a command: a bare verb form without subject and auxiliary at its head."""
    if predicate.tag_ != "VB" or predicate.dep_ not in ("ROOT", "ccomp", "conj", "parataxis"):
        return False
    return not any(child.dep_ in ("nsubj", "nsubjpass", "expl", "aux", "mark") for child in predicate.children)


def is_passive(predicate: Token) -> bool:
    """Tell whether a verb stands in the passive."""
    return any(child.dep_ in ("nsubjpass", "auxpass", "csubjpass") for child in predicate.children)


def clause_tokens(predicate: Token) -> list[Token]:
    """Return the tokens of a predicate's own clause, in order, without the clauses and coordinated verbs under it."""
    found: list[Token] = []
    waiting = [predicate]
    while waiting:
        token = waiting.pop()
        found.append(token)
        waiting += [child for child in token.children if not _opens_clause(child)]
    return sorted(found, key=lambda token: token.i)


def _opens_clause(token: Token) -> bool:
    return token.dep_ in CLAUSES or (token.dep_ == "conj" and token.pos_ in ("VERB", "AUX"))
