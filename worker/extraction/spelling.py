"""How would the text read in the one spelling that the heads read? British words in their American spelling.

The text keeps its length, so that offsets stay: what a shorter spelling leaves over is filled with a character of no
width, which the encoder's tokenizer drops.
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources

import rtoml

from worker.extraction.lexicon import Lexicon

_NO_WIDTH = "\u200b"


def one_spelling(text: str) -> str:
    """Return the text with the words that are spelled in two ways in one of them, each in its place."""
    pieces: list[str] = []
    at = 0
    for hit in _spellings().hits(text):
        [spelling] = hit.payloads
        word = text[hit.start : hit.end]
        pieces += (text[at : hit.start], _in_the_place_of(word, spelling))
        at = hit.end
    return "".join((*pieces, text[at:])) if pieces else text


def _in_the_place_of(word: str, spelling: str) -> str:
    """The spelling with the capitals and the length of the word; what fills it up stands before the last letter."""
    shown = _in_the_case_of(word, spelling)
    return shown[:-1] + _NO_WIDTH * (len(word) - len(shown)) + shown[-1]


def _in_the_case_of(word: str, spelling: str) -> str:
    return spelling.upper() if word.isupper() else spelling.capitalize() if word[0].isupper() else spelling


def other_spelling(name: str) -> str | None:
    """Return a name of several words in its other spelling ("Trade Organisation" for "Trade Organization"), if any."""
    words = name.split(" ")
    others = [_in_the_case_of(word, other) if (other := _others().get(word.casefold())) else word for word in words]
    return " ".join(others) if len(words) > 1 and others != words else None


def spelling_pairs() -> Iterator[tuple[str, str]]:
    """Yield (British, American) for each word that is spelled in two ways."""
    tables = rtoml.loads((resources.files("worker") / "domains" / "spelling.toml").read_text("utf-8"))
    yield from tables.pop("words").items()
    for table in tables.values():
        endings = list(zip(table["british"].split(), table["american"].split(), strict=True))
        for stem in table["stems"].split():
            for british, american in endings:
                yield stem + british.strip("-"), stem + american


@cache
def _others() -> dict[str, str]:
    pairs = list(spelling_pairs())
    return dict(pairs) | {american: british for british, american in pairs}


@cache
def _spellings() -> Lexicon[str]:
    shorter = ((long, short) for pair in spelling_pairs() for short, long in (sorted(pair, key=len),))
    same = {british: american for british, american in spelling_pairs() if len(british) == len(american)}
    entries = {long: short for long, short in shorter if len(long) > len(short)}
    return Lexicon((entries | same).items())
