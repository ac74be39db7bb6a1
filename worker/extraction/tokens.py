"""How does a sentence fall into words and marks, for finding the names in it?"""

import re
from dataclasses import dataclass

from worker.extraction.position import CharSpan

_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+(?:-[^\W_]+|['’](?!s\b)[^\W_]+)*|['’]s\b|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or mark; `lower` is its casefolded text."""

    text: str
    lower: str
    start: int
    end: int

    @property
    def capitalised(self) -> bool:
        return self.text[0].isupper()


def tokenize(text: str, span: CharSpan) -> list[Token]:
    """Split `text[span]` into words and marks; a possessive 's is a token of its own."""
    return [Token(m.group(), m.group().casefold(), m.start(), m.end()) for m in _TOKEN.finditer(text, *span)]
