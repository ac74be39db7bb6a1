"""Which stretches of a text stand in quotation marks? Answered by the shape of the marks alone, without a parse."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

MAX_DEPTH = 4
"""Quotation inside quotation; deeper nesting does not occur in print, so more open marks than this are strays."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Characters [start, end) with the marks. `depth` is 0 for the outermost.

    `closed` is False where the closing mark is missing; `runs_on` says that it is missing because the quotation goes
    on in the next paragraph, `continued` that this piece goes on from the paragraph before.
    """

    start: int
    end: int
    depth: int = 0
    closed: bool = True
    runs_on: bool = False
    continued: bool = False


class Family(Enum):
    """Marks that pair with each other, whatever their exact shape."""

    DOUBLE = "double"
    SINGLE = "single"
    ANGLE = "angle"


class Side(Enum):
    OPENS = "opens"
    CLOSES = "closes"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Mark:
    start: int
    end: int
    family: Family
    side: Side
    weak: bool = False
    """A single mark after a letter: it may as well be the apostrophe of a plural possessive."""


@dataclass(slots=True)
class _Open:
    mark: Mark
    depth: int


MARK = re.compile(r"[“”„‟\"«»]|``|''+|[‘’‚‛']")
LINE = re.compile(r"[^\r\n\u2028\u2029]+")
ALWAYS = {
    "“": (Family.DOUBLE, Side.OPENS),
    "„": (Family.DOUBLE, Side.OPENS),
    "‟": (Family.DOUBLE, Side.OPENS),
    "``": (Family.DOUBLE, Side.OPENS),
    "”": (Family.DOUBLE, Side.CLOSES),
    "«": (Family.ANGLE, Side.OPENS),
    "»": (Family.ANGLE, Side.CLOSES),
}
BEFORE_OPENING = frozenset("([{<-–—―/…:;=“\"‘'„«")
AFTER_CLOSING = frozenset(")]}>-–—―/….,:;!?=”\"’'»")
CLIPPED = re.compile(r"(?:\d0s|em|n|til|tis|twas|round|cause|bout)\b", re.IGNORECASE)
"""Words that begin with an apostrophe of their own."""


def find_quotations(text: str) -> list[Quotation]:
    """Every quotation of `text`, in order of its start (an outer one before those it holds).

    A paragraph is a line. A stray mark yields nothing and never raises. Linear in the length of the text.
    """
    found: list[Quotation] = []
    paragraphs = [line for line in LINE.finditer(text) if not line.group().isspace()]
    continued = False
    for index, paragraph in enumerate(paragraphs):
        marks = list(_marks(text, *_stripped(paragraph)))
        follower = paragraphs[index + 1] if index + 1 < len(paragraphs) else None
        pieces, continued = _pair(text, marks, paragraph, follower, continued=continued)
        found += pieces
    return found


def _stripped(paragraph: re.Match[str]) -> tuple[int, int]:
    line = paragraph.group()
    start = paragraph.start() + len(line) - len(line.lstrip())
    return start, start + len(line.strip())


def _pair(
    text: str, marks: list[Mark], paragraph: re.Match[str], follower: re.Match[str] | None, *, continued: bool
) -> tuple[list[Quotation], bool]:
    """The quotations of one paragraph, and whether the last one runs on into the next."""
    first, last = _stripped(paragraph)
    open_marks: list[_Open] = []
    found: list[Quotation] = []
    single_reopens = follower is not None and _reopens(text, follower, Family.SINGLE)
    for index, mark in enumerate(marks):
        position = _position(open_marks, mark.family)
        closes = position is not None and (
            mark.side is not Side.OPENS or _closes_low_mark(text, open_marks[position].mark, mark)
        )
        if closes and position is not None:
            if mark.weak and _is_possessive(text, marks, index, unclosed=single_reopens):
                continue
            opened = open_marks[position]
            del open_marks[position:]
            found.append(Quotation(opened.mark.start, mark.end, opened.depth))
        elif mark.side is Side.CLOSES:
            continue
        else:
            if position is not None:
                del open_marks[position:]
            if mark.family is Family.SINGLE and not single_reopens and not _is_closed_later(marks, index):
                continue
            if len(open_marks) < MAX_DEPTH:
                open_marks.append(_Open(mark, len(open_marks)))
    runs_on = False
    if open_marks:
        opened = open_marks[0]
        runs_on = follower is not None and _reopens(text, follower, opened.mark.family)
        if runs_on or (opened.mark.start == first and opened.mark.family is not Family.SINGLE):
            found.append(Quotation(opened.mark.start, last, 0, closed=False, runs_on=runs_on))
    found.sort(key=lambda quotation: (quotation.start, -quotation.end))
    if continued and found and found[0].start == first:
        found[0] = replace(found[0], continued=True)
    return _with_depths(found), runs_on


def _with_depths(found: list[Quotation]) -> list[Quotation]:
    """Depth counts the quotations that are there, not marks that turned out to be strays."""
    enclosing: list[int] = []
    settled = []
    for quotation in found:
        while enclosing and enclosing[-1] <= quotation.start:
            enclosing.pop()
        settled.append(replace(quotation, depth=len(enclosing)))
        enclosing.append(quotation.end)
    return settled


def _position(open_marks: list[_Open], family: Family) -> int | None:
    for position in range(len(open_marks) - 1, -1, -1):
        if open_marks[position].mark.family is family:
            return position
    return None


def _closes_low_mark(text: str, opened: Mark, mark: Mark) -> bool:
    """German and Czech print: „so“, closed by the shape that opens an English quotation."""
    return text[opened.start] == "„" and text[mark.start] == "“"


def _is_possessive(text: str, marks: list[Mark], index: int, *, unclosed: bool) -> bool:
    """Is this single mark after an s an apostrophe ("the parties' aims"), the true closing mark being still to come?

    With `unclosed` the next paragraph reopens the quotation, so that none need come in this one.
    """
    if text[marks[index].start - 1] not in "sSzx":
        return False
    for later in marks[index + 1 : index + 3]:
        if later.family is Family.SINGLE:
            return later.side is Side.CLOSES and text[later.start - 1] in ",.!?…"
    return unclosed


def _is_closed_later(marks: list[Mark], index: int) -> bool:
    """A single mark opens only if another can close it: else it is an apostrophe."""
    for later in marks[index + 1 : index + 1 + 2 * MAX_DEPTH]:
        if later.family is Family.SINGLE and later.side is not Side.OPENS:
            return True
    return False


def _reopens(text: str, paragraph: re.Match[str], family: Family) -> bool:
    start, _ = _stripped(paragraph)
    mark = MARK.match(text, start)
    if mark is None:
        return False
    opened, side = _classify(text, mark.start(), mark.end())
    return opened is family and side is not Side.CLOSES


def _marks(text: str, start: int, end: int) -> Iterator[Mark]:
    for match in MARK.finditer(text, start, end):
        first, last = match.span()
        shape = match.group()
        if len(shape) >= 3 and shape[0] == "'":
            # A quotation inside a quotation set with doubled apostrophes: three in a row.
            opening = _may_open(text, first, last)
            cut = first + 2 if opening else last - 2
            yield from _single_or_double(text, first, cut)
            yield from _single_or_double(text, cut, last)
        else:
            yield from _single_or_double(text, first, last)


def _single_or_double(text: str, first: int, last: int) -> Iterator[Mark]:
    family, side = _classify(text, first, last)
    if side is not None:
        weak = family is Family.SINGLE and first > 0 and text[first - 1].isalnum()
        yield Mark(first, last, family, side, weak)


def _classify(text: str, first: int, last: int) -> tuple[Family, Side | None]:
    """Family and side of the mark at [first, last); side None for an apostrophe inside or before a word."""
    shape = text[first:last]
    if shape in ALWAYS:
        return ALWAYS[shape]
    family = Family.DOUBLE if shape == '"' or len(shape) >= 2 else Family.SINGLE
    opens, closes = _may_open(text, first, last), _may_close(text, first, last)
    if family is Family.SINGLE:
        return family, _single_side(text, first, last, opens=opens, closes=closes)
    if opens == closes:
        return family, Side.EITHER
    return family, Side.OPENS if opens else Side.CLOSES


def _single_side(text: str, first: int, last: int, *, opens: bool, closes: bool) -> Side | None:
    shape = text[first:last]
    if shape in "‘‚‛":
        return None if CLIPPED.match(text, last) or not opens else Side.OPENS
    if shape == "'" and opens and not closes:
        return None if CLIPPED.match(text, last) else Side.OPENS
    return Side.CLOSES if closes else None


def _may_open(text: str, first: int, last: int) -> bool:
    before = text[first - 1] if first else " "
    after = text[last] if last < len(text) else " "
    return (before.isspace() or before in BEFORE_OPENING) and not after.isspace()


def _may_close(text: str, first: int, last: int) -> bool:
    before = text[first - 1] if first else " "
    after = text[last] if last < len(text) else " "
    return not before.isspace() and (after.isspace() or after in AFTER_CLOSING)
