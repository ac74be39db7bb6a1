"""Where do sentences begin and end? A splitter by rules, so that only sentences worth it need a parse."""

import re

from worker.extraction.position import CharSpan

_BOUNDARY = re.compile(r"""([.!?…]+[)\]"'”’»]*)\s+(?=["'“‘«(\[]*[A-Z0-9À-Þ$€£])""")
_LAST_WORD = re.compile(r"[^\s(\[\"“‘'’-]+$")

_ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof sen rep gov gen lt col capt maj sgt cmdr adm st sr jr hon rev messrs vs inc corp ltd co bros
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun no nos art fig approx dept est
    u.s u.n u.k e.u u.s.a u.a.e d.c a.m p.m e.g i.e ph.d calif mass fla conn ariz colo ill pa va wash ore minn mich tenn wis""".split()
)
_MAY_END = frozenset("u.s u.n u.k e.u u.s.a u.a.e d.c a.m p.m inc corp ltd co jr sr calif mass fla conn pa va".split())
"""Abbreviations that also end sentences: there the next word decides."""
_STARTERS = frozenset(
    """the a an in on at it he she they we i you but and this that these those however meanwhile while after before if when
    as for with there his her their its our my under since although though both some many most all one two no not so yet
    asked earlier later last according speaking despite during from by to what who how why instead still also""".split()
)


def _ends_sentence(before: str, mark: str, following: str) -> bool:
    if mark[0] != "." or len(mark) > 1:
        return True
    match = _LAST_WORD.search(before)
    word = match.group().lower() if match else ""
    if len(word) == 1 and word.isalpha():
        return following.lower() in _STARTERS and word != "i" and following.lower() != "i"
    if word in _ABBREVIATIONS:
        return word in _MAY_END and following.lower() in _STARTERS
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
