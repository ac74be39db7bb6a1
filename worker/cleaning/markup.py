"""Where are the tags of a page? A tokenizer that never fails, never goes back and knows every token's place.

Browsers' error recovery is not copied in full: a tag that does not close is text, a quotation mark that does not close
ends with its tag. Every step moves forward, so time is linear in the page whatever it holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

VERBATIM = frozenset({"script", "style", "textarea", "title", "xmp", "noembed", "noframes", "iframe"})
"""Elements whose content is characters up to their own end tag, markup or not."""

# The quick way: ordinary tags. Bounded, so that a page of unclosed quotation marks costs no more than its length.
_QUICK = re.compile(
    r"<(?:(?P<close>/?)(?P<name>[a-zA-Z][^\s/<>]{0,60}+)(?P<attributes>(?:[^<>\"']++|\"[^\"]{0,1024}+\"|'[^']{0,1024}+')*+)>"
    r"|(?P<odd>[a-zA-Z/!?]))"
)
_NAME = re.compile(r"(/?)([a-zA-Z][^\s/<>]{0,60})")
_ATTRIBUTE = re.compile(r"([a-zA-Z_:@][\w:.@-]{0,60})(?:\s{0,20}=\s{0,20}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_LONGEST_ATTRIBUTES = 20_000


@dataclass(frozen=True, slots=True)
class Token:
    """A tag at raw characters [start, end), or an element with verbatim content, whose content is [inner, end)."""

    start: int
    end: int
    name: str
    closing: bool
    attributes: str
    inner: int | None = None

    @property
    def empty(self) -> bool:
        """The tag closes itself."""
        return self.attributes.endswith("/")


def tokens(raw: str) -> Iterator[Token]:
    """Yield the tags of a page in order; comments, declarations and what only looks like a tag are passed over.

    What lies between two tokens is text, but for the passed-over ranges, which come as tokens without a name.
    """
    scan = _Scan(raw)
    position = 0
    while (match := _QUICK.search(raw, position)) is not None:
        if match["odd"] is not None:
            token = scan.odd(match.start())
            if token is None:
                position = match.start() + 1
                continue
        else:
            token = Token(match.start(), match.end(), match["name"].lower(), bool(match["close"]), match["attributes"])
        if not token.closing and token.name in VERBATIM and not token.empty:
            token = scan.verbatim(token)
        yield token
        position = token.end


class _Scan:
    """Looks ahead for closing characters and remembers where none is left, so that looking stays linear."""

    def __init__(self, raw: str) -> None:
        self._raw = raw
        self._next: dict[str, int] = {}

    def _find(self, what: str, start: int) -> int:
        known = self._next.get(what, -2)
        if known == -1 or known >= start:
            return known
        found = self._raw.find(what, start)
        self._next[what] = found
        return found

    def odd(self, start: int) -> Token | None:
        """Read what is no ordinary tag: a comment, a declaration, a tag with long or unclosed attributes."""
        if self._raw.startswith("<!--", start):
            end = self._find("-->", start + 4)
            return Token(start, len(self._raw) if end < 0 else end + 3, "", False, "")
        end = self._find(">", start)
        if end < 0:
            return None
        match = _NAME.match(self._raw, start + 1, end)
        if match is None:
            return Token(start, end + 1, "", False, "")
        end = self._past_quotes(start, end)
        name = match[2].lower()
        return Token(
            start, end + 1, name, bool(match[1]), self._raw[match.end() : min(end, start + _LONGEST_ATTRIBUTES)]
        )

    def _past_quotes(self, start: int, end: int) -> int:
        """Return the `>` that closes the tag, not one within an attribute's value."""
        head = self._raw[start:end]
        for quote in "\"'":
            if head.count(quote) % 2:
                closing = self._find(quote, end)
                after = self._find(">", closing) if closing >= 0 else -1
                return after if after >= 0 else end
        return end

    def verbatim(self, token: Token) -> Token:
        """Extend an element such as a script to its own end tag."""
        closing = re.compile(rf"</{token.name}\b[^>]{{0,100}}>?", re.IGNORECASE).search(self._raw, token.end)
        end = len(self._raw) if closing is None else closing.end()
        return Token(token.start, end, token.name, False, token.attributes, token.end)


def parse_attributes(attributes: str) -> dict[str, str]:
    """Return a tag's attributes with decoded values; of a repeated one the first counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(attributes[:_LONGEST_ATTRIBUTES]):
        value = double or single or bare
        found.setdefault(name.lower(), unescape(value) if "&" in value else value)
    return found
