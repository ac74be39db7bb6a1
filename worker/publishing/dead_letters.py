"""What can be done about dead letters? List and show them, feed their articles again, or drop them."""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from schemas.codes import Reason
from schemas.envelope import DATA_FIELD
from schemas.messages import DeadArticle
from worker.connection import Client
from worker.publishing.keys import Keys
from worker.scripts import script

PAGE = 20
"""Letters fetched at once: each holds its whole message."""
ENTRY_ID = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An entry of `articles.dead`; `dead_id` is its id there."""

    dead_id: str
    article: DeadArticle


def dead_letters(
    client: Client, keys: Keys, *, reason: Reason | None = None, newest_first: bool = False
) -> Iterator[DeadLetter]:
    """Yield the dead letters, those with a certain reason only if one is given."""
    for dead_id, fields in _entries(client, keys.dead, newest_first=newest_first):
        letter = _letter(dead_id, fields)
        if letter is not None and (reason is None or letter.article.reason is reason):
            yield letter


def dead_letter(client: Client, keys: Keys, dead_id: str) -> DeadLetter | None:
    """Return one dead letter, None where there is none with this id."""
    if not ENTRY_ID.fullmatch(dead_id):
        return None
    found: Any = client.xrange(keys.dead, dead_id, dead_id)
    return _letter(found[0][0], found[0][1]) if found else None


def replay_dead_letter(client: Client, keys: Keys, letter: DeadLetter) -> str | None:
    """Append the letter's article to `articles` as it came and remove the letter, both or neither.

    Returns the id of the new entry, which has all its attempts before it; None where the letter is already gone.
    """
    parts = [part for pair in original_fields(letter.article).items() for part in pair]
    if not parts:
        raise ValueError(f"dead letter {letter.dead_id} does not hold its message: {letter.article.error}")
    entry_id = script(client, "replay")(keys=(keys.dead, keys.articles), args=(letter.dead_id, *parts))
    return None if entry_id is None else str(entry_id.decode())


def drop_dead_letter(client: Client, keys: Keys, dead_id: str) -> bool:
    """Remove a dead letter for good; False where there is none with this id."""
    return ENTRY_ID.fullmatch(dead_id) is not None and bool(client.xdel(keys.dead, dead_id))


def original_fields(article: DeadArticle) -> dict[bytes, bytes]:
    """Return the fields of the entry that died, byte by byte as they came."""
    fields: dict[bytes, bytes] = {}
    if article.data is not None:
        fields[DATA_FIELD.encode()] = article.data.encode()
    elif article.data_base64 is not None:
        fields[DATA_FIELD.encode()] = b64decode(article.data_base64)
    fields |= {name.encode(): value.encode() for name, value in article.fields.items()}
    fields |= {b64decode(name): b64decode(value) for name, value in article.fields_base64.items()}
    return fields


def _entries(client: Client, key: str, *, newest_first: bool) -> Iterator[tuple[bytes, dict[bytes, bytes]]]:
    edge = "+" if newest_first else "-"
    while True:
        page: Any = (
            client.xrevrange(key, edge, "-", count=PAGE) if newest_first else client.xrange(key, edge, "+", count=PAGE)
        )
        yield from page
        if len(page) < PAGE:
            return
        edge = f"({page[-1][0].decode()}"


def _letter(dead_id: bytes, fields: dict[bytes, bytes]) -> DeadLetter | None:
    try:
        return DeadLetter(
            dead_id.decode(), DeadArticle.model_validate_json(fields.get(DATA_FIELD.encode(), b""), extra="ignore")
        )
    except ValidationError:  # somebody else wrote into the topic
        return None
