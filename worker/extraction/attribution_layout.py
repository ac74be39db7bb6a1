"""In which paragraph, and in which quotation, does each token of a text stand?"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from spacy.symbols import VERB
from spacy.tokens import Doc, Token

from worker.extraction.position import CharSpan
from worker.extraction.quotations import Quotation, find_quotations

STOPS = frozenset({".", "!", "?"})
MOST_QUOTATIONS = 16
"""So many quotations of a paragraph a cue looks at: a bound for texts that no newspaper prints."""


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

    text: str
    tokens: Sequence[Token]
    paragraph: Sequence[int]
    around: Sequence[tuple[int, ...]]
    bounds: Sequence[tuple[int, int]]
    """Tokens [start, end) of each paragraph."""
    quotations: Sequence[Quoted]
    in_paragraph: Sequence[Sequence[Quoted]]
    """The quotations that begin in each paragraph."""
    sentence: Sequence[int]
    """Per token: the number of its sentence."""
    held: Sequence[Sequence[int]]
    """`held[depth][i]`: how many tokens before i stand in quotation marks more than `depth` deep."""
    stops: Sequence[int]
    commas: Sequence[int]
    verbs: Sequence[int]
    """Likewise, how many tokens before i end a sentence, are commas, are verbs."""

    def quoted_tokens(self, start: int, end: int, depth: int) -> int:
        """How many of the tokens [start, end) stand in quotation marks more than `depth` deep."""
        counts = self.held[min(depth, len(self.held) - 1)]
        return counts[end] - counts[start]

    def quotations_near(self, token: int) -> Sequence[Quoted]:
        """The quotations of the token's paragraph, of very many only those nearest to it."""
        here = self.in_paragraph[self.paragraph[token]]
        if len(here) <= MOST_QUOTATIONS:
            return here
        place = bisect_left(here, token, key=lambda quoted: quoted.start)
        return here[max(0, place - MOST_QUOTATIONS // 2) : place + MOST_QUOTATIONS // 2]


def lay_out(doc: Doc) -> Layout:
    paragraph: list[int] = []
    sentence: list[int] = []
    bounds: list[tuple[int, int]] = []
    first = sentences = 0
    tokens = list(doc)
    text = doc.text
    words = [token.text for token in tokens]
    for index, token in enumerate(tokens):
        sentences += token.is_sent_start is True
        sentence.append(sentences)
        paragraph.append(len(bounds))
        if "\n" in words[index]:
            bounds.append((first, index + 1))
            first = index + 1
    bounds.append((first, len(doc)))
    quotations = _in_tokens(tokens, find_quotations(text))
    around: list[tuple[int, ...]] = [()] * len(doc)
    in_paragraph: list[list[Quoted]] = [[] for _ in bounds]
    for quoted in quotations:
        in_paragraph[paragraph[quoted.start]].append(quoted)
        for position in range(quoted.start, quoted.end):
            around[position] = (*around[position], quoted.index)
    return Layout(
        text=text,
        tokens=tokens,
        paragraph=paragraph,
        around=around,
        bounds=bounds,
        quotations=quotations,
        in_paragraph=in_paragraph,
        sentence=sentence,
        held=[_counts(len(within) > depth for within in around) for depth in range(_depths(quotations))],
        stops=_counts(word in STOPS for word in words),
        commas=_counts(word == "," for word in words),
        verbs=_counts(token.pos == VERB for token in tokens),
    )


def _counts(flags: Iterable[bool]) -> list[int]:
    return list(accumulate(flags, initial=0))


def _depths(quotations: Sequence[Quoted]) -> int:
    return 2 + max((quoted.depth for quoted in quotations), default=-1)


def _in_tokens(tokens: Sequence[Token], quotations: Sequence[Quotation]) -> list[Quoted]:
    """Quotations as tokens; the pieces of one that runs over several paragraphs are joined to one."""
    starts = [token.idx for token in tokens]
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
