"""Which line is the headline? Titles compared without their site names, case and punctuation."""

import re

_WORDS = re.compile(r"[^\W_]+")
_SITE = re.compile(r"\s+[|–—·»-]\s+")

_SHORTEST = 20
_LONGEST = 400


def key(text: str) -> str:
    """Return the words of `text` in lower case, so that two settings of one line compare equal."""
    return " ".join(_WORDS.findall(text.casefold()))


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
