"""Sentence boundaries by rules."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extraction.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Talks ended. Nobody spoke.", ["Talks ended.", "Nobody spoke."]),
        ("Mr. Berg met Dr. Lind.", ["Mr. Berg met Dr. Lind."]),
        ("The U.S. Senate voted.", ["The U.S. Senate voted."]),
        ("They flew to the U.S. The talks failed.", ["They flew to the U.S.", "The talks failed."]),
        ("J. Berg left. He smiled.", ["J. Berg left.", "He smiled."]),
        ("“Never!” Berg said.", ["“Never!”", "Berg said."]),
        ("“Why?” he asked. “Now.”", ["“Why?” he asked.", "“Now.”"]),
        ("Pay rose by 3.5 per cent. Workers cheered.", ["Pay rose by 3.5 per cent.", "Workers cheered."]),
        ("On Jan. 5 they met.", ["On Jan. 5 they met."]),
        ("No deal yet\nTalks go on", ["No deal yet", "Talks go on"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_splits_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_keeps_to_the_given_stretch() -> None:
    text = "One. Two. Three."

    assert split_sentences(text, 5, 9) == [(5, 9)]


@given(st.text(alphabet=st.sampled_from('aB .!?\n"”’U.S'), max_size=200))
def test_sentences_are_in_order_apart_and_hold_every_visible_character(text: str) -> None:
    spans = split_sentences(text)

    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert "".join(text[a:b] for a, b in spans).split() == [] or "".join(
        "".join(text[a:b].split()) for a, b in spans
    ) == "".join(text.split())
