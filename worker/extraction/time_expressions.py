"""Which days does a text name? Weekdays, dates and relative expressions, resolved against the article's own day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
    )
} | {"a": 1, "an": 1}
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365, "decade": 3650}

_MONTH = "|".join((*_MONTHS, "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec"))
_COUNT = r"\d{1,3}|" + "|".join(_NUMBERS)

_YEAR = r"(?:19|20)\d\d"
_PATTERNS = (
    r"(?P<relative>the day before yesterday|yesterday|today|tonight|tomorrow|overnight|last night"
    r"|this (?:morning|afternoon|evening)|the previous day|a day earlier)",
    rf"(?P<ago>{_COUNT}) (?P<ago_unit>day|week|month|year|decade)s? (?:ago|earlier|before)",
    r"(?P<which>last|this|next|(?:earlier|later) this|(?:late|earlier) last|the (?:previous|past))"
    r" (?P<unit>week|month|year|summer|winter|spring|autumn|decade)",
    rf"(?:(?P<week_which>last|next|this|this coming) )?(?P<weekday>{'|'.join(_WEEKDAYS)})",
    rf"(?P<day_first>\d{{1,2}})(?:st|nd|rd|th)? (?P<month_second>{_MONTH})\.?(?:,? (?P<year_third>{_YEAR}))?",
    rf"(?P<month_first>{_MONTH})\.? (?P<day_second>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:-\d{{1,2}})?"
    rf"(?:,? (?P<year_end>{_YEAR}))?",
    r"(?P<month_which>last|next|in|since|by|of|until|this|for) (?:(?:early|late|mid)[- ])?"
    rf"(?P<month_alone>{_MONTH})\b\.?(?:,? (?:of )?(?P<month_year>{_YEAR}|last year|this year))?",
    rf"(?:in|since|of|from|by|until) (?P<year_alone>{_YEAR})",
)
_EXPRESSION = re.compile(rf"\b(?:{'|'.join(_PATTERNS)})(?!\w)".replace(" ", r"\s+"), re.IGNORECASE)


class Granularity(StrEnum):
    """How exact a time expression is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A day or period that the text names: characters [start, end), the days [first, last] it stands for."""

    start: int
    end: int
    first: date
    last: date
    granularity: Granularity


def find_time_expressions(text: str, *, anchor: date, ahead: bool = False) -> Iterator[TimeExpression]:
    """Yield the days and periods named in `text`, seen from the day `anchor`.

    A bare weekday or month is the last one up to the anchor, or with `ahead` the next one from the anchor on.
    """
    for match in _EXPRESSION.finditer(text):
        resolved = _resolve(match, anchor, ahead)
        if resolved is not None:
            first, last, granularity = resolved
            yield TimeExpression(match.start(), match.end(), first, last, granularity)


_Period = tuple[date, date, Granularity]


def _resolve(match: re.Match[str], anchor: date, ahead: bool) -> _Period | None:
    group = {name: " ".join(value.lower().split()) for name, value in match.groupdict().items() if value is not None}
    if "relative" in group:
        return _day(anchor + timedelta(days=_relative_days(group["relative"])))
    if "ago" in group:
        return _ago(group["ago"], group["ago_unit"], anchor)
    if "unit" in group:
        return _unit(group["which"], group["unit"], anchor)
    if "weekday" in group:
        return _weekday(group.get("week_which", ""), group["weekday"], anchor, ahead)
    if "day_first" in group:
        return _date(group["day_first"], group["month_second"], group.get("year_third"), anchor, ahead)
    if "month_first" in group:
        return _date(group["day_second"], group["month_first"], group.get("year_end"), anchor, ahead)
    if "month_alone" in group:
        return _month(group["month_which"], group["month_alone"], group.get("month_year"), anchor, ahead)
    year = int(group["year_alone"])
    return date(year, 1, 1), date(year, 12, 31), Granularity.YEAR


def _day(day: date) -> _Period:
    return day, day, Granularity.DAY


def _relative_days(words: str) -> int:
    if words.startswith("the day before"):
        return -2
    if words in ("yesterday", "overnight", "last night", "the previous day", "a day earlier"):
        return -1
    return 1 if words == "tomorrow" else 0


def _ago(count: str, unit: str, anchor: date) -> _Period | None:
    number = int(count) if count.isdigit() else _NUMBERS[count]
    days = number * _UNIT_DAYS[unit]
    if days >= anchor.toordinal() - 1:
        return None
    day = anchor - timedelta(days=days)
    if unit == "day":
        return _day(day)
    slack = timedelta(days=_UNIT_DAYS[unit] // 2)
    granularity = {"week": Granularity.WEEK, "month": Granularity.MONTH}.get(unit, Granularity.YEAR)
    return day - slack, min(day + slack, anchor), granularity


def _unit(which: str, unit: str, anchor: date) -> _Period:
    step = 1 if which == "next" else -1 if "last" in which or which in ("the previous", "the past") else 0
    if unit == "week":
        monday = anchor - timedelta(days=anchor.weekday()) + timedelta(weeks=step)
        return monday, _no_later(monday + timedelta(days=6), anchor, step), Granularity.WEEK
    if unit == "month":
        first = _month_start(anchor.year, anchor.month + step)
        return first, _no_later(_month_end(first), anchor, step), Granularity.MONTH
    years = step * (10 if unit == "decade" else 1)
    first = date(anchor.year + years, 1, 1)
    return first, _no_later(date(anchor.year + step, 12, 31), anchor, step), Granularity.YEAR


def _no_later(day: date, anchor: date, step: int) -> date:
    """Cut a period that runs still at the anchor: "this week" has come as far as today."""
    return min(day, anchor) if step == 0 else day


def _weekday(which: str, name: str, anchor: date, ahead: bool) -> _Period:
    back = (anchor.weekday() - _WEEKDAYS.index(name)) % 7
    if which == "last":
        return _day(anchor - timedelta(days=back or 7))
    if which in ("next", "this coming") or ahead:
        return _day(anchor + timedelta(days=-back % 7 or (7 if which else 0)))
    return _day(anchor - timedelta(days=back))


def _date(day: str, month: str, year: str | None, anchor: date, ahead: bool) -> _Period | None:
    number = _month_number(month)
    try:
        if year is not None:
            return _day(date(int(year), number, int(day)))
        found = date(anchor.year, number, int(day))
    except ValueError:  # 31 June, 29 February of a common year
        return None
    if found > anchor and not ahead and (found - anchor).days > 183:
        found = found.replace(year=found.year - 1) if (number, int(day)) != (2, 29) else found
    return _day(found)


def _month(which: str, month: str, year: str | None, anchor: date, ahead: bool) -> _Period:
    number = _month_number(month)
    if year is not None:
        first = date(int(year) if year.isdigit() else anchor.year - (year == "last year"), number, 1)
    else:
        first = date(anchor.year, number, 1)
        coming = which in ("next", "by", "until") or ahead
        if (first > anchor and not coming) or (which == "last" and first.month == anchor.month):
            first = date(anchor.year - 1, number, 1)
        elif coming and _month_end(first) < anchor:
            first = date(anchor.year + 1, number, 1)
    return first, _month_end(first), Granularity.MONTH


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, start=1) if month.startswith(name[:3].lower()))


def _month_start(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _month_end(first: date) -> date:
    return _month_start(first.year, first.month + 1) - timedelta(days=1)
