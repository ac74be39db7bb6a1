"""Which day does a stretch of text name? Dates as pages, datelines and time stamps write them."""

import re
from datetime import date, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
DAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
    rf"(?:{_MONTH} ?\d{{1,2}}(?:,? (?:19|20)\d\d)?|\d{{1,2}} {_MONTH}(?:,? (?:19|20)\d\d)?)"
)
"""A day as datelines write it; match it without regard to case."""

_DATE = re.compile(
    r"\b(?P<iso>(?P<iy>(?:19|20)\d\d)-(?P<im>\d\d?)-(?P<id>\d\d?))(?!\d)"
    rf"|\b(?P<m1>{_MONTH})\s{{0,3}}(?P<d1>\d\d?)(?:st|nd|rd|th)?\b(?:\s{{0,3}},?\s{{0,3}}(?P<y1>(?:19|20)\d\d)\b)?"
    rf"|\b(?P<d2>\d\d?)(?:st|nd|rd|th)?\s{{1,3}}(?:of\s)?(?P<m2>{_MONTH})(?:\s{{0,3}},?\s{{0,3}}(?P<y2>(?:19|20)\d\d)\b)?"
    r"|\b(?P<num>(?P<n1>\d\d?)[./](?P<n2>\d\d?)[./](?P<ny>(?:19|20)\d\d))\b",
    re.IGNORECASE,
)
_SLACK = timedelta(days=2)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def find_day(text: str, *, near: date | None = None) -> date | None:
    """Return the first day that `text` names, or None.

    A day without its year is the one closest before `near` (at most two days after it); without `near` it is no day.
    """
    for match in _DATE.finditer(text):
        found = _read(match, near)
        if found is not None:
            return found
    return None


def _read(match: "re.Match[str]", near: date | None) -> date | None:
    if match["iso"]:
        return _day(int(match["iy"]), int(match["im"]), int(match["id"]))
    if match["num"]:
        return _read_numeric(int(match["n1"]), int(match["n2"]), int(match["ny"]))
    name, day, year = (
        (match["m1"], match["d1"], match["y1"]) if match["m1"] else (match["m2"], match["d2"], match["y2"])
    )
    month = _MONTHS[name.rstrip(".").lower()]
    if year:
        return _day(int(year), month, int(day))
    if near is None:
        return None
    for candidate in (near.year + 1, near.year, near.year - 1):
        found = _day(candidate, month, int(day))
        if found is not None and found <= near + _SLACK:
            return found
    return None


def _read_numeric(first: int, second: int, year: int) -> date | None:
    """Read 25.4.2025 or 4/25/2025; where both orders make a day, it is left alone."""
    if first > 12:
        return _day(year, second, first)
    if second > 12:
        return _day(year, first, second)
    return _day(year, first, second) if first == second else None
