"""Counting what comes out of a run, and telling when all of it is done."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from worker.commands.feed import Fed
from worker.commands.tail import Entry, read_entry
from worker.commands.tally import DEAD, POSITIONS, PROCESSED, Tally


def entry(**data: object) -> Entry:
    return Entry("1795507200000-0", {}, data)


def processed(article_id: str, **more: object) -> tuple[str, Entry]:
    return PROCESSED, entry(article_id=article_id, **more)


def dead(entry_id: str) -> tuple[str, Entry]:
    return DEAD, entry(article_id=None, entry_id=entry_id, reason="not_json", error="not JSON")


def test_nothing_fed_is_all_done() -> None:
    assert Tally().all_done


def test_outcomes_are_counted_by_kind() -> None:
    tally = Tally(fed=[Fed("1-0", "a", "x"), Fed("2-0", "b", "x"), Fed("3-0", "", "bad.jsonl:7")])
    outcomes = [(POSITIONS, entry(position_id="p")), processed("a"), processed("b", skipped="language"), dead("3-0")]
    for topic, item in outcomes:
        assert not tally.all_done
        tally.count(topic, item)
    assert tally.all_done
    assert (tally.processed, tally.done, len(tally.positions)) == (2, 3, 1)
    assert (dict(tally.skipped), dict(tally.refused)) == ({"language": 1}, {"not_json": 1})
    assert tally.refusals() == [("bad.jsonl:7", "not_json", "not JSON")]


def test_others_articles_do_not_end_the_run() -> None:
    tally = Tally(fed=[Fed("1-0", "mine", "x")])
    for number in range(5):
        tally.count(*processed(f"other{number}"))
    assert not tally.all_done
    tally.count(*processed("mine"))
    assert tally.all_done


def test_an_article_fed_twice_is_done_when_both_are() -> None:
    tally = Tally(fed=[Fed("1-0", "a", "x"), Fed("2-0", "a", "x")])
    tally.count(*processed("a"))
    assert not tally.all_done
    tally.count(*processed("a", skipped="duplicate"))
    assert tally.all_done


def test_a_readable_article_that_dies_is_done() -> None:
    tally = Tally(fed=[Fed("1-0", "a", "x")])
    tally.count(*dead("1-0"))
    assert tally.all_done


@given(st.data())
def test_the_order_of_feeding_and_outcomes_does_not_matter(data: st.DataObject) -> None:
    ids = data.draw(st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=8))
    fed = [Fed(f"{number}-0", article_id, "x") for number, article_id in enumerate(ids)]
    outcomes = [processed(item.article_id) if item.article_id else dead(item.entry_id) for item in fed]
    steps: list[tuple[str, Any]] = [("fed", item) for item in fed] + [("outcome", outcome) for outcome in outcomes]
    tally = Tally()
    for kind, step in data.draw(st.permutations(steps)):
        if kind == "fed":
            tally.fed.append(step)
        else:
            tally.count(*step)
    assert tally.all_done


def test_speed_counts_the_last_seconds_only() -> None:
    tally = Tally()
    for number in range(5):
        tally.count(*processed(str(number)))
    now = tally._done_at[-1]
    assert tally.speed(now) == 5
    assert tally.speed(now + 60) == 0


def test_an_entry_of_any_producer_can_be_read() -> None:
    found = read_entry(b"1795507200000-3", {b"data": b"{broken", b"\xff": b"\xfe"})
    assert (found.entry_id, found.data, found.attributes) == ("1795507200000-3", "{broken", {"\ufffd": "\ufffd"})
