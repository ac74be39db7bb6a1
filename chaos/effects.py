"""What do the topics hold? The effect of each article, boiled down to fingerprints that can be compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from schemas.codes import Reason
from worker.connection import Client
from worker.publishing.keys import Keys

PAGE = 1000
OF_A_RUN = {"time"}
"""Attributes that differ when the same article is processed again."""
ARTICLE_ID = re.compile(r"chaos-\d+-\d+")


@dataclass(slots=True)
class Effect:
    """What the topics hold of one article, in their order."""

    positions: list[bytes] = field(default_factory=list)
    summaries: list[bytes] = field(default_factory=list)
    duplicates: int = 0
    """Summaries that only say that the article was there before."""
    letters: list[bytes] = field(default_factory=list)
    """Dead letters: reason and message."""
    dead_entries: list[str] = field(default_factory=list)
    """Which entries the dead letters are of."""


def read_effects(client: Client, keys: Keys) -> dict[str, Effect]:
    """Return the effect of each article, by its id."""
    effects: dict[str, Effect] = {}
    for fields in _entries(client, keys.positions):
        _of(effects, fields[b"subject"].decode()).positions.append(fingerprint(fields))
    for fields in _entries(client, keys.processed):
        effect = _of(effects, fields[b"subject"].decode())
        if orjson.loads(fields[b"data"])["skipped"] == Reason.DUPLICATE:
            effect.duplicates += 1
        else:
            effect.summaries.append(fingerprint(fields))
    for fields in _entries(client, keys.dead):
        letter = orjson.loads(fields[b"data"])
        named = ARTICLE_ID.search(letter["data"] or "")
        effect = _of(effects, named[0] if named else letter["entry_id"])
        effect.letters.append(f"{letter['reason']} {letter['data']}".encode())
        effect.dead_entries.append(letter["entry_id"])
    return effects


def fingerprint(fields: dict[bytes, bytes]) -> bytes:
    """Return a digest of an event: its attributes and its message, without what differs from run to run."""
    message = orjson.loads(fields[b"data"])
    message.pop("seconds", None)
    attributes = {
        name.decode(): value.decode() for name, value in fields.items() if name.decode() not in OF_A_RUN | {"data"}
    }
    canonical = orjson.dumps([attributes, message], option=orjson.OPT_SORT_KEYS)
    return blake2b(canonical, digest_size=16).digest()


def _of(effects: dict[str, Effect], article: str) -> Effect:
    return effects.setdefault(article, Effect())


def _entries(client: Client, key: str) -> Iterator[dict[bytes, bytes]]:
    after = "-"
    while page := _page(client, key, after):
        for _, fields in page:
            yield fields
        after = f"({page[-1][0].decode()}"


def _page(client: Client, key: str, after: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
    page: Any = client.xrange(key, after, "+", count=PAGE)
    return list(page)
