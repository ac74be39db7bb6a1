"""Which line is the headline? Titles compared without their site names, case and punctuation."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from worker.cleaning.layout import Paragraph

_WORDS = re.compile(r"[^\W_]+")
_NO_WORDS = str.maketrans(dict.fromkeys("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»‘’‚“”„†•…·–—‐‑\n\t", " "))
_SITE = re.compile(r"\s+[|–—·»-]\s+")

_SHORTEST = 20
_LONGEST = 400
_NEAR_TOP = 20
_FEWEST_WORDS = 4
_BEHIND = re.compile(r"[\s.?!:|–—-]{1,4}(?=[\"'“‘(]?[^\W_a-z])")
"""What stands between a headline and the text that it runs into: a sentence of its own begins."""


def key(text: str) -> str:
    """Return the words of `text` in lower case, so that two settings of one line compare equal."""
    return " ".join(text.casefold().translate(_NO_WORDS).split())


def title_keys(title: str | None) -> tuple[str, ...]:
    """Return the keys under which a line counts as this title: as it is, and without trailing site or section names."""
    if not title:
        return ()
    parts = _SITE.split(title.strip())
    keys = [key(title)]
    for size in range(len(parts) - 1, 0, -1):
        shorter = key(" - ".join(parts[:size]))
        if len(shorter.split()) >= 3 and shorter not in keys:
            keys.append(shorter)
    return tuple(k for k in keys if k)


def strip_site(title: str) -> str:
    """Return the title without a trailing site name ("Talks resume | The Herald")."""
    parts = _SITE.split(title.strip())
    if len(parts) < 2 or len(parts[-1].split()) > 6 or len(key(" ".join(parts[:-1])).split()) < 3:
        return title.strip()
    return title.strip()[: title.strip().rfind(parts[-1])].rstrip(" |–—·»-")


def is_title(line: str, line_key: str, keys: tuple[str, ...]) -> bool:
    """Tell whether a line is one of the titles: the same words, with a site name behind them, or cut off at the end."""
    if line_key in keys:
        return True
    if len(line_key) < _SHORTEST or len(line) > _LONGEST:
        return False
    parts = _SITE.split(line)
    if any(key(" - ".join(parts[:size])) in keys for size in range(1, len(parts))):
        return True
    return any(
        len(k) >= _SHORTEST and (k.startswith(line_key) or (line_key.startswith(k) and len(line_key) < 1.3 * len(k)))
        for k in keys
    )


def split_headline(paragraphs: Sequence[Paragraph], title: str | None) -> Iterator[Paragraph]:
    """Yield the paragraphs, those near the top that run from the headline into the text divided behind the headline."""
    words = _WORDS.findall(strip_site(title)) if title else []
    if len(words) < _FEWEST_WORDS:
        yield from paragraphs
        return
    opening = key(" ".join(words))
    near_top = paragraphs[:_NEAR_TOP]
    if not any(key(p.text[: 2 * len(opening) + 20]).startswith(opening) for p in near_top):
        yield from paragraphs
        return
    headline = re.compile(r"[\W_]{0,3}" + r"[\W_]{1,4}".join(map(re.escape, words)) + r"(?![^\W_])", re.IGNORECASE)
    for paragraph in near_top:
        rest = paragraph
        while (match := headline.match(rest.text)) is not None:
            behind = _BEHIND.match(rest.text, match.end())
            if behind is None:
                break
            yield replace(rest, end=rest.start + match.end(), text=rest.text[: match.end()])
            rest = replace(rest, start=rest.start + behind.end(), text=rest.text[behind.end() :])
        yield rest
    yield from paragraphs[_NEAR_TOP:]
