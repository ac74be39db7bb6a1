"""How do texts of strangers reach the terminal? Without control characters, without markup, in one console."""

import os
import re
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# C0 and C1 controls drive a terminal; bidirectional and invisible format characters make text read as what it is not;
# surrogates cannot be written at all.
WIDTH_WITHOUT_TERMINAL = 150
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return `text` with every character that could drive the terminal written as an escape; tab and newline stay."""
    return UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def one_line(text: str, *, width: int = 0) -> str:
    """Return `text` on one line, cut to `width` characters where a width is given."""
    line = printable(" ".join(text.split()))
    return line if not width or len(line) <= width else line[: max(width - 1, 0)].rstrip() + "…"


@cache
def console() -> "Console":
    """Return the console for people: standard output, no markup, no guessing at what to highlight."""
    from rich.console import Console  # noqa: PLC0415 (a command that answers in JSON needs none)

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH_WITHOUT_TERMINAL
    return Console(markup=False, highlight=False, emoji=False, width=width)


@cache
def error_console() -> "Console":
    """Return the console for progress and remarks: standard error, so that standard output stays clean."""
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def write_json(value: object, *, indent: bool = False) -> None:
    """Write one JSON value and a newline to standard output."""
    import orjson  # noqa: PLC0415

    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indent else 0)
    write_bytes(orjson.dumps(value, option=option, default=_plain))


def write_bytes(content: bytes) -> None:
    """Write bytes to standard output at once, so that a reader at the other end of a pipe sees each line."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _plain(value: object) -> object:
    from pydantic import BaseModel  # noqa: PLC0415

    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return str(value)
