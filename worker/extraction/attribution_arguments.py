"""What around a cue may be its source, and what its content? The candidates, read off the dependency tree."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from worker.extraction.quotations import Quotation

TokenSpan = tuple[int, int]
"""Tokens [start, end)."""

MAX_STEPS_UP = 6
"""How far a cue looks up the tree: bounds the work per cue, whatever the parser makes of a text."""

NO_ARGUMENT = frozenset({"punct", "aux", "auxpass", "neg", "det", "cc", "mark", "expl", "prt", "intj", "preconj"})
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
RELATIVE_WORDS = frozenset({"who", "which", "that", "whom", "whose"})
UP = frozenset({"conj", "xcomp", "advcl", "ccomp", "pcomp", "acl", "relcl", "acomp", "dobj", "attr", "pobj", "prep", "oprd", "parataxis", "dep", "appos"})


@dataclass(frozen=True, slots=True)
class Argument:
    """A candidate: the words at `pieces`, and by which way (`relation`) the cue reaches them. `head` is their head word."""

    relation: str
    head: int
    pieces: tuple[TokenSpan, ...]

    @property
    def start(self) -> int:
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        return self.pieces[-1][1]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation in tokens, marks included; `paragraph` counts lines, `whole` says that it fills its paragraph."""

    start: int
    end: int
    paragraph: int
    quotation: Quotation


def subtree(token: Token) -> TokenSpan:
    return token.left_edge.i, token.right_edge.i + 1


def without(span: TokenSpan, hole: TokenSpan) -> tuple[TokenSpan, ...]:
    """`span` less the tokens of `hole`."""
    parts = ((span[0], min(span[1], hole[0])), (max(span[0], hole[1]), span[1]))
    return tuple(part for part in parts if part[0] < part[1])


def sources(cue: Token) -> Iterator[Argument]:
    """Candidates for who holds or voices it, nearest relation first."""
    for child in cue.children:
        relation = child.dep_
        if relation in SUBJECTS:
            yield from _subject(child, relation)
        elif relation == "agent" or (relation == "prep" and child.lower_ in {"by", "from", "of", "among", "to", "with"}):
            for grandchild in child.children:
                if grandchild.dep_ == "pobj":
                    yield Argument(f"{relation}:{child.lower_}", grandchild.i, (subtree(grandchild),))
        elif relation in {"poss", "amod", "compound", "nmod", "dobj", "npadvmod", "dative"}:
            yield Argument(relation, child.i, (subtree(child),))
    yield from _sources_above(cue)


def _subject(subject: Token, relation: str) -> Iterator[Argument]:
    if subject.lower_ in RELATIVE_WORDS and subject.head.dep_ == "relcl":
        clause = subject.head
        yield Argument(f"{relation}:antecedent", clause.head.i, without(subtree(clause.head), subtree(clause))[:1])
    else:
        yield Argument(relation, subject.i, (subtree(subject),))


def _sources_above(cue: Token) -> Iterator[Argument]:
    """The subject (or possessor, or object) of what governs the cue: "agreed and *said*", "refused to *say*", "made a *demand*"."""
    path: list[str] = []
    here = cue
    for _ in range(MAX_STEPS_UP):
        head, dep = here.head, here.dep_
        if head is here or dep not in UP:
            return
        path.append(dep)
        way = ">".join(path[-2:])
        if dep in {"acl", "relcl"}:
            yield Argument(f"{way}>head", head.i, without(subtree(head), subtree(here))[:1])
        for child in head.children:
            if child.i == here.i:
                continue
            if child.dep_ in SUBJECTS:
                for argument in _subject(child, child.dep_):
                    yield Argument(f"{way}>{argument.relation}", argument.head, argument.pieces)
            elif child.dep_ == "agent":
                for grandchild in child.children:
                    if grandchild.dep_ == "pobj":
                        yield Argument(f"{way}>agent", grandchild.i, (subtree(grandchild),))
            elif child.dep_ in {"dobj", "poss", "dative"}:
                yield Argument(f"{way}>{child.dep_}", child.i, (subtree(child),))
        here = head


def contents(cue: Token) -> Iterator[Argument]:
    """Candidates for what is said, wanted or believed, except quotations outside the cue's own clause."""
    own = subtree(cue)
    for child in cue.children:
        yield from _below(child, child.dep_)
    for sibling in _conjoined(cue):
        for child in sibling.children:
            if child.i > cue.i and child.dep_ in {"dobj", "ccomp", "xcomp", "prep"} and not own[0] <= child.i < own[1]:
                yield from _below(child, f"conj:{child.dep_}")
    yield from _contents_above(cue)


def _below(child: Token, relation: str) -> Iterator[Argument]:
    if child.dep_ in NO_ARGUMENT or child.dep_ == "conj":
        return
    if child.dep_ in {"prep", "agent", "dative"}:
        for grandchild in child.children:
            if grandchild.dep_ in {"pobj", "pcomp", "ccomp", "prep"}:
                if grandchild.dep_ == "prep":
                    for last in grandchild.children:
                        if last.dep_ in {"pobj", "pcomp"}:
                            yield Argument(f"{relation}:prep:{last.dep_}", last.i, (subtree(last),))
                else:
                    yield Argument(f"{relation}:{grandchild.dep_}", grandchild.i, (subtree(grandchild),))
    else:
        yield Argument(relation, child.i, (subtree(child),))


def _conjoined(cue: Token) -> Iterator[Token]:
    if cue.dep_ == "conj":
        yield cue.head
    for child in cue.children:
        if child.dep_ == "conj":
            yield child


def _contents_above(cue: Token) -> Iterator[Argument]:
    """The clause that a tag hangs on ("the talks, officials *say*, are over"), the noun that a relative clause is about."""
    own = subtree(cue)
    here = cue
    path: list[str] = []
    for _ in range(MAX_STEPS_UP):
        head, dep = here.head, here.dep_
        if head is here:
            return
        path.append(dep)
        way = ">".join(path[-2:])
        if dep in {"acl", "relcl"}:
            pieces = without(subtree(head), subtree(here))
            if pieces:
                yield Argument(f"up:{way}:noun", head.i, pieces[:1])
        pieces = without(subtree(head), own)
        if pieces:
            yield Argument(f"up:{way}", head.i, pieces)
        if dep in {"xcomp", "acomp", "attr", "oprd", "dobj", "conj"}:
            for child in head.children:
                if child.dep_ in SUBJECTS:
                    yield Argument(f"up:{way}:{child.dep_}", child.i, (subtree(child),))
                elif child.dep_ in {"xcomp", "ccomp", "advcl"} and child.i > cue.i:
                    yield Argument(f"up:{way}:{child.dep_}", child.i, (subtree(child),))
        here = head
