"""Where and when was the report filed? The dateline that opens an agency report, also glued to its first sentence."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from worker.cleaning.dates import MONTH, find_day

_LONGEST = 140
_NAME = r"[^\W\d_][^\W\d_.’'-]*(?:[.’'-][^\W\d_]+)*\.?"
_PLACES = rf"{_NAME}(?:[ ]{_NAME}){{0,4}}(?:(?:/|, | and )(?:{_NAME})(?:[ ]{_NAME}){{0,3}}){{0,3}}"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
_DAY = rf"{_WEEKDAY}(?:{MONTH} ?\d{{1,2}}(?:,? (?:19|20)\d\d)?|\d{{1,2}} {MONTH}(?:,? (?:19|20)\d\d)?)"
_DASH = r"\s*(?:[–—-]{1,3}|:)\s*"

_AGENCY = re.compile(
    rf"(?P<place>{_PLACES})?,?\s{{0,2}}(?P<day>(?i:{_DAY}))?,?\s{{0,2}}\((?P<agency>[^()]{{2,40}})\),?{_DASH}(?=\S)"
)
_DATED = re.compile(rf"(?P<place>{_PLACES}),?\s{{0,2}}(?P<day>(?i:{_DAY})),?{_DASH}(?=\S)")
_DASHED = re.compile(rf"(?P<place>{_PLACES})\s*(?:\s[–-]{{1,2}}\s|—|--)\s*(?=\S)")
_CAPITALS = re.compile(
    r"(?P<place>[^\W\d_a-z](?:[^\W\d_a-z]|[.’'-](?=[^\W\d_a-z]))+(?:(?:[ /]|, | and )[^\W\d_a-z](?:[^\W\d_a-z]|[.’'-](?=[^\W\d_a-z]))+)*"
    r"(?:, [A-Z][a-z]{2,8}\.?)?) +(?=[\"“‘'(]?[^\W_])"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A dateline at the head of a line: its length with the separator, its place and its day."""

    length: int
    place: str
    day: date | None


def find_dateline(line: str, *, published: date | None) -> Found | None:
    """Return the dateline that opens `line`, or None."""
    head = line[:_LONGEST]
    for pattern in (_AGENCY, _DATED):
        match = pattern.match(head)
        if match is not None and (match["place"] or match["day"]):
            place = (match["place"] or "").strip(" ,")
            return Found(match.end(), place, find_day(match["day"] or "", near=published))
    match = _DASHED.match(head)
    if match is not None and _known(match["place"]):
        return Found(match.end(), match["place"].strip(" ,"), None)
    return _glued(head)


def _glued(head: str) -> Found | None:
    """Split "BEIRUT Rebels said ..." after the capitals, if they name a place."""
    match = _CAPITALS.match(head)
    if match is not None and _known(match["place"]):
        return Found(match.end(), match["place"], None)
    return None


def _known(place: str) -> bool:
    first = re.split(r"/|,| and ", place)[0].strip()
    return normal(first) in _gazetteer()


def normal(name: str) -> str:
    """Return the form under which the gazetteer holds a name."""
    return re.sub(r"[^\w ]", "", name.casefold().replace("-", " ")).strip()


@cache
def _gazetteer() -> frozenset[str]:
    text = resources.files("worker.cleaning").joinpath("places.txt").read_text(encoding="utf-8")
    return frozenset(normal(line) for line in text.splitlines() if line and not line.startswith("#"))
