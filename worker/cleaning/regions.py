"""Which part of a page is an element, by its name? Tags, class names, ids and roles tell menus from article."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import rtoml

from worker.cleaning.article import RemovalReason


@dataclass(frozen=True, slots=True)
class Region:
    """An element that by name is no article."""

    reason: RemovalReason
    name: str
    """Its class names and ids, or its tag: regions of one name are believed or not together."""
    strong: bool
    """Believed even where it holds much of the prose (comments, cookie notices)."""


_NO_REGION = frozenset(("html", "body", "main", "article"))
"""Elements around everything, whose class names tell what the page has, not what they are."""
_BY_TAG = {
    "nav": Region(RemovalReason.MENU, "nav", strong=True),
    "menu": Region(RemovalReason.MENU, "menu", strong=True),
    "footer": Region(RemovalReason.OTHER, "footer", strong=True),
    "figcaption": Region(RemovalReason.CAPTION, "figcaption", strong=True),
    "button": Region(RemovalReason.PROMPT, "button", strong=True),
    "dialog": Region(RemovalReason.PROMPT, "dialog", strong=True),
    "aside": Region(RemovalReason.RELATED, "aside", strong=False),
    "label": Region(RemovalReason.PROMPT, "label", strong=False),
    "address": Region(RemovalReason.BYLINE, "address", strong=False),
    "figure": Region(RemovalReason.CAPTION, "figure", strong=False),
}
_NAMING = re.compile(
    r"(?<![\w-])(?:class|id|role|itemprop|property|data-(?:component|testid|module|type|block|area))\s?=\s?"
    r"(?:\"([^\"]{1,300})|'([^']{1,300})|([^\s\"'>]{1,300}))",
    re.IGNORECASE,
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def find_region(tag: str, attributes: str) -> tuple[Region | None, bool]:
    """Return the region that an element makes, if any, and whether it is the article's body by name."""
    naming = " ".join(a or b or c for a, b, c in _NAMING.findall(attributes)) if attributes else ""
    region, body = _read_names(naming) if naming else (None, False)
    if tag in _NO_REGION:
        return None, body or tag == "article"
    by_tag = _BY_TAG.get(tag)
    if by_tag is not None and (region is None or tag == "figcaption"):
        region = by_tag
    return region, body


@lru_cache(maxsize=4096)
def _read_names(naming: str) -> tuple[Region | None, bool]:
    split = _HUMP.sub("-", naming).lower()
    names = _names()
    regions = (Region(reason, split, strong) for reason, strong, words in names.regions if words.search(split))
    region = next(regions, None)
    return region, names.body.search(split) is not None


@dataclass(frozen=True, slots=True)
class _Names:
    """What `regions.toml` lists, compiled: strong regions first, and the article's body."""

    regions: tuple[tuple[RemovalReason, bool, re.Pattern[str]], ...]
    body: re.Pattern[str]


@cache
def _names() -> _Names:
    data = rtoml.loads(resources.files("worker.cleaning").joinpath("regions.toml").read_text(encoding="utf-8"))
    return _Names(
        tuple(
            (RemovalReason(reason), strong, _compile(words))
            for table, strong in (("strong", True), ("region", False))
            for reason, words in data[table].items()
        ),
        _compile(data["body"]),
    )


def _compile(words: list[str]) -> re.Pattern[str]:
    """Match any of the words between the hyphens, underscores and case changes of class names, but not `after-ad`."""
    no_modifier = "".join(f"(?<!{modifier}-)" for modifier in ("after", "before", "has", "no", "with"))
    return re.compile(rf"(?<![a-z]){no_modifier}(?:{'|'.join(words)})(?![a-z])")
