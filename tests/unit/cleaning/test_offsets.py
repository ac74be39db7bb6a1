"""Every character of the cleaned text leads back to the raw body."""

from html import escape, unescape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.messages import ArticleMessage
from tests.unit.cleaning.articles import PARAGRAPHS, RESIDUE, page, plain
from worker.cleaning import CleanedArticle, clean
from worker.cleaning.characters import TextBuilder

ODD = "\xa0\xad\u200b\ufeff\u2028\r\n\t \x00\x0b\x85ﬁﬀ\u2011\ud800&;#<>"
odd_text = st.text(st.one_of(st.sampled_from(ODD), st.characters(), st.sampled_from("abc .,")), max_size=200)
lines = st.lists(st.one_of(st.sampled_from([*PARAGRAPHS, *RESIDUE]), odd_text), max_size=12)
content_types = st.sampled_from(["text/plain", "text/html"])


def clean_character(raw: str) -> str:
    """Return what the character table makes of a raw character."""
    builder = TextBuilder()
    builder.copy(raw, 0, len(raw))
    return builder.text().replace("\n", " ")


def assert_maps_back(article: CleanedArticle, raw: str) -> None:
    """Each character comes from the raw index that its offset tells, and offsets never go back."""
    assert len(article.offsets) == len(article.text)
    mapped = [offset for offset in article.offsets if offset >= 0]
    assert mapped == sorted(mapped)
    for character, offset in zip(article.text, article.offsets, strict=True):
        if offset < 0:
            assert character in "\n "
        elif raw[offset] == "&" and character != "&":
            assert character in clean_character(unescape(raw[offset : offset + 40]))
        else:
            assert character in clean_character(raw[offset])


@given(lines, content_types)
@settings(max_examples=150, deadline=None)
@example(["<p>a&nbsp;b&shy;c &amp; d&#8217;s</p>"] * 3, "text/html")
def test_offsets_lead_to_the_same_characters(parts: list[str], content_type: str) -> None:
    body = "\n".join(parts)
    assert_maps_back(clean(ArticleMessage(body=body, content_type=content_type)), body)


@given(lines, content_types)
@settings(max_examples=100, deadline=None)
def test_lines_joined_by_newlines_are_the_text(parts: list[str], content_type: str) -> None:
    article = clean(ArticleMessage(body="\n".join(parts), content_type=content_type))
    assert "\n".join(article.text[line.start : line.end] for line in article.lines) == article.text
    assert all(line.start < line.end for line in article.lines)


@given(lines, content_types)
@settings(max_examples=100, deadline=None)
def test_removed_stretches_lie_in_the_raw_body_and_outside_the_text(parts: list[str], content_type: str) -> None:
    body = "\n".join(parts)
    article = clean(ArticleMessage(body=body, content_type=content_type))
    raw_of_text = set(article.offsets)
    for removed in article.removed:
        assert 0 <= removed.raw_start < removed.raw_end <= len(body)
        assert removed.raw_start not in raw_of_text


@pytest.mark.parametrize("paragraph", PARAGRAPHS)
def test_raw_span_gives_back_a_paragraph_of_plain_text(paragraph: str) -> None:
    body = "Advertisement\n\n" + "\n\n".join(PARAGRAPHS)
    article = plain(body)
    start = article.text.index(paragraph)
    span = article.raw_span(start, start + len(paragraph))
    assert span is not None
    assert body[slice(*span)] == paragraph


@pytest.mark.parametrize("paragraph", PARAGRAPHS)
def test_raw_span_gives_back_a_paragraph_of_a_page(paragraph: str) -> None:
    body = "<nav>Home</nav>" + "".join(f"<p class='x'>{escape(p)}</p>\n" for p in PARAGRAPHS)
    article = page(body)
    start = article.text.index(paragraph)
    span = article.raw_span(start, start + len(paragraph))
    assert span is not None
    # The span of the last character's entity ends at its first character: offsets tell where characters begin.
    assert unescape(body[slice(*span)]).rstrip("&") == paragraph.rstrip('"')


def test_raw_span_of_inserted_characters_is_none() -> None:
    article = plain("\n\n".join(PARAGRAPHS))
    newline = article.text.index("\n")
    assert article.raw_span(newline, newline + 1) is None
