"""The judge of chaos runs finds what is lost, doubled, altered, from nowhere: otherwise its yes means nothing."""

from dataclasses import replace

import pytest

from chaos.checker import Breach, Leftover, judge
from chaos.effects import Effect
from chaos.feeding import Fed

OLDER, NEWER = Effect([b"a", b"b"], [b"two"]), Effect([b"a", b"b", b"c"], [b"three"])
LETTER = Effect(letters=[b"not_json x"], dead_entries=["1-0"])
ONCE, NOTHING = Fed(certainly=1), Leftover()
CALM = [{"article": OLDER, "broken": LETTER}, {"article": NEWER, "broken": LETTER}]


def breaches(
    effect: Effect | None, fed: Fed = ONCE, article: str = "article", leftover: Leftover = NOTHING
) -> set[Breach]:
    """Return what the judge says of one article."""
    effects = {} if effect is None else {article: effect}
    verdict = judge({article: fed}, effects, CALM, leftover)
    assert verdict.kept == (not any(verdict.breaches.values()))
    return {breach for breach, found in verdict.breaches.items() if found}


@pytest.mark.parametrize("effect", [OLDER, NEWER], ids=["older", "newer"])
def test_what_a_calm_run_of_either_version_gives_is_right(effect: Effect) -> None:
    assert breaches(effect) == set()


def test_an_article_without_effect_is_lost() -> None:
    assert breaches(None) == {Breach.LOST}


def test_an_article_that_the_server_forgot_need_not_have_an_effect() -> None:
    assert breaches(None, Fed(perhaps=1)) == set()


@pytest.mark.parametrize(
    "effect",
    [
        Effect([b"a", b"b", b"a", b"b"], [b"two", b"two"]),
        Effect([b"a", b"b"], [b"two", b"two"]),
        Effect([b"a", b"b", b"b"], [b"two"]),
        Effect([b"a", b"b", b"a", b"b", b"c"], [b"two", b"three"]),
    ],
    ids=["all of it", "its summary", "one position", "by both versions"],
)
def test_an_article_that_took_effect_twice_is_found(effect: Effect) -> None:
    assert breaches(effect) == {Breach.DOUBLED}


@pytest.mark.parametrize(
    "effect",
    [
        Effect([b"a"], [b"two"]),
        Effect([b"b", b"a"], [b"two"]),
        Effect([b"a", b"z"], [b"two"]),
        Effect([b"a", b"b"], [b"three"]),
        Effect([b"a", b"b"], []),
        Effect([], [b"two"]),
    ],
    ids=["a position is missing", "order", "another position", "versions mixed", "no summary", "summary alone"],
)
def test_events_that_are_not_those_of_a_calm_run_are_found(effect: Effect) -> None:
    assert breaches(effect) == {Breach.ALTERED}


def test_an_article_that_a_calm_run_processes_must_not_die() -> None:
    letter = Effect(letters=[b"attempts_exhausted x"], dead_entries=["1-0"])
    assert breaches(letter) == {Breach.DEAD}


@pytest.mark.parametrize(
    ("duplicates", "fed", "wanted"),
    [
        (1, Fed(certainly=2), set()),
        (0, Fed(certainly=2), {Breach.LOST}),
        (2, Fed(certainly=2), {Breach.DOUBLED}),
        (0, Fed(certainly=1, perhaps=1), set()),
        (1, Fed(certainly=1, perhaps=1), set()),
        (2, Fed(certainly=1, perhaps=1), {Breach.DOUBLED}),
    ],
)
def test_each_further_entry_of_an_article_says_once_that_it_is_a_duplicate(
    duplicates: int, fed: Fed, wanted: set[Breach]
) -> None:
    assert breaches(replace(OLDER, duplicates=duplicates), fed) == wanted


@pytest.mark.parametrize(
    ("entries", "fed", "wanted"),
    [
        (["1-0"], Fed(certainly=1), set()),
        (["1-0", "2-0"], Fed(certainly=2), set()),
        (["1-0"], Fed(certainly=2), {Breach.LOST}),
        (["1-0", "2-0"], Fed(certainly=1), {Breach.DOUBLED}),
        (["1-0", "1-0"], Fed(certainly=2), {Breach.DOUBLED}),
    ],
)
def test_what_is_no_article_dies_once_an_entry(entries: list[str], fed: Fed, wanted: set[Breach]) -> None:
    assert breaches(Effect(letters=LETTER.letters * len(entries), dead_entries=entries), fed, "broken") == wanted


@pytest.mark.parametrize("effect", [OLDER, replace(LETTER, letters=[b"internal x"])], ids=["published", "other reason"])
def test_what_is_no_article_can_do_nothing_else(effect: Effect) -> None:
    assert Breach.ALTERED in breaches(effect, article="broken")


def test_what_nobody_has_fed_is_found() -> None:
    verdict = judge({"article": Fed(1)}, {"article": OLDER, "stranger": OLDER}, CALM)
    assert verdict.breaches[Breach.UNINVITED] == ["stranger"]
    assert not verdict.kept


@pytest.mark.parametrize("leftover", [Leftover(pending=1), Leftover(lag=1), Leftover(attempts=1)], ids=str)
def test_work_that_is_left_over_is_found(leftover: Leftover) -> None:
    assert breaches(OLDER, leftover=leftover) == {Breach.PENDING}
