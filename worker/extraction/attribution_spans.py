"""Where does the source, where does the content of an attribution begin and end?"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc, Token

from worker.extraction.attribution_arguments import Argument, TokenSpan, contents
from worker.extraction.attribution_layout import Layout, Quoted
from worker.extraction.position import CharSpan

MAX_JOINED_GAP = 12
OUTER_PUNCTUATION = frozenset(",.;:-–—―!?…/|")


def content_candidates(cue: Token, layout: Layout) -> list[Argument]:
    """Constituents and quotations that may be the cue's content.

    A constituent inside a quotation gives way to the whole quotation, one that crosses a quotation's edge takes it in:
    the parser knows sentences, the marks know what was said.
    """
    limit = _limit(cue, layout)
    quotations = list(quotations_near(cue, layout))
    candidates: list[Argument] = []
    reached: dict[int, str] = {}
    seen: set[tuple[TokenSpan, ...]] = set()
    for argument in contents(cue):
        pieces = _clipped(argument.pieces, limit)
        for quoted in quotations:
            pieces = _taking_in(pieces, quoted)
            if pieces and quoted.start <= pieces[0][0] and pieces[-1][1] <= quoted.end:
                reached.setdefault(quoted.index, argument.relation)
                pieces = ()
        if pieces and pieces not in seen:
            seen.add(pieces)
            candidates.append(argument if pieces == argument.pieces else replace(argument, pieces=pieces))
    for quoted in quotations:
        relation = f"quote:{reached.get(quoted.index, '')}"
        head = quoted.start
        candidates.append(Argument(relation, head, ((quoted.start, quoted.end),), quoted=quoted.index))
    return candidates


def _limit(cue: Token, layout: Layout) -> TokenSpan:
    """Content stays in the cue's paragraph, and in the quotation that the cue itself stands in."""
    first, last = layout.bounds[layout.paragraph[cue.i]]
    around = layout.around[cue.i]
    if around:
        quoted = layout.quotations[around[-1]]
        return max(first, quoted.start), min(last, quoted.end)
    return first, last


def _clipped(pieces: tuple[TokenSpan, ...], limit: TokenSpan) -> tuple[TokenSpan, ...]:
    if limit[0] <= pieces[0][0] and pieces[-1][1] <= limit[1]:
        return pieces
    clipped = ((max(start, limit[0]), min(end, limit[1])) for start, end in pieces)
    return tuple((start, end) for start, end in clipped if start < end)


def _taking_in(pieces: tuple[TokenSpan, ...], quoted: Quoted) -> tuple[TokenSpan, ...]:
    """`pieces`, those widened that cross an edge of `quoted`."""
    if pieces and (pieces[-1][1] <= quoted.start or quoted.end <= pieces[0][0]):
        return pieces
    widened = []
    for start, end in pieces:
        if start < quoted.start < end < quoted.end:
            widened.append((start, quoted.end))
        elif quoted.start < start < quoted.end < end:
            widened.append((quoted.start, end))
        else:
            widened.append((start, end))
    return tuple(widened)


def quotations_near(cue: Token, layout: Layout) -> Iterator[Quoted]:
    """The quotations of the cue's paragraph on its own level, and those that the next paragraph begins with."""
    around = layout.around[cue.i]
    paragraph = layout.paragraph[cue.i]
    if around:
        outer = layout.quotations[around[-1]]
        for quoted in layout.quotations_near(cue.i):
            if quoted.depth == outer.depth + 1 and outer.start <= quoted.start and quoted.end <= outer.end:
                yield quoted
        return
    for quoted in layout.quotations_near(cue.i):
        if quoted.depth == 0:
            yield quoted
    following = paragraph + 1
    while following < len(layout.bounds) and following <= paragraph + 2:
        begun = layout.in_paragraph[following]
        if begun:
            start = layout.bounds[following][0]
            if begun[0].start <= start + 1:
                yield begun[0]
            return
        if layout.bounds[following][1] - layout.bounds[following][0] > 2:
            return
        following += 1


def characters(doc: Doc, layout: Layout, argument: Argument) -> list[CharSpan]:
    """The characters of an argument, without the punctuation around it."""
    if argument.quoted is not None:
        return list(layout.quotations[argument.quoted].spans)
    spans = []
    for start, end in argument.pieces:
        first, last = start, end - 1
        while first <= last and _is_loose(doc[first]):
            first += 1
        while last >= first and _is_loose(doc[last]):
            last -= 1
        if first <= last:
            spans.append((doc[first].idx, doc[last].idx + len(doc[last])))
    return spans


def joined(layout: Layout, cue: Token, spans: Sequence[CharSpan]) -> tuple[CharSpan, ...]:
    """`spans` in order, those made one that only a word or two part: "the plan | as too | vague"."""
    whole: list[CharSpan] = []
    for start, end in sorted(spans):
        if whole and _are_close(layout, cue, whole[-1], (start, end)):
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((start, end))
    return tuple(whole)


def _are_close(layout: Layout, cue: Token, one: CharSpan, other: CharSpan) -> bool:
    if one[0] <= cue.idx < other[1] or other[0] - one[1] > MAX_JOINED_GAP:
        return False
    between = layout.text[one[1] : other[0]]
    return "\n" not in between and len(between.split()) <= 2


def _is_loose(token: Token) -> bool:
    return token.is_space or token.text in OUTER_PUNCTUATION or token.text == "--"


def cue_span(cue: Token, links: Container[str]) -> CharSpan:
    """The cue with its auxiliaries and negation before it, its particle or the preposition of a content after it."""
    first = last = cue
    while first.i > 0:
        before = cue.doc[first.i - 1]
        if before.head.i == cue.i and before.dep_ in {"aux", "auxpass", "neg", "advmod"}:
            first = before
        else:
            break
    after = cue.doc[cue.i + 1] if cue.i + 1 < len(cue.doc) else cue
    if after.head.i == cue.i and (after.dep_ == "prt" or (after.dep_ == "prep" and after.lower_ in links)):
        last = after
    return first.idx, last.idx + len(last)
