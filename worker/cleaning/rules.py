"""Which line is residue by its wording alone? The patterns of `boilerplate.toml`, compiled."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from worker.cleaning.article import RemovalReason

LONGEST = 400
"""Longer lines are prose or blobs: only their inline residue is looked for. Also keeps matching linear in the article."""

_EDGE = r"[\s*•·▪●■◆►▶–—|>#»›_~-]*"
_TAIL = r"[\s:|»›>→.…!*_–—-]*"


@dataclass(frozen=True, slots=True)
class Match:
    """Residue inside a line: characters [start, end) of it and why."""

    start: int
    end: int
    reason: RemovalReason


@dataclass(frozen=True, slots=True)
class Rules:
    """Compiled patterns, one alternation for each reason and tier."""

    anywhere: tuple[tuple[RemovalReason, re.Pattern[str]], ...]
    outside: tuple[tuple[RemovalReason, re.Pattern[str]], ...]
    inline: tuple[tuple[RemovalReason, re.Pattern[str]], ...]
    end: re.Pattern[str]
    reporting: re.Pattern[str]

    def residue(self, line: str, *, outside: bool) -> RemovalReason | None:
        """Return why the whole line is residue, or None. `outside`: the line is not between sentences of the article."""
        if len(line) > LONGEST:
            return None
        for reason, pattern in self.outside if outside else self.anywhere:
            if pattern.search(line):
                return reason
        return None

    def inside(self, line: str) -> list[Match]:
        """Return the residue inside the line, in order and without overlap."""
        found = [Match(*m.span(), reason) for reason, pattern in self.inline for m in pattern.finditer(line)]
        found.sort(key=lambda m: (m.start, -m.end))
        kept: list[Match] = []
        for match in found:
            if match.start < match.end and (not kept or match.start >= kept[-1].end):
                kept.append(match)
        return kept

    def is_reporting(self, line: str) -> bool:
        """Tell whether the line says who reported, wrote or edited."""
        return len(line) <= 2 * LONGEST and self.reporting.match(line) is not None

    def is_end(self, line: str) -> bool:
        """Tell whether the line closes an article."""
        return len(line) <= LONGEST and self.end.match(line) is not None


_SHAPES = {
    "line": rf"\A{_EDGE}(?:%s){_TAIL}\Z",
    "start": rf"\A{_EDGE}(?:%s)",
    "end": r"(?:%s)\s*\Z",
    "contains": r"(?:%s)",
    "inline": r"(?:%s)",
}


@cache
def load_rules() -> Rules:
    """Return the compiled patterns of `boilerplate.toml`."""
    data = tomllib.loads(resources.files("worker.cleaning").joinpath("boilerplate.toml").read_text(encoding="utf-8"))
    return Rules(
        anywhere=_compile(data["rule"], where="anywhere"),
        outside=_compile(data["rule"], where="outside"),
        inline=_compile(data["rule"], where="anywhere", inline=True),
        end=re.compile(rf"{_EDGE}(?:{'|'.join(data['end']['patterns'])})", re.IGNORECASE),
        reporting=re.compile(rf"(?:{'|'.join(data['reporting']['patterns'])})", re.IGNORECASE),
    )


def _compile(
    rules: list[dict[str, Any]], *, where: str, inline: bool = False
) -> tuple[tuple[RemovalReason, re.Pattern[str]], ...]:
    compiled = []
    for rule in rules:
        if rule["where"] != where or (rule["match"] == "inline") != inline:
            continue
        flags = re.NOFLAG if rule.get("case") else re.IGNORECASE
        pattern = _SHAPES[rule["match"]] % "|".join(rule["patterns"]) if "%" not in "".join(rule["patterns"]) else ""
        compiled.append((RemovalReason(rule["reason"]), re.compile(pattern, flags)))
    return tuple(compiled)
