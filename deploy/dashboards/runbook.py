"""What to do, readable where the alert is seen: docs/runbook.md as a dashboard, a panel a section."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

RUNBOOK = "stancewire-runbook"
FILE = Path(__file__).resolve().parents[2] / "docs/runbook.md"


def sections(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield heading and text of each section of the second level."""
    for section in re.split(r"(?m)^## ", markdown)[1:]:
        heading, _, body = section.partition("\n")
        yield heading.strip(), body.strip()


def anchor(heading: str) -> str:
    """Return how a heading is linked to: `Lag growing` is `#lag-growing`."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@cache
def anchors() -> dict[str, int]:
    """Return the number of the panel of each section."""
    headings = (heading for heading, _ in sections(FILE.read_text(encoding="utf-8")))
    return {anchor(heading): number for number, heading in enumerate(headings, start=1)}


def link(section: str) -> str:
    """Return Grafana's address of a section; `KeyError` where there is none."""
    return f"/d/{RUNBOOK}?viewPanel=panel-{anchors()[section]}"


def within_grafana(markdown: str) -> str:
    """Return a text with its links between sections pointing to panels."""
    return re.sub(r"\]\(#([\w-]+)\)", lambda match: f"]({link(match[1])})", markdown)
