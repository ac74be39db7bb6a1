"""Which terms occur in a text, and where?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extraction.lexicon import Lexicon, fold


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("truce", "A truce holds.", ["truce"]),
        ("truce", "The untruced truces", []),
        ("sanction*", "Sanctions, sanctioned", ["Sanction", "sanction"]),
        ("cease-fire", "a cease fire and a CEASE-FIRE", ["cease fire", "CEASE-FIRE"]),
        ("won't", "It won’t yield", ["won’t"]),
        ("U.S.", "the U.S. side, the US side", ["U.S"]),
        ("Turkiye", "Türkiye's offer", ["Türkiye"]),
        ("talks", "talks", ["talks"]),
        ("peace talks", "peace, talks", []),
    ],
)
def test_terms_match_whole_words_whatever_their_case_and_marks(term: str, text: str, found: list[str]) -> None:
    hits = Lexicon([(term, None)]).hits(text)
    assert [text[hit.start : hit.end] for hit in hits] == found


def test_overlapping_terms_are_all_found() -> None:
    lexicon = Lexicon([("peace talks", "talks"), ("peace", "peace"), ("talks", "any")])
    assert {hit.payloads[0] for hit in lexicon.hits("peace talks")} == {"talks", "peace", "any"}


def test_one_term_may_stand_for_several_things() -> None:
    lexicon = Lexicon([("strike", "economy"), ("Strike", "ceasefire")])
    assert [hit.payloads for hit in lexicon.hits("a strike")] == [("economy", "ceasefire")]


def test_an_empty_lexicon_finds_nothing() -> None:
    assert list(Lexicon[str]([]).hits("anything")) == []


def test_a_term_without_letters_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one letter"):
        Lexicon([("--", None)])


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(), st.text())
def test_a_term_is_found_between_any_two_texts(before: str, after: str) -> None:
    text = f"{before} ceasefire {after}"
    start = len(before) + 1
    assert any((hit.start, hit.end) == (start, start + 9) for hit in Lexicon([("ceasefire", None)]).hits(text))
