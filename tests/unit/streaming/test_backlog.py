"""The backlog as servers tell it: with a lag, with none that they know, and without the word."""

from typing import Any, cast

import pytest
from redis.exceptions import ResponseError

from worker.observability.backlog import Backlog, measure_backlog
from worker.publishing.keys import Keys
from worker.settings import Settings

QUESTIONS = ("xlen", "zcard", "llen", "time", "xinfo_groups", "xpending", "xinfo_stream")


class AnsweringClient:
    """Stands for a server whose stream holds 100 entries, 30 of them pending."""

    def __init__(self, group: dict[str, object] | None) -> None:
        groups = ResponseError("ERR no such key") if group is None else [{"name": b"stancewire", **group}]
        pending = ResponseError("NOGROUP") if group is None else {"pending": 30, "min": b"1000-0"}
        topic = {"last-generated-id": b"5000-0"}
        self._answers = [100, 7, 8, 9, 10, 11, (2, 0), groups, pending, topic, topic]

    def pipeline(self, *, transaction: bool) -> "AnsweringClient":
        return self

    def __getattr__(self, name: str) -> Any:
        assert name in QUESTIONS
        return lambda *_: None

    def execute(self, *, raise_on_error: bool) -> list[object]:
        return self._answers


def backlog(group: dict[str, object] | None) -> Backlog:
    return measure_backlog(cast("Any", AnsweringClient(group)), Keys(), Settings())


def test_a_lag_that_the_server_knows_is_exact() -> None:
    found = backlog({"lag": 12})
    assert (found.lag, found.lag_is_exact) == (12, True)


@pytest.mark.parametrize("group", [{"lag": None}, {}], ids=["nil", "missing"])
def test_a_lag_that_the_server_does_not_tell_is_at_most_what_is_not_pending(group: dict[str, object]) -> None:
    found = backlog(group)
    assert (found.lag, found.lag_is_exact) == (100 - 30, False)


def test_without_a_group_everything_waits() -> None:
    assert backlog(None).lag == 100


def test_the_age_of_the_oldest_pending_entry_is_told_by_the_clock_of_the_server() -> None:
    assert backlog({"lag": 0}).oldest_pending_seconds == 1.0
