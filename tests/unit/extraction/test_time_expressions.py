"""Which days does a text name?"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extraction.time_expressions import Granularity, find_time_expressions

THURSDAY = date(2016, 3, 17)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on Friday", date(2016, 3, 11)),
        ("late on Wednesday", date(2016, 3, 16)),
        ("on Thursday", THURSDAY),
        ("last Thursday", date(2016, 3, 10)),
        ("next Monday", date(2016, 3, 21)),
        ("today", THURSDAY),
        ("yesterday", date(2016, 3, 16)),
        ("last night", date(2016, 3, 16)),
        ("tomorrow", date(2016, 3, 18)),
        ("three days ago", date(2016, 3, 14)),
        ("on March 3", date(2016, 3, 3)),
        ("on 3 March", date(2016, 3, 3)),
        ("on Jan. 12", date(2016, 1, 12)),
        ("on December 30", date(2015, 12, 30)),
        ("on 12th May 2014", date(2014, 5, 12)),
        ("February 29, 2016", date(2016, 2, 29)),
    ],
)
def test_a_day_is_resolved_against_the_articles_own(text: str, day: date) -> None:
    (found,) = find_time_expressions(text, anchor=THURSDAY)
    assert (found.first, found.last, found.granularity) == (day, day, Granularity.DAY)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("last week", date(2016, 3, 7), date(2016, 3, 13)),
        ("earlier this week", date(2016, 3, 14), THURSDAY),
        ("last month", date(2016, 2, 1), date(2016, 2, 29)),
        ("earlier this month", date(2016, 3, 1), THURSDAY),
        ("next month", date(2016, 4, 1), date(2016, 4, 30)),
        ("last year", date(2015, 1, 1), date(2015, 12, 31)),
        ("in February", date(2016, 2, 1), date(2016, 2, 29)),
        ("in November", date(2015, 11, 1), date(2015, 11, 30)),
        ("by November", date(2016, 11, 1), date(2016, 11, 30)),
        ("in mid-August last year", date(2015, 8, 1), date(2015, 8, 31)),
        ("in September 2013", date(2013, 9, 1), date(2013, 9, 30)),
        ("in 2014", date(2014, 1, 1), date(2014, 12, 31)),
        ("two years ago", date(2013, 9, 17), date(2014, 9, 16)),
    ],
)
def test_a_period_has_its_first_and_last_day(text: str, first: date, last: date) -> None:
    (found,) = find_time_expressions(text, anchor=THURSDAY)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    "text", ["it may march on", "a mayor", "Fridays are busy", "June 31", "the second week", "5,000 men"]
)
def test_words_that_only_look_like_dates_are_none(text: str) -> None:
    assert list(find_time_expressions(text, anchor=THURSDAY)) == []


def test_a_bare_weekday_may_be_asked_for_ahead() -> None:
    (found,) = find_time_expressions("on Friday", anchor=THURSDAY, ahead=True)
    assert found.first == date(2016, 3, 18)


@given(
    anchor=st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)),
    words=st.sampled_from(
        [
            "on Monday",
            "last Friday",
            "yesterday",
            "twelve years ago",
            "ten decades ago",
            "last month",
            "in March",
            "next year",
            "February 29",
            "on 31 December",
            "999 years ago",
            "this week",
            "last decade",
            "in May last year",
        ]
    ),
    ahead=st.booleans(),
)
def test_every_expression_resolves_on_every_day(anchor: date, words: str, ahead: bool) -> None:
    for found in find_time_expressions(words, anchor=anchor, ahead=ahead):
        assert found.first <= found.last


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)), st.sampled_from(["Monday", "Sunday"]))
def test_a_bare_weekday_lies_within_the_last_week(anchor: date, weekday: str) -> None:
    (found,) = find_time_expressions(weekday, anchor=anchor)
    assert anchor - timedelta(days=6) <= found.first <= anchor
    assert f"{found.first:%A}" == weekday
