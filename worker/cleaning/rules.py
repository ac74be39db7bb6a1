"""Which line is residue by its wording alone? The patterns of `boilerplate.toml`, compiled."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import inf
from typing import Any

import rtoml

from worker.cleaning.article import RemovalReason

LONGEST = 400
"""Longer lines are prose or blobs: only their inline residue is looked for, which keeps matching linear."""

_LONGEST_BY_MATCH = {"line": 200, "part": 300}
"""Lines that are residue from end to end are shorter still."""
_TAIL_LENGTH = 160
_EDGE = r"[\s*•·▪●■◆►▶–—|>#»›_~-]*"
_TAIL = r"[\s:|»›>→.…!*_–—-]*"


@dataclass(frozen=True, slots=True)
class Match:
    """Residue inside a line: characters [start, end) of it and why."""

    start: int
    end: int
    reason: RemovalReason


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The patterns of all rules that are to be looked for in the same way, as one alternation."""

    expression: re.Pattern[str]
    reasons: dict[str, RemovalReason]
    """Why a line goes, by the name of the group that matched."""
    anchored: bool
    """It matches from the beginning of a line, or else ..."""
    tail: bool
    """... it looks at the end of a line only, or everywhere."""
    unpunctuated: bool
    longest: float
    """Longer lines are not looked at."""
    needs: tuple[str, ...]

    def find(self, line: str, lowered: str) -> RemovalReason | None:
        """Return why the line goes, if it has what the rules look for."""
        if self.anchored:
            match = self.expression.match(line)
        elif self.needs and not _has_any(lowered, self.needs):
            return None
        else:
            match = self.expression.search(line[-_TAIL_LENGTH:] if self.tail else line)
        return None if match is None else self.reasons[match.lastgroup or ""]


@dataclass(frozen=True, slots=True)
class Rules:
    """Compiled patterns by tier."""

    anywhere: tuple[_Pattern, ...]
    outside: tuple[_Pattern, ...]
    inline: tuple[_Pattern, ...]
    end: re.Pattern[str]
    reporting: re.Pattern[str]

    def residue(self, line: str, *, punctuated: bool, outside: bool = False) -> RemovalReason | None:
        """Return why the whole line is residue, or None.

        `punctuated`: it ends like a sentence. `outside`: ask the patterns that count only around the main run.
        """
        length, lowered = len(line), line.lower()
        for pattern in self.outside if outside else self.anywhere:
            if length <= pattern.longest and not (punctuated and pattern.unpunctuated):
                reason = pattern.find(line, lowered)
                if reason is not None:
                    return reason
        return None

    def inside(self, line: str) -> list[Match]:
        """Return the residue inside the line, in order and without overlap."""
        lowered = line.lower()
        found = [
            Match(*match.span(), pattern.reasons[match.lastgroup or ""])
            for pattern in self.inline
            if _has_any(lowered, pattern.needs)
            for match in pattern.expression.finditer(line)
        ]
        if not found:
            return found
        found.sort(key=lambda m: (m.start, -m.end))
        kept = found[:1]
        kept.extend(match for match in found[1:] if match.start >= kept[-1].end)
        return kept

    def is_reporting(self, line: str) -> bool:
        """Tell whether the line says who reported, wrote or edited."""
        return len(line) <= 2 * LONGEST and self.reporting.match(line) is not None

    def is_end(self, line: str) -> bool:
        """Tell whether the line closes an article."""
        return len(line) <= LONGEST and self.end.match(line) is not None


def _has_any(text: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110 - the innermost test of cleaning: a generator costs more than what it looks for
        if word in text:
            return True
    return False


_LIST_NAME = re.compile(r"@([a-z_]+)@")
_SHAPES = {
    "line": (rf"{_EDGE}(?:", rf"){_TAIL}\Z"),
    "start": (rf"{_EDGE}(?:", ")"),
    "end": ("(?:", r")\s*\Z"),
    "part": ("(?:", ")"),
    "inline": ("(?:", ")"),
}


@cache
def load_rules() -> Rules:
    """Return the compiled patterns of `boilerplate.toml`."""
    data = rtoml.loads(resources.files("worker.cleaning").joinpath("boilerplate.toml").read_text(encoding="utf-8"))
    rules, lists = data["rule"], data["lists"]
    return Rules(
        anywhere=_compile((r for r in rules if r.get("where") != "outside" and r["match"] != "inline"), lists),
        outside=_compile((r for r in rules if r.get("where") == "outside"), lists),
        inline=_compile((r for r in rules if r["match"] == "inline"), lists),
        end=re.compile(rf"{_EDGE}(?:{_any_of(data['end']['patterns'], lists)})", re.IGNORECASE),
        reporting=re.compile(_any_of(data["reporting"]["patterns"], lists), re.IGNORECASE),
    )


def _any_of(patterns: list[str], lists: dict[str, list[str]]) -> str:
    """Return one alternation of the patterns, with the words of a list in place of its name."""
    return _LIST_NAME.sub(lambda name: "|".join(lists[name[1]]), "|".join(patterns))


def _compile(rules: Iterable[dict[str, Any]], lists: dict[str, list[str]]) -> tuple[_Pattern, ...]:
    """Return one pattern for all rules that differ in their reasons alone."""
    alike: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for rule in rules:
        ways = tuple(str(rule.get(name)) for name in ("match", "case", "only", "long", "needs"))
        alike.setdefault(ways, []).append(rule)
    return tuple(_merge(group, lists) for group in alike.values())


def _merge(rules: list[dict[str, Any]], lists: dict[str, list[str]]) -> _Pattern:
    first = rules[0]
    before, after = _SHAPES[first["match"]]
    alternatives = (f"(?P<r{i}>{_any_of(rule['patterns'], lists)})" for i, rule in enumerate(rules))
    flags = re.NOFLAG if first.get("case") else re.IGNORECASE
    return _Pattern(
        re.compile(before + "|".join(alternatives) + after, flags),
        reasons={f"r{i}": RemovalReason(rule["reason"]) for i, rule in enumerate(rules)},
        anchored=first["match"] in {"line", "start"},
        tail=first["match"] == "end",
        unpunctuated=first.get("only") == "unpunctuated",
        longest=inf if first.get("long") else _LONGEST_BY_MATCH.get(first["match"], LONGEST),
        needs=tuple(first.get("needs", ())),
    )
