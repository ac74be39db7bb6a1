#!/usr/bin/env python3
"""What do the results look like? One picture of every ratio beside its bar, one of cost against size.

    python -m bench.plots [FOLDER] [--to docs]

Needs matplotlib (`uv sync --group bench`).
"""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import orjson

from bench.measuring import RESULTS, read_comparisons

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "stancewire"
mpl.rcParams["svg.fonttype"] = "none"

from matplotlib import pyplot as plt  # noqa: E402

OURS, BAR, GREY = "#1f6f8b", "#c1440e", "#888888"


def draw_ratios(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw the median ratio of each comparison, its pairs, and the bar to be reached."""
    figure, axes = plt.subplots(figsize=(8, 0.62 * len(rows) + 1.1), layout="constrained")
    for line, row in enumerate(reversed(rows)):
        axes.barh(line, row["ratio"], height=0.55, color=OURS)
        axes.plot(row["ratios"], [line] * len(row["ratios"]), "|", color="black", markersize=9)
        if row["bar"] is not None:
            axes.plot([row["bar"]] * 2, [line - 0.38, line + 0.38], color=BAR, linewidth=2.5)
        axes.annotate(f" {row['ratio']:.2f}", (max(row["ratios"]), line), va="center", fontsize=9)
    axes.set_yticks(range(len(rows)), [f"{row['name']}\nagainst {row['rival']}" for row in reversed(rows)], fontsize=8)
    axes.axvline(1, color=GREY, linewidth=0.8, linestyle=":")
    axes.set_xlim(0, max(max(*row["ratios"], row["bar"] or 0) for row in rows) * 1.12)
    axes.set_xlabel("speed, as a ratio to the rival's in the same run (ticks: each pair; red: wanted)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def draw_growth(growth: Mapping[str, Any], path: Path) -> None:
    """Draw the cost of an article against its length, and the speed of the system against its backlog."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    rows = growth["by_length"]
    words = [row["words"] for row in rows]
    each = [row["milliseconds"] for row in rows]
    left.loglog(words, each, "o-", color=OURS)
    left.loglog(words, [each[-1] * count / words[-1] for count in words], ":", color=GREY, label="linear")
    left.set(xlabel="words of an article", ylabel="milliseconds (processor time)")
    left.legend(frameon=False)
    rows = growth["by_backlog"]
    right.semilogx([row["waiting"] for row in rows], [row["messages_per_second"] for row in rows], "o-", color=OURS)
    right.set(xlabel="messages waiting", ylabel="messages/s, empty pipeline")
    right.set_ylim(bottom=0)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    """Draw what there is."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=RESULTS, help="folder of results (%(default)s)")
    parser.add_argument("--to", type=Path, help="folder for the pictures; default: that of the results")
    options = parser.parse_args()
    to: Path = options.to or options.folder
    rows = read_comparisons(options.folder)
    if rows:
        draw_ratios(rows, to / "bench_ratios.svg")
    growth = options.folder / "growth.json"
    if growth.exists():
        draw_growth(orjson.loads(growth.read_bytes()), to / "bench_growth.svg")
    print(f"pictures in {to}")


if __name__ == "__main__":
    main()
