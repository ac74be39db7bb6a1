"""Hard-wrapped lines become paragraphs again; paragraphs stay what they are."""

from textwrap import fill

import pytest

from tests.unit.cleaning.articles import HEADLINE, PARAGRAPHS, kept, plain


@pytest.mark.parametrize("width", [50, 66, 72, 90])
def test_wrapped_paragraphs_are_joined(width: int) -> None:
    assert kept(plain("\n\n".join(fill(p, width) for p in PARAGRAPHS))) == list(PARAGRAPHS)


def test_wrapped_paragraphs_without_blank_lines_between_are_joined_line_by_line() -> None:
    text = " ".join(kept(plain("\n".join(fill(p, 60) for p in PARAGRAPHS))))
    assert text == " ".join(PARAGRAPHS)


def test_wrapped_text_keeps_its_headline_apart() -> None:
    body = "\n\n".join([HEADLINE, *(fill(p, 66) for p in PARAGRAPHS)])
    assert kept(plain(body, title=HEADLINE)) == [HEADLINE, *PARAGRAPHS]


def test_a_long_address_does_not_hide_that_a_text_is_wrapped() -> None:
    lines = [fill(p, 66) for p in PARAGRAPHS]
    lines[3] = lines[3].replace(" offered ", " [offered](https://example.org/a/long/address/of/the/offer) ")
    assert kept(plain("\n\n".join(lines))) == list(PARAGRAPHS)


def test_a_short_text_is_joined_too() -> None:
    assert kept(plain("\n\n".join(fill(p, 70) for p in PARAGRAPHS[:2]))) == list(PARAGRAPHS[:2])


def test_spaces_before_a_wrap_leave_one() -> None:
    body = "\n\n".join(fill(p, 66).replace("\n", "  \n") for p in PARAGRAPHS)
    assert kept(plain(body)) == list(PARAGRAPHS)


def test_windows_line_ends_are_line_ends() -> None:
    assert kept(plain("\r\n\r\n".join(fill(p, 66).replace("\n", "\r\n") for p in PARAGRAPHS))) == list(PARAGRAPHS)


def test_short_paragraphs_are_not_joined() -> None:
    lines = [
        "Owners made an offer.",
        "The union said no to it.",
        "A mediator has been called in.",
        "The ministry said it would wait.",
        "No date was set for new talks.",
        "Crews went on working meanwhile.",
    ]
    assert kept(plain("\n".join(lines))) == lines
