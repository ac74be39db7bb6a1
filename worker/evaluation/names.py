"""When do two annotators mean the same? Folding of names and words before they are compared."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import rtoml

ENOUGH_WORDS = 3
"""Shorter texts overlap by chance."""
TITLES = frozenset({"mr", "mrs", "ms", "dr", "president", "minister", "sir", "lord", "the"})

Words = Sequence[str]


@cache
def canonical_names() -> Mapping[str, str]:
    """Return the name to compare by for each other name of a party."""
    table = rtoml.loads((files("worker.evaluation") / "party_names.toml").read_text(encoding="utf-8"))
    return {name: canonical for canonical, names in table.items() for name in names}


def fold(text: str | None) -> str:
    """Return a name without the differences that do not count: case, spaces, a leading "the", a genitive."""
    folded = " ".join(unicodedata.normalize("NFKC", text or "").casefold().replace("’", "'").split())
    return re.sub(r"'s$", "", re.sub(r"^the\s+", "", folded))


def party_key(name: str | None) -> str:
    """Return what two names of one party have in common."""
    folded = re.sub(r"\s*\(.*?\)", "", fold(name))
    return canonical_names().get(folded, folded)


def words(text: str | None) -> list[str]:
    """Return the words of a text in lower case, punctuation left out."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text or "").casefold())


def letters(text: str) -> str:
    """Return a text in lower case with one space for whatever is neither letter nor digit."""
    return re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text).casefold())


def overlap(left: Words, right: Words) -> float:
    """Return the share of the shorter text's words that the other has too, each counted as often as it occurs."""
    shorter = min(len(left), len(right))
    return (Counter(left) & Counter(right)).total() / shorter if shorter >= ENOUGH_WORDS else 0.0


def surname_key(name: str | None) -> str:
    """Return what two spellings of one person's name have in common: the last word, Slavic endings made equal."""
    last = next((word for word in reversed(words(name)) if word not in TITLES), "")
    return re.sub(r"(skyy|skiy|sky|ski|skii)$", "sky", last)


def addressee_keys(names: str | None) -> set[str]:
    """Return the keys of the party or parties that an annotation names as addressee."""
    return {party_key(name) for name in re.split(r",| and ", names or "")} | {party_key(names)}
