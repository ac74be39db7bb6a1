"""A schedule of faults is given by its seed and treats every kind alike."""

from collections import Counter
from itertools import pairwise

from chaos.articles import payload
from chaos.schedule import IN_WORDS, LASTS, USUAL, Kind, plan


def test_a_seed_gives_the_same_schedule_each_time() -> None:
    assert plan(7, seconds=120, every=2) == plan(7, seconds=120, every=2)
    assert plan(7, seconds=120, every=2) != plan(8, seconds=120, every=2)


def test_every_kind_comes_once_a_round() -> None:
    kinds = [planned.kind for planned in plan(1, seconds=2000, every=2)]
    rounds = len(kinds) // len(USUAL)
    assert rounds > 80
    assert set(Counter(kinds[: rounds * len(USUAL)]).values()) == {rounds}


def test_faults_come_in_the_time_and_as_often_as_asked_for() -> None:
    planned = plan(1, seconds=600, every=2)
    assert all(0 < earlier.at < later.at < 600 for earlier, later in pairwise(planned))
    assert 280 < len(planned) < 320


def test_a_fault_lasts_as_long_as_its_kind_may() -> None:
    for planned in plan(1, seconds=600, every=2):
        shortest, longest = LASTS.get(planned.kind, (0.0, 0.0))
        assert shortest <= planned.lasts <= longest


def test_only_the_kinds_asked_for_come() -> None:
    assert {planned.kind for planned in plan(1, seconds=60, every=1, kinds=(Kind.CUT, Kind.SLOW))} == {"cut", "slow"}


def test_every_kind_is_explained() -> None:
    assert set(IN_WORDS) == set(Kind)


def test_an_article_is_the_same_each_time() -> None:
    assert [payload(3, number) for number in range(500)] == [payload(3, number) for number in range(500)]
    assert len({payload(3, number) for number in range(500)}) == 500
