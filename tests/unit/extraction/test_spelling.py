"""British and American spelling: the heads read one of them, in its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extraction.encoder import SHIPPED_HEADS
from worker.extraction.encoding import load_tokenizer, tokenize
from worker.extraction.spelling import one_spelling, other_spelling, spelling_pairs

PAIRS = dict(spelling_pairs())
BRITISH = "The Labour programme favours organised defence; talks travelled on. HONOUR the centre!"
AMERICAN = "The Labor program favors organized defense; talks traveled on. HONOR the center!"


def test_both_spellings_are_the_same_tokens_to_the_encoder() -> None:
    tokenizer = load_tokenizer(SHIPPED_HEADS / "tokenizer.json")
    british, american = (tokenize(tokenizer, text, [(0, len(text))], [])[0].ids for text in (BRITISH, AMERICAN))

    assert british == american


def test_tokens_of_a_shorter_spelling_reach_to_the_end_of_the_word_in_the_text() -> None:
    tokenizer = load_tokenizer(SHIPPED_HEADS / "tokenizer.json")
    text = "Lower labour costs"
    [sentence] = tokenize(tokenizer, text, [(0, len(text))], [])

    assert "labour" in {text[start:end] for start, end in zip(sentence.start, sentence.end, strict=True)}


@pytest.mark.parametrize(
    "word", ["promise", "exercise", "hour", "four", "called", "filled", "genre", "advise", "sense"]
)
def test_words_with_one_spelling_are_left_alone(word: str) -> None:
    assert one_spelling(f"a {word} of theirs") == f"a {word} of theirs"


def test_capitals_stay() -> None:
    assert one_spelling("Defence DEFENCE defence") == "Defense DEFENSE defense"


@given(st.text(alphabet=st.sampled_from("abour DEFNcéİß\n.’"), max_size=60) | st.sampled_from(sorted(PAIRS)))
def test_the_text_keeps_its_length_and_a_second_turn_changes_nothing(text: str) -> None:
    once = one_spelling(text)

    assert len(once) == len(text)
    assert one_spelling(once) == once


def test_no_word_is_both_a_british_and_an_american_spelling() -> None:
    assert not set(PAIRS) & set(PAIRS.values())


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("World Trade Organization", "World Trade Organisation"),
        ("Department of Defence", "Department of Defense"),
        ("Labour", None),
        ("Harvest Council", None),
    ],
)
def test_a_name_of_several_words_has_another_spelling(name: str, other: str | None) -> None:
    assert other_spelling(name) == other
