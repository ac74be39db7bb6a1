"""Which line is residue by its wording alone? The patterns of `boilerplate.toml`, compiled."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from worker.cleaning.article import RemovalReason

LONGEST = 400
"""Longer lines are prose or blobs: only their inline residue is looked for, which keeps matching linear."""

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
    """All patterns of one rule, as one alternation."""

    reason: RemovalReason
    expression: re.Pattern[str]
    tail: bool
    """It looks at the end of a line only."""
    unpunctuated: bool
    long: bool
    needs: tuple[str, ...]

    def matches(self, line: str, lowered: str) -> bool:
        """Tell whether the line has what the rule looks for."""
        if self.needs and not any(word in lowered for word in self.needs):
            return False
        return self.expression.search(line[-_TAIL_LENGTH:] if self.tail else line) is not None


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
        long, lowered = len(line) > LONGEST, line.lower()
        for pattern in self.outside if outside else self.anywhere:
            if (long and not pattern.long) or (punctuated and pattern.unpunctuated):
                continue
            if pattern.matches(line, lowered):
                return pattern.reason
        return None

    def inside(self, line: str) -> list[Match]:
        """Return the residue inside the line, in order and without overlap."""
        lowered = line.lower()
        found = [
            Match(*match.span(), pattern.reason)
            for pattern in self.inline
            if any(word in lowered for word in pattern.needs)
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


_SHAPES = {
    "line": (rf"\A{_EDGE}(?:", rf"){_TAIL}\Z"),
    "start": (rf"\A{_EDGE}(?:", ")"),
    "end": ("(?:", r")\s*\Z"),
    "part": ("(?:", ")"),
    "inline": ("(?:", ")"),
}


@cache
def load_rules() -> Rules:
    """Return the compiled patterns of `boilerplate.toml`."""
    data = tomllib.loads(resources.files("worker.cleaning").joinpath("boilerplate.toml").read_text(encoding="utf-8"))
    rules = data["rule"]
    return Rules(
        anywhere=_compile(r for r in rules if r.get("where") != "outside" and r["match"] != "inline"),
        outside=_compile(r for r in rules if r.get("where") == "outside"),
        inline=_compile(r for r in rules if r["match"] == "inline"),
        end=re.compile(rf"{_EDGE}(?:{'|'.join(data['end']['patterns'])})", re.IGNORECASE),
        reporting=re.compile("|".join(data["reporting"]["patterns"]), re.IGNORECASE),
    )


def _compile(rules: Iterable[dict[str, Any]]) -> tuple[_Pattern, ...]:
    compiled = []
    for rule in rules:
        before, after = _SHAPES[rule["match"]]
        expression = re.compile(
            before + "|".join(rule["patterns"]) + after, re.NOFLAG if rule.get("case") else re.IGNORECASE
        )
        compiled.append(
            _Pattern(
                RemovalReason(rule["reason"]),
                expression,
                tail=rule["match"] == "end",
                unpunctuated=rule.get("only") == "unpunctuated",
                long=rule.get("long", False),
                needs=tuple(rule.get("needs", ())),
            )
        )
    return tuple(compiled)
