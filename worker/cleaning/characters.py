"""Which characters does clean text hold, and where in the raw body does each of them come from?

An explicit table instead of a Unicode normal form: NFKC would change lengths and rewrite characters that carry meaning.
"""

import re
from array import array

_SPACES = "\t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000"
"""Become one ordinary space."""
_DROPPED = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
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

_ODD = re.compile(
    rf"(?P<blank>[{_SPACES}{_DROPPED}][ {_SPACES}{_DROPPED}]*| [ {_SPACES}{_DROPPED}]+)"
    rf"|(?P<line>\r\n?|[{_BREAKS}])"
    rf"|(?P<form>[{''.join(REPLACEMENTS)}])"
    r"|(?P<surrogate>[\ud800-\udfff])"
)
_ONLY_DROPPED = re.compile(rf"[{_DROPPED}]+\Z")


class TextBuilder:
    """Collects clean text and, for every character of it, the raw index that it comes from."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.offsets: array[int] = array("i")

    def __len__(self) -> int:
        return len(self.offsets)

    def insert(self, text: str) -> None:
        """Append characters that the raw body does not have."""
        self._parts.append(text)
        self.offsets.extend([-1] * len(text))

    def replace(self, text: str, raw: int) -> None:
        """Append `text` for what stands at index `raw` of the raw body."""
        self._parts.append(text)
        self.offsets.extend([raw] * len(text))

    def copy(self, raw: str, start: int, end: int) -> None:
        """Append the raw characters [start, end) as they pass the table."""
        position = start
        for odd in _ODD.finditer(raw, start, end):
            self._verbatim(raw, position, odd.start())
            position = odd.end()
            kind = odd.lastgroup
            if kind == "blank":
                if not _ONLY_DROPPED.match(odd.group()):
                    self.replace(" ", odd.start())
            elif kind == "line":
                self.replace("\n", odd.start())
            elif kind == "form":
                self.replace(REPLACEMENTS[odd.group()], odd.start())
            else:
                self.replace("\ufffd", odd.start())
        self._verbatim(raw, position, end)

    def _verbatim(self, raw: str, start: int, end: int) -> None:
        if start < end:
            self._parts.append(raw[start:end])
            self.offsets.extend(range(start, end))

    def text(self) -> str:
        """Return what has been collected."""
        return "".join(self._parts)
