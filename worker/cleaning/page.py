"""What does a page show, and in which part of it? Paragraphs with raw offsets, regions and link shares, without a tree.

One pass over the tags with a bounded stack of open elements. Nothing is fetched, nothing expanded, nothing recursive.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from worker.cleaning.characters import TextBuilder
from worker.cleaning.limits import CleaningLimits
from worker.cleaning.markup import VERBATIM, Token, tokens
from worker.cleaning.regions import Region, find_region


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_BLOCKS = _set(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol option p pre section select"
    " summary table tbody td tfoot th thead tr ul template noscript svg button object video audio"
)
_VOID = _set("area base br col embed hr img input link meta param source track wbr")
_PLAIN = _set(
    "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark nobr q s samp small strike strong sub sup"
    " tt u var wbr"
)
"""Inline elements that tell nothing about the part of the page; they are not tracked."""
_SILENT = _set("head noscript template svg select option datalist object video audio canvas math")
"""Elements whose text no reader sees."""
_HEADINGS = _set("h1 h2 h3 h4 h5 h6")
_CLOSED_BY_SAME = {
    "p": _set("p"),
    "li": _set("li"),
    "dt": _set("dt dd"),
    "dd": _set("dt dd"),
    "tr": _set("tr td th"),
    "td": _set("td th"),
    "th": _set("td th"),
    "option": _set("option"),
}
"""Elements whose beginning ends an open one of these names."""
_PREFORMATTED = re.compile(r"(?:[^\n]|\n(?![ \t\r]*\n))+")
"""A paragraph of preformatted text, up to a blank line."""
_HIDDEN = re.compile(
    r"(?:^|\s)hidden(?:\s|=|/|$)|aria-hidden\s?=\s?[\"']?true|display\s?:\s?none|visibility\s?:\s?hidden", re.IGNORECASE
)
_SNIFFED = 20_000
_FEWEST_TAGS = 4
_DOCUMENT = re.compile(r"\s{0,100}(?:<\?xml[^>]{0,200}>\s{0,100})?<(?:!doctype html|html)\b", re.IGNORECASE)
_PARAGRAPH_TAG = re.compile(r"</?(?:p|div|br|article|section)\b[^<>]{0,300}>", re.IGNORECASE)


@dataclass(slots=True)
class Block:
    """One paragraph of the page: characters [start, end) of its text, and what surrounds it."""

    start: int
    end: int
    tag: str
    linked: int
    """So many of its characters are link text."""
    regions: tuple[int, ...]
    """The elements around it, outermost first, that by name are no article; indices into `Page.regions`."""
    bodies: tuple[int, ...]
    """The elements around it that by name are the article's body; indices into `Page.bodies`."""
    heading: bool
    item: bool


@dataclass(slots=True)
class Page:
    """The visible text of a page with its blocks, and the raw material of its metadata."""

    text: str = ""
    builder: TextBuilder = field(default_factory=lambda: TextBuilder(flow=True))
    blocks: list[Block] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    bodies: int = 0
    structured: bool = False
    """It has elements that make paragraphs; else it is plain text, with markup in it or without."""
    metadata: list[Token] = field(default_factory=list)
    """Tags that carry metadata: html, meta, time, and title and JSON-LD scripts with their content."""


@dataclass(slots=True)
class _Open:
    """An open element."""

    name: str
    block: bool
    silent: bool
    regions: tuple[int, ...]
    bodies: tuple[int, ...]


def looks_like_page(raw: str) -> bool:
    """Tell whether text is markup: it opens with a document type or `html`, or has paragraph tags on most lines."""
    head = raw[:_SNIFFED]
    if _DOCUMENT.match(head):
        return True
    tags = len(_PARAGRAPH_TAG.findall(head))
    return tags >= _FEWEST_TAGS and tags >= head.count("\n") / 2


def read_page(raw: str, *, limits: CleaningLimits) -> Page:
    """Return the visible blocks of a page or fragment and where its metadata stand."""
    reader = _Reader(raw, limits)
    position = 0
    for token in tokens(raw):
        reader.text(position, token.start)
        reader.tag(token)
        position = token.end
    reader.text(position, len(raw))
    return reader.finish()


