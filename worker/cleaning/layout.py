"""Where do the lines of a text lie? Paragraphs as ranges of the normalised text, hard-wrapped ones joined again."""

import re
from array import array
from dataclasses import dataclass, field
from itertools import pairwise

from worker.cleaning.article import RemovalReason
from worker.cleaning.characters import TextBuilder


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph or line as the source lays it out: characters [start, end) of the layout's text."""

    start: int
    end: int
    text: str
    heading: bool = False
    """The page marks it as a heading."""
    item: bool = False
    """It is an item of a list."""
    region: RemovalReason | None = None
    """The page says by its markup that this is not the article, and why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Normalised text, the raw index of every character of it, and its paragraphs in order."""

    text: str
    offsets: "array[int]"
    paragraphs: list[Paragraph] = field(default_factory=list)


_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’)\]»]*\Z")
_WRAP_WIDTHS = range(40, 121)
_FEWEST_WRAPPED = 4


def lay_out_text(raw: str) -> Layout:
    """Return the layout of plain text: one paragraph a line, hard-wrapped lines joined."""
    builder = TextBuilder()
    builder.copy(raw, 0, len(raw))
    text = builder.text()
    lines = [_trim(text, m.start(), m.end()) for m in _LINE.finditer(text)]
    lines = [(start, end) for start, end in lines if start < end]
    text, lines = _join(text, lines)
    return Layout(text, builder.offsets, [Paragraph(start, end, text[start:end]) for start, end in lines])


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    return start, end


def _join(text: str, lines: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Join lines that a mail or terminal program has wrapped; their newlines become spaces, so lengths stay."""
    width = _wrap_width(text, lines)
    if width is None:
        return text, lines
    joined: list[tuple[int, int]] = []
    pieces: list[str] = []
    copied = 0
    for start, end in lines:
        if joined and text.count("\n", joined[-1][1], start) == 1 and _runs_on(text, joined[-1][1], start, width):
            pieces.append(text[copied : joined[-1][1]])
            pieces.append(" " * (start - joined[-1][1]))
            copied = start
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    pieces.append(text[copied:])
    return "".join(pieces), joined


def _runs_on(text: str, end: int, start: int, width: int) -> bool:
    """Tell whether the line that ends at `end` was broken only because the word at `start` did not fit."""
    length = end - (text.rfind("\n", 0, end) + 1)
    word = re.compile(r"\S+").match(text, start)
    if text[start].islower():
        return True
    return length + 1 + (word.end() - start if word else 0) > width and text[start] not in "-*•"


def _wrap_width(text: str, lines: list[tuple[int, int]]) -> int | None:
    """Return the width to which the text is wrapped, or None where its lines are whole paragraphs."""
    inner = [(start, end) for (start, end), (following, _) in pairwise(lines) if text.count("\n", end, following) == 1]
    if not inner:
        return None
    lengths = sorted(end - start for start, end in inner)
    width = lengths[int(0.85 * (len(lengths) - 1))]  # a few lines are longer: addresses, tables
    broken = sum(_SENTENCE_END.search(text[max(start, end - 4) : end]) is None for start, end in inner)
    full = sum(length > 0.75 * width for length in lengths)
    # A few lines tell only if all of them are broken, and one of them before a small letter.
    few = len(inner) < _FEWEST_WRAPPED
    least_broken, least_full = (1.0, 1.0) if few else (0.5, 0.6)
    if few and not any(text[text.index("\n", end) :].lstrip()[:1].islower() for _, end in inner):
        return None
    if width not in _WRAP_WIDTHS or broken < least_broken * len(inner) or full < least_full * len(inner):
        return None
    return width
