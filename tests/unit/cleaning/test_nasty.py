"""Cleaning never raises, and its time grows with the body, whatever the body holds."""

import gc
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codes import Reason
from schemas.messages import ArticleMessage
from tests.fuzz.shapes import BODIES
from tests.unit.cleaning.articles import PARAGRAPHS, page, plain
from worker.cleaning import CleaningLimits, clean

UNLIMITED = CleaningLimits(max_body_characters=10**9, max_text_characters=10**9)


@pytest.mark.parametrize("content_type", ["text/html", "text/plain"])
@pytest.mark.parametrize("name", BODIES)
def test_time_grows_no_faster_than_the_body(name: str, content_type: str) -> None:
    def seconds(size: int) -> float:
        message = ArticleMessage.model_construct(body=BODIES[name](size), content_type=content_type)
        best = float("inf")
        for _ in range(3):
            gc.collect()
            gc.disable()  # the collector scans what other tests have left too
            start = time.process_time()
            clean(message, limits=UNLIMITED)
            best = min(best, time.process_time() - start)
            gc.enable()
        return best

    def growth() -> float:
        small, large = seconds(6_000), seconds(24_000)
        return large / max(small, 0.005)

    # Four times the body may take four times as long; sixteen times would be quadratic. A floor keeps noise out, and a
    # busy machine gets two more tries: what is quadratic is so each time.
    assert any(growth() < 10 for _ in range(3))


@given(st.text(max_size=300), st.sampled_from(["text/html", "text/plain"]))
@settings(max_examples=200, deadline=None)
def test_no_text_raises(body: str, content_type: str) -> None:
    article = clean(ArticleMessage.model_construct(body=body, content_type=content_type))
    assert article.skip in {None, Reason.EMPTY, Reason.TOO_SHORT, Reason.LANGUAGE}


@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "</",
                "<p>",
                "<div ",
                "<a href=",
                "'",
                '"',
                "&",
                "&#",
                ";",
                "<!--",
                "-->",
                "<script>",
                "</script>",
                "x\n",
            ]
        ),
        max_size=60,
    )
)
@settings(max_examples=200, deadline=None)
def test_no_heap_of_markup_raises(pieces: list[str]) -> None:
    page("".join(pieces))


@pytest.mark.parametrize(
    "body", ["", " \n\t", "\0\0", "<html><head><title>x</title></head><body></body></html>", "<p></p><!-- x -->"]
)
def test_nothing_to_read_is_empty(body: str) -> None:
    assert plain(body).skip is Reason.EMPTY
    assert page(body).skip is Reason.EMPTY


def test_a_body_of_twenty_megabytes_is_too_long_and_costs_nothing() -> None:
    body = "Talks resumed on Monday. " * 800_000
    start = time.process_time()
    assert plain(body).skip is Reason.TOO_LONG
    assert time.process_time() - start < 0.1


def test_visible_text_beyond_the_limit_is_too_long() -> None:
    assert plain("Talks resumed on Monday. " * 10_000).skip is Reason.TOO_LONG


def test_a_hundred_thousand_nested_tags_leave_the_text() -> None:
    body = "<div>" * 100_000 + "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + "</div>" * 100_000
    assert page(body).text == "\n".join(PARAGRAPHS)


def test_a_line_of_a_megabyte_is_taken_whole_where_limits_allow_it() -> None:
    line = "The two sides said on Monday that they would talk again. " * 18_000
    article = clean(ArticleMessage(body=line), limits=UNLIMITED)
    assert article.skip is None
    assert article.text == line.strip()


def test_external_entities_are_neither_fetched_nor_expanded() -> None:
    body = "<!DOCTYPE x [<!ENTITY a 'boom'><!ENTITY b SYSTEM 'file:///etc/hostname'>]>" + "".join(
        f"<p>{p} &a; &b;</p>" for p in PARAGRAPHS
    )
    assert page(body).text == "\n".join(f"{p} &a; &b;" for p in PARAGRAPHS)