class _Reader:
    """Follows the open elements and collects text."""

    def __init__(self, raw: str, limits: CleaningLimits) -> None:
        self._raw = raw
        self._limits = limits
        self._page = Page()
        self._stack = [_Open("", True, False, (), ())]
        self._counts: Counter[str] = Counter()
        self._beyond = 0
        """Elements open beyond the deepest nesting that is told apart."""
        self._start = 0
        self._linked = 0
        self._places: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        """How many characters of the paragraph stand in which regions and bodies."""
        self._in_link = False
        self._break = -1

    def text(self, start: int, end: int) -> None:
        """Take in the raw text [start, end)."""
        if start >= end or self._stack[-1].silent:
            return
        if start + 1 == end and self._raw[start] in " \n":
            self._page.builder.space(start)  # the commonest text on a page, between two tags
        elif self._stack[-1].name == "pre":
            for line in _PREFORMATTED.finditer(self._raw, start, end):
                self._text(line.start(), line.end())
                if line.end() < end:
                    self._flush()
        else:
            self._text(start, end)

    def _text(self, start: int, end: int) -> None:
        builder = self._page.builder
        before = len(builder)
        if self._break >= 0 and not self._raw[start:end].isspace():
            self._after_break()
        builder.copy(self._raw, start, end)
        added = len(builder) - before
        place = (self._stack[-1].regions, self._stack[-1].bodies)
        self._places[place] = self._places.get(place, 0) + added
        if self._in_link:
            self._linked += added

    def tag(self, token: Token) -> None:
        """Take in a tag."""
        name = token.name
        if not name:
            return
        if not token.closing:
            self._note_metadata(token)
        if name in VERBATIM or name in _PLAIN:
            return
        if name == "a":
            self._in_link = not token.closing and "href" in token.attributes.lower()
            return
        if name == "br":
            self._page.structured = True
            if self._break >= 0:
                self._flush()
            self._break = len(self._page.builder)
            return
        block = name in _BLOCKS
        if block:
            self._page.structured = True
            self._flush()
        if token.closing:
            self._close(name, block)
        elif name not in _VOID and not token.empty:
            self._open(name, block, token.attributes)

    def finish(self) -> Page:
        """Return the page."""
        self._flush()
        self._page.text = self._page.builder.text()
        return self._page

    def _after_break(self) -> None:
        """End the paragraph at a line break, unless the break only wraps a sentence."""
        tail = self._page.builder.tail(3).rstrip("\"'”’) ")
        if not tail or tail[-1] in ".!?:;…":
            self._flush()
        else:
            self._break = -1
            self._page.builder.space()

    def _note_metadata(self, token: Token) -> None:
        if token.start > self._limits.max_metadata_characters:
            return
        if token.name in {"html", "meta", "time", "title"} or (
            token.name == "script" and "ld+json" in token.attributes
        ):
            self._page.metadata.append(token)

    def _open(self, name: str, block: bool, attributes: str) -> None:
        closes = _CLOSED_BY_SAME.get(name)
        if closes is not None or (block and self._counts["p"]):
            self._close_implied(closes or _CLOSED_BY_SAME["p"])
        if len(self._stack) >= self._limits.max_nesting:
            self._beyond += 1
            return
        outer = self._stack[-1]
        regions, bodies, silent = outer.regions, outer.bodies, outer.silent
        if not silent:
            silent = name in _SILENT or (bool(attributes) and _HIDDEN.search(attributes) is not None)
        if not silent:
            regions, bodies = self._place(name, attributes, regions, bodies)
        self._stack.append(_Open(name, block, silent, regions, bodies))
        self._counts[name] += 1

    def _place(
        self, name: str, attributes: str, regions: tuple[int, ...], bodies: tuple[int, ...]
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        region, body = find_region(name, attributes)
        if region is not None:
            self._page.regions.append(region)
            regions = (*regions, len(self._page.regions) - 1)
        if body:
            bodies = (*bodies, self._page.bodies)
            self._page.bodies += 1
        return regions, bodies

    def _close_implied(self, names: frozenset[str]) -> None:
        """Close an open paragraph, item or cell that the new element ends, if it is the innermost block."""
        for depth in range(len(self._stack) - 1, 0, -1):
            if self._stack[depth].block:
                if self._stack[depth].name in names:
                    self._pop_to(depth)
                return

    def _close(self, name: str, block: bool) -> None:
        if self._beyond:
            self._beyond -= 1
            return
        if not self._counts[name]:
            return
        for depth in range(len(self._stack) - 1, 0, -1):
            if self._stack[depth].name == name:
                self._pop_to(depth)
                return
            if self._stack[depth].block and not block:
                return

    def _pop_to(self, depth: int) -> None:
        for element in self._stack[depth:]:
            self._counts[element.name] -= 1
        del self._stack[depth:]

    def _flush(self) -> None:
        """End the paragraph that is being collected."""
        builder, start = self._page.builder, self._start
        end = len(builder)
        self._break = -1
        if start < end:
            regions, bodies = max(self._places, key=self._places.__getitem__)
            tag = next((e.name for e in reversed(self._stack) if e.block), "")
            self._page.blocks.append(
                Block(
                    start,
                    end,
                    tag,
                    self._linked,
                    regions,
                    bodies,
                    heading=tag in _HEADINGS,
                    item=tag == "li" or (len(self._stack) > 1 and self._stack[-2].name == "li"),
                )
            )
            builder.insert("\n")
        self._start = len(builder)
        self._linked = 0
        self._places.clear()
