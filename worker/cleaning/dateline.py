"""Where and when was the report filed? The dateline that opens an agency report, also glued to its first sentence."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import rtoml

from worker.cleaning.dates import DAY, find_day

_LONGEST = 140
_SHORTEST_GLUED = 4
_DASH = r"\s?(?:[–—-]{1,3}|:)\s?(?=\S)"
_WORD = r"[^\W\d_][^\W\d_.’']*(?:[.’'][^\W\d_]+)*\.?"
_NAMES = rf"{_WORD}(?: {_WORD}){{0,4}}(?:(?:/|, ?| and ){_WORD}(?: {_WORD}){{0,3}}){{0,3}}"
_CAPITALS = r"[^\W\d_a-z](?:[^\W\d_a-z]|[.’'-](?=[^\W\d_a-z]))+"

# "KYIV, Feb 5 (Reuters) - ", "Rome, Apr. 26, (dpa/GNA) – ", "Feb 10 (Reuters) - ", "WASHINGTON (AP) — "
_AGENCY = re.compile(
    rf"(?:(?P<place>{_NAMES}),?\s{{0,2}})?(?P<day>{DAY})?,?\s{{0,2}}\([^()]{{2,40}}\),?{_DASH}", re.IGNORECASE
)
# "MOSCOW, May 9 - ", "Geneva, 14 March 2025: ", "Accra, June 3, GNA – "
_DATED = re.compile(rf"(?P<place>{_NAMES}),?\s{{1,2}}(?P<day>{DAY})(?:,? (?-i:[A-Z]{{2,6}}))?,?{_DASH}", re.IGNORECASE)
# "BRUSSELS — ", "Tehran, Iran - "; a small letter after the dash goes on with the sentence
_DASHED = re.compile(rf"(?P<place>{_NAMES})(?: [–-]{{1,2}} | ?— ?| ?-- ?)(?=[\"“‘'(]?[^\W_a-z])")
# One place of "BEIRUT Rebels said", "MADAYA, Syria An aid convoy", "DUBAI/RIYADH The prince"
_PLACE = re.compile(rf"{_CAPITALS}(?: {_CAPITALS}){{0,5}}")
_REGION = re.compile(r", ?((?:[^\W\d_][\w.]+ ?){1,3})")
_BETWEEN = re.compile(r" ?/ ?| and |, (?=[A-Z]{3})")
_AFTER = re.compile(rf"(?:,? (?P<day>{DAY}),?)?(?:: ?| +)(?=[\"“‘'(]?(?-i:[^\W_a-z]))", re.IGNORECASE)
_SEPARATOR = re.compile(r"/|, ?| and ")


@dataclass(frozen=True, slots=True)
class Found:
    """A dateline at the head of a line: its length with the separator, its place and its day."""

    length: int
    place: str
    day: date | None


def find_dateline(line: str, *, published: date | None) -> Found | None:
    """Return the dateline that opens `line`, or None. `published` tells the year of its day."""
    head = line[:_LONGEST]
    for pattern in (_AGENCY, _DATED):
        match = pattern.match(head)
        if match is not None and (match["day"] or _is_place(match["place"] or "")):
            return Found(match.end(), (match["place"] or "").strip(" ,"), find_day(match["day"] or "", near=published))
    match = _DASHED.match(head)
    if match is not None and _is_place(match["place"]):
        return Found(match.end(), match["place"].strip(" ,"), None)
    return _find_glued(head, published)


def _find_glued(head: str, published: date | None) -> Found | None:
    """Split places in capitals off the sentence that they run into."""
    position, known = 0, False
    while True:
        match = _PLACE.match(head, position)
        if match is None:
            return None
        region = _region_end(head, match.end())
        between = _BETWEEN.match(head, region or match.end())
        if between is not None and _PLACE.match(head, between.end()):
            known = known or region is not None or _normal(match.group()) in _cities()
            position = between.end()
            continue
        end = region or _city_end(match, any_city=known)
        after = _AFTER.match(head, end) if end is not None else None
        return Found(after.end(), head[:end], find_day(after["day"] or "", near=published)) if after else None


def _region_end(head: str, position: int) -> int | None:
    """Return where the country or state behind a place ends, the longest that is known."""
    match = _REGION.match(head, position)
    if match is None:
        return None
    words = match[1].split(" ")
    for size in range(len(words), 0, -1):
        name = " ".join(words[:size])
        if name and _normal(name) in _regions():
            return match.start(1) + len(name)
    return None


def _city_end(match: "re.Match[str]", *, any_city: bool) -> int | None:
    """Return where the last place in capitals ends: the sentence's own first word may be in capitals too."""
    words = match.group().split(" ")
    for size in range(len(words), 0, -1):
        place = " ".join(words[:size])
        if len(place) >= _SHORTEST_GLUED and _normal(place) in _cities():
            return match.start() + len(place)
    return match.end() if any_city else None


def _is_place(names: str) -> bool:
    """Tell whether the first of the names is a known city, or the last a known country or state."""
    parts = _SEPARATOR.split(names.strip(" ,"))
    return _normal(parts[0]) in _cities() or (len(parts) > 1 and _normal(parts[-1]) in _regions())


def _normal(name: str) -> str:
    """Return the form in which names are compared: lower case, no accents, no punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[.’']", "", plain).replace("-", " ").split())


@cache
def _places() -> dict[str, list[str]]:
    data = resources.files("worker.cleaning").joinpath("places.toml").read_text(encoding="utf-8")
    return rtoml.loads(data)


@cache
def _cities() -> frozenset[str]:
    return frozenset(_normal(name) for name in [*_places()["cities"], *_places()["more"]])


@cache
def _regions() -> frozenset[str]:
    return frozenset(_normal(name) for name in _places()["regions"])
