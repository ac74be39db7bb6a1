"""Which characters does clean text hold, and where in the raw body does each of them come from?

An explicit table instead of a Unicode normal form: NFKC would change lengths and rewrite characters that carry meaning.
"""

import re
from array import array
from functools import lru_cache
from html import unescape

import numpy as np

_SPACES = "\t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000"
"""Become one ordinary space."""
_DROPPED = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u200b-\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
)
"""Invisible: controls, soft hyphens, zero-width and direction marks, variation selectors, byte order marks."""
_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"
"""Become one newline (with a following line feed, if it is a carriage return)."""

REPLACEMENTS = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
    "\u2010": "-",
    "\u2011": "-",
}
"""Presentation forms that hide a word from every lexicon, and what they stand for."""

_FORMS = rf"(?P<form>[{''.join(REPLACEMENTS)}])|(?P<surrogate>[\ud800-\udfff])"
_TEXT = re.compile(
    rf"(?P<blank>[{_SPACES}{_DROPPED}][ {_SPACES}{_DROPPED}]*| [ {_SPACES}{_DROPPED}]+)"
    rf"|(?P<line>\r\n?|[{_BREAKS}])|{_FORMS}"
)
_FLOWING = rf"\n{_BREAKS}{_SPACES}"
_FLOW = re.compile(
    rf"(?P<blank>[{_FLOWING}{_DROPPED}][ {_FLOWING}{_DROPPED}]*| [ {_FLOWING}{_DROPPED}]+)"
    rf"|(?P<entity>&(?:#[0-9]{{1,8}};?|#[xX][0-9a-fA-F]{{1,7}};?|[a-zA-Z][a-zA-Z0-9]{{1,31}};?))|{_FORMS}"
)
_LEADING_DROPPED = re.compile(rf"\A[{_DROPPED}]+")
_RAMP = array("i", np.arange(1 << 18, dtype=np.intc).tobytes())
"""Counts up from nothing: a slice of it is copied many times faster than a range is."""


class TextBuilder:
    """Collects clean text and, for every character of it, the raw index that it comes from.

    `flow`: the raw text is that of a page, where entities stand for characters and line breaks are mere spaces.
    """

    def __init__(self, *, flow: bool = False) -> None:
        self._parts: list[str] = []
        self._flow = flow
        self._odd = _FLOW if flow else _TEXT
        self._after_blank = True
        self.offsets: array[int] = array("i")

    def __len__(self) -> int:
        return len(self.offsets)

    def insert(self, text: str) -> None:
        """Append characters that the raw body does not have."""
        self._parts.append(text)
        self.offsets.extend([-1] * len(text))
        self._after_blank = text.isspace()

    def space(self, raw: int = -1) -> None:
        """Append a space for what stands at index `raw` of the raw body, where there is none yet."""
        if not self._after_blank:
            self._append(" ", raw)

    def tail(self, length: int) -> str:
        """Return about the last `length` characters."""
        tail = ""
        for part in reversed(self._parts):
            tail = part[-length:] + tail
            if len(tail) >= length:
                break
        return tail

    def copy(self, raw: str, start: int, end: int) -> None:
        """Append the raw characters [start, end) as they pass the table."""
        position = start
        for odd in self._odd.finditer(raw, start, end):
            self._verbatim(raw, position, odd.start())
            position = odd.end()
            self._replace(odd.lastgroup or "", odd.group(), odd.start())
        self._verbatim(raw, position, end)

    def _replace(self, kind: str, found: str, raw: int) -> None:
        if kind == "blank":
            dropped = len(found) - len(_LEADING_DROPPED.sub("", found))
            if dropped < len(found):
                self._append(" ", raw + dropped)
        elif kind == "line":
            self._append("\n", raw)
        elif kind == "form":
            self._append(REPLACEMENTS[found], raw)
        elif kind == "entity":
            self._append(_decoded(found), raw)
        else:
            self._append("\ufffd", raw)

    def _append(self, text: str, raw: int) -> None:
        """Append `text` for what stands at index `raw` of the raw body; on a page a second space in a row is none."""
        if not text or (self._flow and text == " " and self._after_blank):
            return
        self._parts.append(text)
        self.offsets.extend([raw] * len(text))
        self._after_blank = text == " "

    def _verbatim(self, raw: str, start: int, end: int) -> None:
        if self._flow and start < end and self._after_blank and raw[start] == " ":
            start += 1
        if start < end:
            self._parts.append(raw[start:end])
            self.offsets.extend(_RAMP[start:end] if end <= len(_RAMP) else range(start, end))
            self._after_blank = raw[end - 1] == " "

    def text(self) -> str:
        """Return what has been collected."""
        return "".join(self._parts)


@lru_cache(maxsize=1024)
def _decoded(entity: str) -> str:
    """Return the clean characters that an entity stands for, or the entity itself where it stands for none."""
    characters = unescape(entity)
    if characters == entity:
        return entity
    builder = TextBuilder()
    builder.copy(characters, 0, len(characters))
    return builder.text().replace("\n", " ")
