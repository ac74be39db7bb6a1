"""Which terms of a domain pack occur in a text, and where? One compiled automaton over folded text, no parse."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import ahocorasick

Payload = TypeVar("Payload")


class _FoldingTable(dict[int, str]):
    """Maps a character to one: letters to unaccented lower case, digits to themselves, all else to a space."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    if not character.isalnum():
        return " "
    letter = unicodedata.normalize("NFKD", character)[0].lower()
    return letter[0] if letter[0].isalnum() else character


_TABLE = _FoldingTable()


def fold(text: str) -> str:
    """Return `text` in the form that terms are matched in: as long as `text`, so that offsets stay."""
    return text.translate(_TABLE)


@dataclass(frozen=True, slots=True)
class Hit(Generic[Payload]):
    """A term found: characters [start, end) of the text and what the lexicon holds for the term."""

    start: int
    end: int
    payloads: tuple[Payload, ...]


class Lexicon(Generic[Payload]):
    """Terms with what they stand for. A term matches whole words; one that ends in `*` matches words that begin so.

    Case, accents, hyphens and apostrophes make no difference ("cease-fire" is "cease fire"), other punctuation and
    line ends break a term of several words only where they stand beside a further space.
    """

    def __init__(self, entries: Iterable[tuple[str, Payload]]) -> None:
        patterns: dict[str, list[Payload]] = {}
        for term, payload in entries:
            patterns.setdefault(_pattern(term), []).append(payload)
        self._size = len(patterns)
        self._automaton = ahocorasick.Automaton()
        for pattern, payloads in patterns.items():
            whole = pattern.endswith(" ")
            self._automaton.add_word(pattern, (len(pattern) - 1, int(whole), tuple(payloads)))
        if patterns:
            self._automaton.make_automaton()

    def __len__(self) -> int:
        return self._size

    def hits(self, text: str) -> Iterator[Hit[Payload]]:
        """Yield every occurrence in order of its end, overlapping ones too."""
        for start, end, payloads in self.matches(fold(text)):
            yield Hit(start, end, payloads)

    def matches(self, folded: str) -> Iterator[tuple[int, int, tuple[Payload, ...]]]:
        """Yield (start, end, payloads) over text that is folded already; for callers that count microseconds."""
        if not self._size:
            return
        # A space is put before and behind, so an index of the padded text is one more than that of the text.
        for last, (length, whole, payloads) in self._automaton.iter(f" {folded} "):
            end = last - whole
            yield end - length + whole, end, payloads


def _pattern(term: str) -> str:
    words = " ".join(fold(term.removesuffix("*")).split())
    if not words:
        raise ValueError(f"a term needs at least one letter or digit: {term!r}")
    return f" {words}" if term.endswith("*") else f" {words} "
