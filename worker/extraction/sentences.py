"""Where do sentences begin and end? A splitter by rules, so that only sentences worth it need a parse."""

import re
from functools import cache
from importlib import resources

import rtoml

from worker.extraction.position import CharSpan

_BOUNDARY = re.compile(r"""([.!?…]+[)\]"'”’»]*)\s+(?=["'“‘«(\[]*[A-Z0-9À-Þ$€£])""")
_LAST_WORD = re.compile(r"[^\s(\[\"“‘'’-]+$")


@cache
def _words(name: str) -> frozenset[str]:
    """A word list of `domains/reference.toml`, table `sentences`."""
    data = rtoml.loads((resources.files("worker") / "domains" / "reference.toml").read_text("utf-8"))
    return frozenset(data["sentences"][name].split())


def _ends_sentence(before: str, mark: str, following: str) -> bool:
    if mark[0] != "." or len(mark) > 1:
        return True
    match = _LAST_WORD.search(before)
    word = match.group().lower() if match else ""
    if len(word) == 1 and word.isalpha():
        return following.lower() in _words("starters") and word != "i" and following.lower() != "i"
    if word in _words("abbreviations"):
        return word in _words("may_end") and following.lower() in _words("starters")
    return True


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[CharSpan]:
    """Split `text[start:end]` into sentences; a newline always ends one.

    Returns:
        Spans in characters of `text`, in order, without surrounding white space, none empty.
    """
    spans: list[CharSpan] = []
    stop = len(text) if end is None else end
    line_start = start
    while line_start < stop:
        line_end = text.find("\n", line_start, stop)
        line_end = stop if line_end < 0 else line_end
        begin = line_start
        for match in _BOUNDARY.finditer(text, line_start, line_end):
            following = re.match(r"[\"'“‘«(\[]*(\w+)", text[match.end() : match.end() + 40])
            if _ends_sentence(
                text[max(begin, match.start() - 20) : match.start()],
                match.group(1),
                following.group(1) if following else "",
            ):
                _append(spans, text, begin, match.end(1))
                begin = match.end()
        _append(spans, text, begin, line_end)
        line_start = line_end + 1
    return spans


def _append(spans: list[CharSpan], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append((start, end))
