"""Figures of an evaluation: those that the gold's own scorer gave for the made-up articles in this folder."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.evaluation.figures import Retrieval
from worker.evaluation.gold import GoldError, Predicted, load_gold, load_predictions
from worker.evaluation.matching import match
from worker.evaluation.names import addressee_keys, overlap, party_key, surname_key, words
from worker.evaluation.score import evaluate

HERE = Path(__file__).parent


def test_the_figures_are_those_of_the_scorer() -> None:
    figures = evaluate(load_gold(HERE / "gold"), load_predictions(HERE / "predictions.jsonl"))
    assert figures.as_document() == json.loads((HERE / "expected.json").read_text())


def test_what_was_missed_and_what_is_superfluous_is_listed() -> None:
    figures = evaluate(load_gold(HERE / "gold"), load_predictions(HERE / "predictions.jsonl"))
    assert [(item.article_id, item.party, item.issue) for item in figures.missed] == [
        ("made-up:mill", "Brightcloth", "economy"),
        ("made-up:missing", "Russia", "talks"),
        ("made-up:river", "Freedonia", "trade"),
    ]
    assert len(figures.superfluous) == figures.retrieval["mentions"].superfluous
    assert figures.confusions["stance", "propose", "support"] == 1


def test_nothing_extracted_gives_zeros_and_no_accuracy() -> None:
    document = evaluate(load_gold(HERE / "gold"), {}).as_document()
    assert document["positions"] == {"p": 0.0, "r": 0.0, "f1": 0.0, "tp": 0, "fp": 0, "fn": 10}
    assert document["accuracy"] == {}
    assert len(document["articles_missing"]) == 4


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("the Kremlin", "Russia", True),
        ("U.S.", "United States", True),
        ("Britain's", "United Kingdom", True),
        ("Syrian  Government", "syria", True),
        ("Ukraine (government)", "Kyiv", True),
        ("Türkiye", "turkey", True),
        ("North Korea", "South Korea", False),
        ("Weavers’ Union", "weavers' union", True),
        (None, "", True),
    ],
)
def test_names_of_one_party_are_told_to_be_the_same(left: str | None, right: str, same: bool) -> None:
    assert (party_key(left) == party_key(right)) is same


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Volodymyr Zelenskyy", "Zelensky"),
        ("Zelenskiy", "Mr Zelensky"),
        ("President Obama", "Barack Obama"),
        ("", None),
    ],
)
def test_spellings_of_one_surname_are_told_to_be_the_same(left: str, right: str | None) -> None:
    assert surname_key(left) == surname_key(right)


def test_any_of_several_addressees_counts() -> None:
    assert {"ruritania", "united states"} <= addressee_keys("Ruritania and the United States")
    assert party_key("Trinidad and Tobago") in addressee_keys("Trinidad and Tobago")


@pytest.mark.parametrize(
    ("left", "right", "share"),
    [
        ("the dam must go", "the dam must go first", 1.0),
        ("the dam must go", "the dam may stay", 0.5),
        ("the the dam", "the dam", 0.0),
        ("one two three", "four five six", 0.0),
        ("no no no", "no yes maybe", 1 / 3),
    ],
)
def test_texts_overlap_by_the_share_of_the_shorter_ones_words(left: str, right: str, share: float) -> None:
    assert overlap(words(left), words(right)) == share == overlap(words(right), words(left))


def best_size(pairs: frozenset[tuple[int, int]], gold: int, used: frozenset[int] = frozenset()) -> int:
    """Try every one-to-one assignment."""
    if gold == 0:
        return 0
    first = gold - 1
    choices = [guess for event, guess in pairs if event == first and guess not in used]
    return max([best_size(pairs, first, used), *(1 + best_size(pairs, first, used | {guess}) for guess in choices)])


@given(st.frozensets(st.tuples(st.integers(0, 4), st.integers(0, 4))))
def test_a_matching_is_one_to_one_and_as_large_as_can_be(pairs: frozenset[tuple[int, int]]) -> None:
    compatible: Callable[[int, int], bool] = lambda event, guess: (event, guess) in pairs  # noqa: E731
    found = match(range(5), range(5), compatible)
    assert set(found) <= pairs
    assert len({event for event, _ in found}) == len({guess for _, guess in found}) == len(found)
    assert len(found) == best_size(pairs, 5)


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_f1_lies_between_precision_and_recall(right: int, superfluous: int, missed: int) -> None:
    counts = Retrieval(right, superfluous, missed)
    low, high = sorted((counts.precision, counts.recall))
    assert low - 1e-9 <= counts.f1 <= high + 1e-9 or counts.f1 == 0


def annotation(**event: object) -> str:
    plain = {"sents": [0], "party": "A", "issue": "trade", "stance": "oppose"}
    return json.dumps({"id": "x", "units": ["a"], "events": [{**plain, **event}]})


@pytest.mark.parametrize(
    ("content", "words_of_error"),
    [
        ("{broken", "Invalid JSON"),
        ('{"units": []}', "id: Field required"),
        (annotation(issue="chess"), r"events\.0\.issue"),
        (annotation(sents=[]), r"events\.0\.sents"),
        (annotation(sents=[3]), "names unit 3, but there are 1"),
    ],
)
def test_a_wrong_annotation_is_told_by_file(tmp_path: Path, content: str, words_of_error: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(GoldError, match=words_of_error) as caught:
        load_gold(tmp_path)
    assert "x.json" in str(caught.value)


def test_a_folder_without_annotations_is_told(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="no annotated articles"):
        load_gold(tmp_path)


def test_a_wrong_prediction_is_told_by_line(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text('{"article_id": "a"}\n{"positions": []}\n')
    with pytest.raises(GoldError, match=r"p\.jsonl:2: article_id"):
        load_predictions(tmp_path / "p.jsonl")


def test_names_and_words_are_taken_from_objects_or_plain() -> None:
    objects = Predicted.model_validate({"party": {"name": "A", "kind": "state"}, "evidence": {"text": "w", "start": 0}})
    assert objects == Predicted(party="A", evidence="w")
