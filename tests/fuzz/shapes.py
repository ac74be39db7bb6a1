"""Which inputs are nasty? Shapes on which careless code takes quadratic time, each to be made as long as one likes."""

from collections.abc import Callable

SENTENCES = (
    "The harbour union said on Monday that it would not accept the offer of the port authority unless night shifts "
    "were paid in full. Talks go on tomorrow."
)
BODIES: dict[str, Callable[[int], str]] = {
    "nested elements": lambda n: "<div>" * n + SENTENCES + "</div>" * n,
    "nested inline elements": lambda n: "<p>" + "<span>" * n + SENTENCES,
    "nested regions": lambda n: '<div class="comments">' * n + SENTENCES,
    "end tags without a beginning": lambda n: "</div></span></p>" * (n // 3),
    "inline ends between open blocks": lambda n: "<i><div>" + "<span>" * n + "</i>" * n,
    "unclosed quotation marks": lambda n: "<a href=\"x' " * (n // 2),
    "unclosed tags": lambda n: "<a " * n,
    "unclosed comments": lambda n: "<!-- " * n,
    "unclosed scripts": lambda n: "<script>" * n,
    "declarations": lambda n: "<!ENTITY a 'b'><!DOCTYPE x>" * (n // 8),
    "entities": lambda n: "&amp;&#x26;&bogus;&" * (n // 4),
    "open paragraphs": lambda n: "<p>word" * (n // 4),
    "line breaks": lambda n: "a<br>" * (n // 2),
    "one long line": lambda n: "word " * n,
    "one long word": lambda n: "w" * (4 * n),
    "spaces": lambda n: " \xa0" * (2 * n),
    "empty lines": lambda n: "\n" * (4 * n),
    "short lines": lambda n: "".join(f"Line {i} of many\n" for i in range(n // 8)),
    "links": lambda n: "[](https://example.org/a)\n" * (n // 16),
    "brackets": lambda n: "[(" * (2 * n),
    "credits": lambda n: "(AP Photo/" * (n // 2),
    "capitals": lambda n: "KYIV, " * n,
    "nested JSON-LD": lambda n: '<script type="application/ld+json">' + '{"@graph":[' * (n // 4) + "</script>",
    "meta tags": lambda n: '<meta name="a" content="b">' * (n // 8),
    "zero bytes": lambda n: "\0" * (4 * n),
    "lone surrogates": lambda n: "\ud800" * n,
}

MESSAGES: dict[str, Callable[[int], bytes]] = {
    "a long text": lambda n: b'{"body": "' + b"x" * n + b'"}',
    "nothing but brackets": lambda n: b"[" * n,
    "brackets in a text": lambda n: b'{"body": "' + b"[{" * (n // 2) + b'"}',
    "one bracket left open after another": lambda n: b'{"a":' * (n // 5),
    "escaped quotation marks": lambda n: b'{"body": "' + b'\\"' * (n // 2) + b'"}',
    "backslashes": lambda n: b'{"body": "' + b"\\" * n + b'"}',
    "quotation marks": lambda n: b'"' * n,
    "escaped characters": lambda n: b'{"body": "' + b"\\u00e9" * (n // 6) + b'"}',
    "many fields": lambda n: b"{" + b",".join(b'"f%d": 1' % i for i in range(n // 12)) + b', "body": "x"}',
    "the same field": lambda n: b"{" + b'"body": "x",' * (n // 12) + b'"body": "x"}',
    "a long number": lambda n: b'{"body": ' + b"9" * n + b"}",
    "spaces": lambda n: b" " * n + b'{"body": "x"}',
    "bytes that are no text": lambda n: b'{"body": "' + b"\xff" * n + b'"}',
}
