"""How sure a label is, and which labels become events."""

import json
from pathlib import Path

import numpy as np
import pytest

from worker.extraction.confidence import FEATURES, RISING, Trees
from worker.extraction.encoder import SHIPPED_HEADS
from worker.extraction.events import Thresholds

LEAF = {"feature": [0], "threshold": [0.0], "left": [0], "right": [0], "value": [0.25], "depth": 0}
STUMP = {
    "feature": [1, 0, 0],
    "threshold": [0.5, 0.0, 0.0],
    "left": [1, 1, 2],
    "right": [2, 1, 2],
    "value": [0.0, -1.0, 1.0],
    "depth": 1,
}


def odds(bias: float, *trees: dict[str, object], line: tuple[float, float]) -> float:
    [probability] = Trees.from_lists(bias, trees).probabilities(np.array([line]))
    return float(np.log(probability / (1 - probability)))


@pytest.fixture(scope="module")
def trees() -> Trees:
    return Trees.load(SHIPPED_HEADS / "confidence.json")


def test_a_tree_goes_left_up_to_its_threshold_and_right_beyond() -> None:
    assert odds(0.0, STUMP, line=(9.0, 0.5)) == pytest.approx(-1.0)
    assert odds(0.0, STUMP, line=(9.0, 0.6)) == pytest.approx(1.0)


def test_trees_of_any_size_add_up_on_the_scale_of_log_odds() -> None:
    assert odds(0.5, STUMP, LEAF, STUMP, line=(0.0, 1.0)) == pytest.approx(2.75)


def test_a_line_alone_has_the_confidence_it_has_among_others(trees: Trees) -> None:
    lines = np.random.default_rng(5).normal(size=(50, len(FEATURES)))
    alone = [trees.probabilities(line[None])[0] for line in lines]
    assert alone == trees.probabilities(lines).tolist()


def test_no_lines_have_no_probabilities(trees: Trees) -> None:
    assert trees.probabilities(np.empty((0, len(FEATURES)))).shape == (0,)


@pytest.mark.parametrize("feature", sorted(RISING))
def test_confidence_never_falls_where_a_rising_feature_grows(trees: Trees, feature: str) -> None:
    lines = np.random.default_rng(3).normal(size=(200, len(FEATURES)))
    column = FEATURES.index(feature)
    higher = lines.copy()
    higher[:, column] += np.random.default_rng(4).uniform(0, 4, size=200)
    assert (trees.probabilities(higher) >= trees.probabilities(lines)).all()


def test_trees_fitted_on_other_features_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "confidence.json"
    path.write_text(json.dumps({"features": ["mood"], "bias": 0.0, "trees": []}), encoding="utf8")
    with pytest.raises(ValueError, match="other features"):
        Trees.load(path)


@pytest.mark.parametrize(
    ("confidence", "likeliest", "present", "admitted"),
    [
        (0.3, False, 0.1, True),
        (0.1, False, 0.9, False),
        (0.1, True, 0.9, True),
        (0.1, True, 0.3, False),
        (0.04, True, 0.9, False),
    ],
)
def test_a_candidates_likeliest_label_needs_less_confidence_where_it_surely_holds_a_position(
    confidence: float, likeliest: bool, present: float, admitted: bool
) -> None:
    thresholds = Thresholds(event=0.2, likeliest=0.05, present=0.5)
    assert thresholds.admit(confidence=confidence, likeliest=likeliest, present=present) is admitted


def test_a_threshold_that_the_user_wants_holds_for_every_label() -> None:
    thresholds = Thresholds.choose({"event": 0.2, "likeliest": 0.05, "present": 0.5}, 0.6)
    assert not thresholds.admit(confidence=0.59, likeliest=True, present=1.0)
    assert thresholds.admit(confidence=0.6, likeliest=False, present=0.1)
