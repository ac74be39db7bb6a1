"""The weights of the attribution walk: learned from examples, the same each time."""

from training.attribution_train import Examples, best_contents, fit, split
from worker.extraction.attribution_arguments import Argument


def examples(rows: list[tuple[str, float, int]]) -> Examples:
    made = Examples()
    for features, label, group in rows:
        made.add(features.split(), label, group)
    return made


def test_a_feature_of_right_examples_weighs_more_than_one_of_wrong_ones() -> None:
    weights = fit(examples([("bias said", 1.0, 0), ("bias walked", 0.0, 0)] * 10), grouped=False, decay=1.0)
    assert weights["said"] > 0 > weights["walked"]


def test_in_groups_only_the_difference_between_candidates_counts() -> None:
    rows = [row for group in range(10) for row in (("same subject", 1.0, group), ("same object", 0.0, group))]
    weights = fit(examples(rows), grouped=True, decay=1.0)
    assert weights["subject"] > weights["object"]
    assert "same" not in weights


def test_a_feature_met_once_gets_no_weight() -> None:
    weights = fit(
        examples([("bias said", 1.0, 0), ("bias walked", 0.0, 0)] * 5 + [("rare", 1.0, 0)]), grouped=False, decay=1.0
    )
    assert "rare" not in weights


def test_the_same_examples_give_the_same_weights() -> None:
    rows = [("bias said quote", 1.0, 0), ("bias walked", 0.0, 0), ("bias said", 0.0, 0)] * 7
    assert fit(examples(rows), grouped=False, decay=1.0) == fit(examples(rows), grouped=False, decay=1.0)


def test_the_articles_held_out_depend_on_their_ids_alone() -> None:
    rows = [{"id": f"article-{number}"} for number in range(50)]
    _, held_out = split(rows)
    _, again = split(rows[::-1])
    assert {row["id"] for row in held_out} == {row["id"] for row in again}
    assert len(held_out) == 30


def test_the_best_contents_are_the_pieces_that_make_up_the_gold_together() -> None:
    pieces = [(5, 9), (0, 4), (0, 12)]
    candidates = [(Argument("x", start, ((start, end),)), set(range(start, end))) for start, end in pieces]
    chosen, closeness = best_contents(candidates, {0, 1, 2, 3, 5, 6, 7, 8})
    assert (sorted(chosen), closeness) == ([0, 1], 1.0)
