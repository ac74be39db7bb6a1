"""A line set like a headline, in a sentence's case: what keeps its capital and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extraction.casing import common_words, sentence_case
from worker.extraction.gazetteer import load_gazetteer
from worker.extraction.paragraphs import load_parser

is_common = common_words(load_parser())


def recased(text: str) -> str:
    return sentence_case(text, gazetteer=load_gazetteer(), is_common=is_common)


@pytest.mark.parametrize(
    ("headline", "sentence"),
    [
        ("Norway Rejects Iceland's Mackerel Offer", "Norway rejects Iceland's mackerel offer"),
        ("NORWAY REJECTS ICELAND'S MACKEREL OFFER", "Norway rejects Iceland's mackerel offer"),
        ("EU AND US REFUSE TO LIFT SANCTIONS", "EU and US refuse to lift sanctions"),
        ("Fisheries Minister Kari Holm Rejects Offer", "Fisheries minister Kari Holm rejects offer"),
        ("Mediators Meet Theresa May Before Talks Resume", "Mediators meet Theresa May before talks resume"),
        ("“We Accept the Plan,” Foreign Minister Says", "“We accept the plan,” foreign minister says"),
    ],
)
def test_names_and_openings_keep_their_capitals(headline: str, sentence: str) -> None:
    assert recased(headline) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "Norway will not accept the offer that Iceland made in Oslo on Tuesday.",
        "Kari Holm, Oslo",
        "",
        "12:30",
    ],
)
def test_running_text_and_short_lines_stay_as_they_are(text: str) -> None:
    assert recased(text) == text


def test_a_word_that_the_article_uses_as_a_name_keeps_its_capital() -> None:
    body = "\nAnalysts said that on Monday Crown accepted the terms of the ferry workers in full."

    assert recased("Ferry Workers Reject Terms of Crown Again" + body).startswith(
        "Ferry workers reject terms of Crown again"
    )


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80).map(str.title))
def test_every_character_keeps_its_place(text: str) -> None:
    changed = recased(text)

    assert len(changed) == len(text)
    assert [c for c in changed if not c.isalpha()] == [c for c in text if not c.isalpha()]
