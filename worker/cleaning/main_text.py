"""Which part of a page is the article? Regions by name, link density and the element that holds most of the prose."""

import re
from collections import Counter

from worker.cleaning.article import RemovalReason
from worker.cleaning.layout import Layout, Paragraph
from worker.cleaning.page import Block, Page

_PROSE_CHARACTERS = 80
_PROSE_LINKED = 0.3
_MOSTLY_LINKED = 0.5
_REGION_SHARE = 0.35
"""A region that holds more of the page's prose than this is the article, whatever its name says."""
_LEFT_SHARE = 0.1
"""Where the strong names would leave less of the prose than this, they are not believed either."""
_BODY_SHARE = 0.8
"""The article's body is the innermost element that holds at least so much of the prose."""
_SENTENCE = re.compile(r"[.!?][\"'”’)\]]*(?:\s|\Z)")
_STATEMENT = re.compile(r"[.][\"'”’)\]]*\Z")


def lay_out_page(page: Page) -> Layout:
    """Return the layout of a page: every visible block, those outside the article marked with a region."""
    texts = [page.text[b.start : b.end].strip() for b in page.blocks]
    prose = [_prose(b, t) for b, t in zip(page.blocks, texts, strict=True)]
    regions = _believed_regions(page, prose)
    body = _find_body(page, prose, regions)
    spans = [i for i, b in enumerate(page.blocks) if body is not None and body in b.bodies]
    paragraphs = []
    for i, (block, text) in enumerate(zip(page.blocks, texts, strict=True)):
        if not text:
            continue
        start = page.text.index(text, block.start)
        region = regions[i]
        if region is None and spans and body not in block.bodies:
            region = _outside_body(page.blocks, i, spans[0])
        if region is None and _is_link(block, text):
            region = RemovalReason.RELATED
        paragraphs.append(Paragraph(start, start + len(text), text, block.heading, block.item, region))
    return Layout(page.text, page.builder.offsets, paragraphs)


def _prose(block: Block, text: str) -> int:
    """Return how many characters of running text the block holds."""
    if len(text) < _PROSE_CHARACTERS or block.linked > _PROSE_LINKED * len(text) or not _SENTENCE.search(text):
        return 0
    return len(text)


def _believed_regions(page: Page, prose: list[int]) -> list[RemovalReason | None]:
    """Return each block's region, less those whose name must mean something else, as they hold the article."""
    held: Counter[str] = Counter()
    for block, characters in zip(page.blocks, prose, strict=True):
        for name in {page.regions[region].name for region in block.regions}:
            held[name] += characters
    most = _REGION_SHARE * sum(prose)
    for trust_strong in (True, False):
        regions = [
            next(
                (
                    region.reason
                    for region in (page.regions[r] for r in reversed(block.regions))
                    if held[region.name] < most or not held[region.name] or (region.strong and trust_strong)
                ),
                None,
            )
            for block in page.blocks
        ]
        if sum(p for p, region in zip(prose, regions, strict=True) if region is None) >= _LEFT_SHARE * sum(prose):
            break
    return regions


def _find_body(page: Page, prose: list[int], regions: list[RemovalReason | None]) -> int | None:
    held: Counter[int] = Counter()
    total = 0
    for block, characters, region in zip(page.blocks, prose, regions, strict=True):
        if region is None:
            total += characters
            for body in block.bodies:
                held[body] += characters
    return max((body for body, characters in held.items() if characters > _BODY_SHARE * total), default=None)


def _outside_body(blocks: list[Block], index: int, first: int) -> RemovalReason | None:
    """Judge a block that is not in the article's body: headline and deck before it may stay."""
    if index > first:
        return RemovalReason.RELATED
    block = blocks[index]
    if block.tag == "h1":
        return None
    headline = next((i for i in range(first - 1, -1, -1) if blocks[i].tag == "h1"), None)
    return None if headline is not None and index > headline else RemovalReason.MENU


def _is_link(block: Block, text: str) -> bool:
    """Tell whether the block is little but a link; a headline, or a statement that is linked as a whole, is not."""
    if block.linked <= _MOSTLY_LINKED * len(text) or block.tag == "h1":
        return False
    return not (_STATEMENT.search(text) and len(text) >= _PROSE_CHARACTERS)
