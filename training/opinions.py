"""What did a teacher say? The opinions that `training.teach` wrote, attached to the records they are about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import torch

from training.records import Opinion, Record

Opinions = Mapping[str, Mapping[tuple[int, int], Opinion]]
"""Opinions by record, and by sentence and party."""


def read_opinions(path: Path) -> Opinions:
    """Read what `python -m training.teach` wrote."""
    said = torch.load(path, weights_only=False)
    return {i: {key: Opinion(*values) for key, values in rows.items()} for i, rows in said.items()}


def with_opinions(records: Iterable[Record], said: Opinions, *, trust: float, keep: bool = False) -> list[Record]:
    """Attach opinions to records; those without any are dropped, or stay as they are with `keep`."""
    taught = []
    for record in records:
        if record.id in said:
            taught.append(replace(record, opinions=said[record.id], trust=trust))
        elif keep:
            taught.append(record)
    return taught
