"""How is a figure taken? Ours and a rival's in turn, pair by pair in one run; the median of the ratios counts.

Absolute speeds depend on the machine and on who else uses it; the ratio of two neighbours in time hardly does.
"""

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson

RESULTS = Path("build/bench")
"""Where results go unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Speeds of ours and of a rival, measured in turn."""

    name: str
    rival: str
    unit: str
    ours: tuple[float, ...]
    rivals: tuple[float, ...]
    bar: float | None = None
    """The ratio that is to be reached."""

    @property
    def ratios(self) -> tuple[float, ...]:
        """Ours by the rival's, pair by pair."""
        return tuple(ours / rival for ours, rival in zip(self.ours, self.rivals, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return median(self.ratios)

    def row(self) -> dict[str, object]:
        """Return what a result file holds of it."""
        return {
            "name": self.name,
            "rival": self.rival,
            "unit": self.unit,
            "ours": median(self.ours),
            "rivals": median(self.rivals),
            "ratio": round(self.ratio, 3),
            "ratios": [round(ratio, 3) for ratio in self.ratios],
            "bar": self.bar,
        }

    def __str__(self) -> str:
        low, high = min(self.ratios), max(self.ratios)
        wanted = "" if self.bar is None else f", wanted {self.bar}"
        return (
            f"{self.name}: {median(self.ours):,.1f} against {median(self.rivals):,.1f} {self.unit} of {self.rival}; "
            f"ratio {self.ratio:.2f} ({low:.2f} to {high:.2f}, {len(self.ratios)} pairs{wanted})"
        )


def compare(
    name: str,
    ours: Callable[[], float],
    rival: Callable[[], float],
    *,
    against: str,
    unit: str,
    rounds: int,
    bar: float | None = None,
) -> Comparison:
    """Measure two speeds in turn, each being first every other time."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            second = rival()
            pairs.append((ours(), second))
        else:
            first = ours()
            pairs.append((first, rival()))
    mine, others = zip(*pairs, strict=True)
    comparison = Comparison(name, against, unit, mine, others, bar)
    print(comparison, flush=True)
    return comparison


def write_result(folder: Path, name: str, result: Mapping[str, object]) -> Path:
    """Write one result as JSON, with what has to be known of the machine."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    machine = {
        "processors": os.cpu_count(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "load": [round(load, 1) for load in os.getloadavg()],
    }
    path.write_bytes(orjson.dumps({**result, "machine": machine}, option=orjson.OPT_INDENT_2) + b"\n")
    return path


def read_comparisons(folder: Path) -> Sequence[Mapping[str, object]]:
    """Return the rows of every result in a folder that compares."""
    rows: list[Mapping[str, object]] = []
    for path in sorted(folder.glob("*.json")):
        rows.extend(orjson.loads(path.read_bytes()).get("comparisons", ()))
    return rows
