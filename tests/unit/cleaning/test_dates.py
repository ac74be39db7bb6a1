"""Days as pages, datelines and time stamps write them."""

from datetime import date

import pytest

from worker.cleaning.dates import find_day

NEAR = date(2025, 3, 10)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-07T10:41:00+01:00", date(2025, 3, 7)),
        ("March 7, 2025", date(2025, 3, 7)),
        ("Mar. 7, 2025 10:41 a.m.", date(2025, 3, 7)),
        ("7th of March 2025", date(2025, 3, 7)),
        ("Friday, 7 Sept 2024", date(2024, 9, 7)),
        ("25.4.2024", date(2024, 4, 25)),
        ("4/25/2024", date(2024, 4, 25)),
        ("Updated 31 February 2025, first published 1 March 2025", date(2025, 3, 1)),
        ("March 7", date(2025, 3, 7)),
        ("Mar 12", date(2025, 3, 12)),
        ("December 30", date(2024, 12, 30)),
        ("4/5/2024", None),
        ("on Friday", None),
        ("May will decide", None),
        ("resolution 2334", None),
    ],
)
def test_finds_the_day(text: str, day: date | None) -> None:
    assert find_day(text, near=NEAR) == day


def test_a_day_without_year_and_without_a_day_to_go_by_is_none() -> None:
    assert find_day("March 7") is None
