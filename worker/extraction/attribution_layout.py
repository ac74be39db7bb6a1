"""In which paragraph, and in which quotation, does each token of a text stand?"""

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from worker.extraction.position import CharSpan
from worker.extraction.quotations import Quotation, find_quotations


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation in tokens [start, end), marks included, all its paragraphs together; `spans` are its characters."""

    index: int
    start: int
    end: int
    depth: int
    spans: tuple[CharSpan, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Per token: the number of its paragraph and the indices of the quotations around it (outermost first, or none)."""

    paragraph: Sequence[int]
    around: Sequence[tuple[int, ...]]
    bounds: Sequence[tuple[int, int]]
    """Tokens [start, end) of each paragraph."""
    quotations: Sequence[Quoted]
    in_paragraph: Sequence[Sequence[Quoted]]
    """The quotations that begin in each paragraph."""


def lay_out(doc: Doc) -> Layout:
    paragraph: list[int] = []
    bounds: list[tuple[int, int]] = []
    first = 0
    for token in doc:
        paragraph.append(len(bounds))
        if "\n" in token.text:
            bounds.append((first, token.i + 1))
            first = token.i + 1
    bounds.append((first, len(doc)))
    quotations = _in_tokens(doc, find_quotations(doc.text))
    around: list[tuple[int, ...]] = [()] * len(doc)
    in_paragraph: list[list[Quoted]] = [[] for _ in bounds]
    for quoted in quotations:
        in_paragraph[paragraph[quoted.start]].append(quoted)
        for position in range(quoted.start, quoted.end):
            around[position] = (*around[position], quoted.index)
    return Layout(paragraph, around, bounds, quotations, in_paragraph)


def _in_tokens(doc: Doc, quotations: Sequence[Quotation]) -> list[Quoted]:
    """Quotations as tokens; the pieces of one that runs over several paragraphs are joined to one."""
    starts = [token.idx for token in doc]
    joined: list[Quoted] = []
    running: int | None = None
    token = 0
    for quotation in quotations:
        while token + 1 < len(starts) and starts[token + 1] <= quotation.start:
            token += 1
        end = token
        while end < len(starts) and starts[end] < quotation.end:
            end += 1
        span = (quotation.start, quotation.end)
        if quotation.continued and quotation.depth == 0 and running is not None:
            head = joined[running]
            joined[running] = Quoted(head.index, head.start, end, 0, (*head.spans, span))
        else:
            joined.append(Quoted(len(joined), token, max(end, token + 1), quotation.depth, (span,)))
            if quotation.depth == 0:
                running = len(joined) - 1
        if quotation.depth == 0 and not quotation.runs_on:
            running = None
    return joined
