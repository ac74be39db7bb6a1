"""What around a cue may be its source, and what its content? The candidates, read off the dependency tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from spacy.tokens import Token

from worker.extraction.attribution_colons import speaker_and_words

TokenSpan = tuple[int, int]
"""Tokens [start, end)."""

MAX_STEPS_UP = 4
"""How far a cue looks up the tree: bounds the work per cue, whatever the parser makes of a text."""

MAX_CHILDREN = 30
"""Dependents of one word that are looked at: a bound for lists without end."""

NO_CONTENT = frozenset(
    {"punct", "aux", "auxpass", "neg", "det", "cc", "mark", "expl", "prt", "intj", "preconj", "conj", "poss", "case"}
)
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
RELATIVE_WORDS = frozenset({"who", "which", "that", "whom", "whose"})
SOURCE_PREPOSITIONS = frozenset({"by", "from", "of", "among", "to", "with", "in", "between", "for"})
GOVERNED = frozenset(
    {
        *("conj", "xcomp", "advcl", "ccomp", "pcomp", "acl", "relcl", "acomp", "dobj", "attr", "pobj", "prep", "oprd"),
        *("parataxis", "dep", "appos", "nsubj", "nsubjpass", "agent"),
    }
)
"""Relations through which a word has its source, or its content, from the word that governs it."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A candidate: the tokens at `pieces`, the way (`relation`) by which the cue reaches them, their head word.

    `link` is the word between cue and argument, a preposition mostly; `quoted` the index of the quotation it is.
    """

    relation: str
    head: int
    pieces: tuple[TokenSpan, ...]
    link: str = ""
    quoted: int | None = None

    @property
    def start(self) -> int:
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        return self.pieces[-1][1]


def subtree(token: Token) -> TokenSpan:
    return token.left_edge.i, token.right_edge.i + 1


def without(span: TokenSpan, hole: TokenSpan) -> tuple[TokenSpan, ...]:
    """`span` less the tokens of `hole`."""
    parts = ((span[0], min(span[1], hole[0])), (max(span[0], hole[1]), span[1]))
    return tuple(part for part in parts if part[0] < part[1])


def sources(cue: Token) -> Iterator[Argument]:
    """Candidates for who holds or voices it, nearest relation first."""
    if cue.text == ":":
        yield from _beside_colon(cue, 0)
        return
    for child in islice(cue.children, MAX_CHILDREN):
        relation = child.dep_
        if relation in SUBJECTS:
            yield _subject(child, relation)
        elif relation in {"agent", "prep"} and child.lower_ in SOURCE_PREPOSITIONS:
            for grandchild in child.children:
                if grandchild.dep_ == "pobj":
                    yield Argument(relation, grandchild.i, (subtree(grandchild),), child.lower_)
        elif relation in {"poss", "amod", "compound", "nmod", "dobj", "npadvmod", "dative", "attr"}:
            yield Argument(relation, child.i, (subtree(child),))
    yield from _sources_above(cue)


def _beside_colon(colon: Token, which: int) -> Iterator[Argument]:
    sides = speaker_and_words(colon)
    if sides is not None:
        start, end = sides[which]
        yield Argument("colon", start, ((start, end),))


def _subject(subject: Token, relation: str) -> Argument:
    """A subject; that of a relative clause with what it stands for: "the envoy, who"."""
    clause = subject.head
    if subject.lower_ in RELATIVE_WORDS and clause.dep_ == "relcl" and clause.head.i < subject.i:
        antecedent = clause.head
        return Argument(f"{relation}:relative", antecedent.i, ((antecedent.left_edge.i, subject.i + 1),))
    return Argument(relation, subject.i, (subtree(subject),))


def _sources_above(cue: Token) -> Iterator[Argument]:
    """Subject, possessor, object of what governs the cue: "agreed and *said*", "refused to *say*", "their *demand*"."""
    path: list[str] = []
    here = cue
    for _ in range(MAX_STEPS_UP):
        head, dep = here.head, here.dep_
        if head is here or dep not in GOVERNED:
            return
        path.append(dep)
        way = ">".join(path[-2:]) if len(path) < 4 else "far"
        if dep in {"acl", "relcl"} and head.i < here.i:
            yield Argument(f"{way}>head", head.i, ((head.left_edge.i, max(head.i + 1, here.left_edge.i)),))
        for child in islice(head.children, MAX_CHILDREN):
            if child.i == here.i:
                continue
            if child.dep_ in SUBJECTS:
                argument = _subject(child, child.dep_)
                yield Argument(f"{way}>{argument.relation}", argument.head, argument.pieces)
            elif child.dep_ == "agent":
                for grandchild in child.children:
                    if grandchild.dep_ == "pobj":
                        yield Argument(f"{way}>agent", grandchild.i, (subtree(grandchild),))
            elif child.dep_ in {"dobj", "poss", "dative"}:
                yield Argument(f"{way}>{child.dep_}", child.i, (subtree(child),))
        here = head


def contents(cue: Token) -> Iterator[Argument]:
    """Candidates for what is said, wanted or believed."""
    if cue.text == ":":
        yield from _beside_colon(cue, 1)
        return
    right = cue.right_edge.i
    for child in islice(cue.children, MAX_CHILDREN):
        yield from _below(child, child.dep_)
    for sibling in _conjoined(cue):
        for child in islice(sibling.children, MAX_CHILDREN):
            if child.i > right and child.dep_ in {"dobj", "ccomp", "xcomp", "prep"}:
                yield from _below(child, f"conj:{child.dep_}")
    yield from _contents_above(cue)


def _below(child: Token, relation: str) -> Iterator[Argument]:
    if child.dep_ in NO_CONTENT:
        return
    if child.dep_ not in {"prep", "agent", "dative"}:
        yield Argument(relation, child.i, (_without_according(child),))
        return
    for grandchild in child.children:
        if grandchild.dep_ in {"pobj", "pcomp", "ccomp"}:
            yield Argument(f"{relation}:{grandchild.dep_}", grandchild.i, (subtree(grandchild),), child.lower_)
        elif grandchild.dep_ == "prep":
            for last in grandchild.children:
                if last.dep_ in {"pobj", "pcomp"}:
                    yield Argument(f"{relation}:{last.dep_}", last.i, (subtree(last),), grandchild.lower_)


def _without_according(clause: Token) -> TokenSpan:
    """The clause less a closing "according to ...", which tells of its source and is no part of it."""
    start, end = subtree(clause)
    for child in clause.rights:
        if child.lower_ == "according" and child.right_edge.i == end - 1:
            return start, child.left_edge.i
    return start, end


def _conjoined(cue: Token) -> Iterator[Token]:
    if cue.dep_ == "conj":
        yield cue.head
    for child in islice(cue.children, MAX_CHILDREN):
        if child.dep_ == "conj":
            yield child


def _contents_above(cue: Token) -> Iterator[Argument]:
    """The clause that a tag hangs on ("the talks, they *say*, are over"), the noun that a relative clause is about."""
    own = subtree(cue)
    here = _topmost_clause(cue) if cue.lower_ == "according" else cue
    path: list[str] = []
    for _ in range(MAX_STEPS_UP):
        head, dep = here.head, here.dep_ if path else cue.dep_
        if head is here:
            return
        path.append(dep)
        way = ">".join(path[-2:]) if len(path) < 4 else "far"
        if dep in {"acl", "relcl"}:
            pieces = without(subtree(head), subtree(here))
            if pieces:
                yield Argument(f"up:{way}:noun", head.i, pieces[:1])
        pieces = without(subtree(head), own)
        if pieces:
            yield Argument(f"up:{way}", head.i, pieces)
        if dep in {"xcomp", "acomp", "attr", "oprd", "dobj", "conj"}:
            for child in islice(head.children, MAX_CHILDREN):
                if child.dep_ in SUBJECTS or (child.dep_ in {"xcomp", "ccomp", "advcl", "prep"} and child.i > cue.i):
                    yield Argument(f"up:{way}:{child.dep_}", child.i, (subtree(child),))
        here = head


def _topmost_clause(according: Token) -> Token:
    """In "they said it was over, according to Tass" Tass answers for the saying too, wherever the parser hangs it."""
    here = according
    for _ in range(MAX_STEPS_UP):
        head = here.head
        if head.dep_ not in {"ccomp", "xcomp"} or head.head.i > head.i or head.head is head:
            break
        here = head
    return here
