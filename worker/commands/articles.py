"""Which articles stand in these files, folders or on standard input? Each as the message that a producer would send."""

import gzip
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import IO

import orjson

from worker.commands.failures import CommandError, ExitCode

STANDARD_INPUT = "-"
SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})""", re.IGNORECASE)


class Format(StrEnum):
    """What a file holds."""

    JSONL = "jsonl"
    JSON = "json"
    TEXT = "text"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Source:
    """One article message as bytes, where it was found, and how many bytes of the input are read with it."""

    payload: bytes
    origin: str
    read: int = 0


def find_files(paths: Iterable[str]) -> list[str]:
    """Return the files that the paths name, folders searched for what looks like articles, each once, in order."""
    files: dict[str, None] = {}
    for path in paths:
        if path == STANDARD_INPUT:
            files[path] = None
        elif Path(path).is_dir():
            found = sorted(str(file) for file in Path(path).rglob("*") if _looks_like_articles(file, Path(path)))
            if not found:
                raise CommandError(
                    f"no articles in the folder {path}",
                    hint=f"Looked for files ending in {', '.join(SUFFIXES)} (or .gz of them).",
                )
            files.update(dict.fromkeys(found))
        elif not Path(path).exists():
            raise CommandError(f"no such file or folder: {path}", code=ExitCode.USAGE)
        else:
            files[path] = None
    return list(files)


def read_articles(files: Iterable[str], *, given: Format | None = None) -> Iterator[Source]:
    """Yield every article message of the files in order; `given` overrides what the names say of the format."""
    before = 0
    for file in files:
        source = None
        if file == STANDARD_INPUT:
            if sys.stdin.isatty():
                sys.stderr.write("reading standard input, one article message a line (Ctrl-D ends it; see --help)\n")
            found = _read(sys.stdin.buffer, origin="standard input", kind=given or Format.JSONL)
        else:
            found = _read_file(file, given or format_of(file))
        for source in found:
            yield replace(source, read=before + source.read)
        before += source.read if source else 0


def format_of(file: str) -> Format:
    """Tell what a file holds by its name, else by its first character."""
    named = SUFFIXES.get(Path(file.removesuffix(".gz")).suffix.lower())
    if named:
        return Format(named)
    with _open(file) as content:
        start = content.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return {b"{": Format.JSONL, b"[": Format.JSON, b"<": Format.HTML}.get(start, Format.TEXT)


def total_bytes(files: Iterable[str]) -> int | None:
    """Return how many bytes the files have, or None where that cannot be told before reading them."""
    if any(file == STANDARD_INPUT or file.endswith(".gz") for file in files):
        return None
    return sum(Path(file).stat().st_size for file in files)


def _looks_like_articles(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    named = Path(file.name.removesuffix(".gz")).suffix.lower() in SUFFIXES
    return named and not hidden and file.is_file()


def _open(file: str) -> IO[bytes]:
    if file.endswith(".gz"):
        return gzip.open(file, "rb")  # type: ignore[return-value]
    return Path(file).open("rb")


def _read_file(file: str, kind: Format) -> Iterator[Source]:
    with _open(file) as content:
        yield from _read(content, origin=file, kind=kind)


def _read(content: IO[bytes], *, origin: str, kind: Format) -> Iterator[Source]:
    try:
        if kind is Format.JSONL:
            yield from _lines(content, origin)
        elif kind is Format.JSON:
            yield from _json(content.read(), origin)
        else:
            raw = content.read()
            yield Source(_message(raw, origin, kind), origin, len(raw))
    except (gzip.BadGzipFile, EOFError) as error:
        raise CommandError(f"{origin}: not a whole gzip file ({error})") from None


def _lines(content: IO[bytes], origin: str) -> Iterator[Source]:
    position = 0
    for number, line in enumerate(content, start=1):
        position += len(line)
        if payload := line.strip():
            yield Source(payload, f"{origin}:{number}", position)


def _json(raw: bytes, origin: str) -> Iterator[Source]:
    """Yield the message, or each of a list; what is no JSON goes on as it is, to be refused with a reason."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        lines = [line for line in raw.splitlines() if line.strip()]
        if len(lines) > 1 and all(_is_object(line) for line in lines[:2]):
            yield from (
                Source(line.strip(), f"{origin}:{number}", len(raw)) for number, line in enumerate(lines, start=1)
            )
        else:
            yield Source(raw.strip(), origin, len(raw))
        return
    if isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield Source(orjson.dumps(item), f"{origin}[{number}]", len(raw) * number // len(value))
    else:
        yield Source(raw.strip(), origin, len(raw))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _message(raw: bytes, origin: str, kind: Format) -> bytes:
    from schemas.messages import digest  # noqa: PLC0415 (pydantic takes its time)

    body = decode_text(raw, html=kind is Format.HTML)
    message = {
        "id": f"{Path(origin).stem}-{digest(body)[:8]}",
        "content_type": "text/html" if kind is Format.HTML else "text/plain",
        "body": body,
    }
    return orjson.dumps(message)


def decode_text(raw: bytes, *, html: bool) -> str:
    """Decode a text file: by its byte order mark, as UTF-8, as the page itself says, else as Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = CHARSET.search(raw[:4096]) if html else None
    if declared:
        try:
            return raw.decode(declared[1].decode("ascii"), "replace")
        except LookupError:
            pass
    return raw.decode("cp1252", "replace")
