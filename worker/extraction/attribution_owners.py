"""Whose are words that several cues claim, and a quotation that none does?"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from worker.extraction.attribution_arguments import Argument, TokenSpan
from worker.extraction.attribution_layout import Layout, Quoted
from worker.extraction.attribution_walk import Choice, WeighedCue, overlap

QUOTATION_FLOOR = 0.08
"""Somebody said what is quoted in full: its likeliest cue takes it, even one that would not be believed without."""
FULL_QUOTATION = 6
"""Tokens, marks included; what is shorter may be a title or a word held at arm's length."""
FLOATING_REACH = 4
"""So many lines below, blank ones counted, nobody is taken to go on speaking any more."""


def settled(weighed: Sequence[WeighedCue], layout: Layout, threshold: float) -> list[WeighedCue]:
    """The cues to believe, each with the words it keeps, in the order of the text."""
    believed = _without_rivals([one for one in weighed if one.confidence >= threshold])
    believed = _with_unowned(believed, weighed, layout)
    return sorted(_with_floating(believed, layout), key=lambda one: one.cue.i)


def _key(argument: Argument) -> int | tuple[TokenSpan, ...]:
    return argument.pieces if argument.quoted is None else argument.quoted


def _without_rivals(believed: Sequence[WeighedCue]) -> list[WeighedCue]:
    """Of cues that claim the very same words, or the same quotation, the likeliest keeps them."""
    owners: dict[int | tuple[TokenSpan, ...], tuple[float, int]] = {}
    for one in believed:
        for choice in one.content:
            claim = (one.confidence * choice.likely, -one.cue.i)
            key = _key(choice.argument)
            owners[key] = max(owners.get(key, claim), claim)
    kept = []
    for one in believed:
        own = tuple(choice for choice in one.content if owners[_key(choice.argument)][1] == -one.cue.i)
        if own:
            kept.append(replace(one, content=own))
    return kept


def _with_unowned(believed: Sequence[WeighedCue], weighed: Sequence[WeighedCue], layout: Layout) -> list[WeighedCue]:
    """Give each full quotation that nobody has to the cue that claims it with most right."""
    best: dict[int, tuple[float, WeighedCue, Choice]] = {}
    for one in weighed:
        for choice in one.quotations:
            right = one.likely * choice.likely
            key = choice.argument.quoted
            if key is not None and right >= QUOTATION_FLOOR and (key not in best or right > best[key][0]):
                best[key] = (right, one, choice)
    by_cue = {one.cue.i: one for one in believed}
    for quoted in _unowned(believed, layout):
        if quoted.index in best:
            _, claimant, choice = best[quoted.index]
            owner = by_cue.get(claimant.cue.i)
            kept = owner.content if owner is not None else ()
            content = [*(other for other in kept if not overlap(other.argument, choice.argument)), choice]
            content.sort(key=lambda each: each.argument.start)
            by_cue[claimant.cue.i] = replace(claimant, content=tuple(content))
    return list(by_cue.values())


def _unowned(believed: Sequence[WeighedCue], layout: Layout) -> Iterator[Quoted]:
    owned = {
        position
        for one in believed
        for choice in one.content
        for start, end in choice.argument.pieces
        for position in range(start, end)
    }
    for quoted in layout.quotations:
        if quoted.depth == 0 and quoted.end - quoted.start >= FULL_QUOTATION and quoted.start + 1 not in owned:
            yield quoted


def _with_floating(believed: Sequence[WeighedCue], layout: Layout) -> list[WeighedCue]:
    """A quotation alone in its paragraph goes on where the last speaker stopped."""
    speaking = sorted((one for one in believed if _ends_quoted(one)), key=lambda one: one.content[-1].argument.end)
    ends = [one.content[-1].argument.end for one in speaking]
    by_cue = {one.cue.i: one for one in believed}
    last, reach = -1, 0
    for quoted in _unowned(believed, layout):
        if not _fills_its_paragraph(quoted, layout):
            continue
        place = bisect_right(ends, quoted.start) - 1
        if place > last:
            last, reach = place, layout.paragraph[ends[place] - 1]
        paragraph = layout.paragraph[quoted.start]
        if last >= 0 and paragraph - reach <= FLOATING_REACH:
            reach = layout.paragraph[quoted.end - 1]
            owner = by_cue[speaking[last].cue.i]
            more = Argument("quote:floating", quoted.start, ((quoted.start, quoted.end),), quoted=quoted.index)
            by_cue[owner.cue.i] = replace(owner, content=(*owner.content, Choice(more, 1.0)))
    return list(by_cue.values())


def _ends_quoted(one: WeighedCue) -> bool:
    return one.content[-1].argument.quoted is not None


def _fills_its_paragraph(quoted: Quoted, layout: Layout) -> bool:
    first, _ = layout.bounds[layout.paragraph[quoted.start]]
    _, last = layout.bounds[layout.paragraph[quoted.end - 1]]
    return quoted.start - first <= 1 and last - quoted.end <= 2
