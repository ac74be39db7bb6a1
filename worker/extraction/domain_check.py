"""What is wrong with a domain pack, and on which line? For the analyst who writes one."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from schemas.codes import Issue, PartyKind, Stance
from worker.extraction.domain import load_domain
from worker.extraction.domain_pack import Pack

_HEADER = re.compile(r"^\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[\w-]+)\s*=""")
_SYNTAX_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")

_PLAIN_MESSAGES = {
    "List should have at least 1 item": "is empty",
    "Extra inputs are not permitted": "unknown name",
    "Field required": "is missing",
    r"String should match pattern '[^\W_]'": "needs at least one letter or digit",
}

_Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a pack. Line 1 where the whole file is meant."""

    line: int
    message: str


def check_domain(path: Path) -> list[Problem]:
    """Return what is wrong with the pack at `path`, in the order of its lines; an empty list where nothing is."""
    try:
        source = path.read_text(encoding="utf-8")
    except OSError as error:
        return [Problem(1, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        return [Problem(error.object[: error.start].count(b"\n") + 1, "is not UTF-8")]
    try:
        content = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        return [_syntax_problem(str(error), source)]
    lines = _Lines(source)
    try:
        pack = Pack.model_validate(content)
    except ValidationError as error:
        found = {Problem(lines.of(detail["loc"]), _explain(detail["loc"], detail["msg"])) for detail in error.errors()}
        return sorted(found)
    problems = [*_duplicates(pack, lines), *_extension_problems(path, pack, lines)]
    return sorted(problems)


def _syntax_problem(message: str, source: str) -> Problem:
    match = _SYNTAX_LINE.search(message)
    line = int(match[1]) if match else source.count("\n") + 1
    return Problem(line, f"is not TOML: {_SYNTAX_LINE.sub('', message).strip()}")


def _explain(location: _Location, message: str) -> str:
    """Say what is wrong in the words of the file, with the codes to choose from where a code is unknown."""
    where = _dotted(tuple(part for part in location if part != "[key]"))
    codes = {"issues": Issue, "stances": Stance}.get(str(location[0]))
    if codes is not None and location[-1] == "[key]":
        kind = {"issues": "issue", "stances": "stance"}[str(location[0])]
        return f"unknown {kind} {str(location[1])!r}: choose one of {', '.join(codes)}"
    if location[-1] == "kind":
        return f"{where}: unknown kind, choose one of {', '.join(PartyKind)}"
    plain = next((plain for start, plain in _PLAIN_MESSAGES.items() if message.startswith(start)), None)
    return f"{where}: {plain or message[0].lower() + message[1:]}"


def _dotted(location: _Location) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")


def _duplicates(pack: Pack, lines: "_Lines") -> Iterator[Problem]:
    """Report a term given twice for one issue, a cue twice for one stance in one form, a party name twice."""
    seen: dict[tuple[str, ...], int] = {}
    for key, location in _entries(pack):
        line = lines.of(location)
        if key in seen:
            yield Problem(line, f"{_dotted(location[:2])}: {key[-1]!r} stands already on line {seen[key]}")
        seen.setdefault(key, line)


def _entries(pack: Pack) -> Iterator[tuple[tuple[str, ...], _Location]]:
    for issue, term_groups in pack.issues.items():
        for index, term_group in enumerate(term_groups):
            for place, term in enumerate(term_group.terms):
                yield ("issues", issue, term.lower()), ("issues", issue.value, index, "terms", place)
    for stance, cue_groups in pack.stances.items():
        for index, cue_group in enumerate(cue_groups):
            for form in ("verbs", "nouns", "adjectives", "phrases"):
                for place, cue in enumerate(getattr(cue_group, form)):
                    key = ("stances", stance, cue_group.holder, form, cue.lower())
                    yield key, ("stances", stance.value, index, form, place)
    for index, party in enumerate(pack.parties):
        yield ("parties", party.name.lower()), ("parties", index, "name")


def _extension_problems(path: Path, pack: Pack, lines: "_Lines") -> Iterator[Problem]:
    if pack.domain.extends is None:
        return
    line = lines.of(("domain", "extends"))
    try:
        load_domain(str(path))
    except FileNotFoundError as error:
        yield Problem(line, f"domain.extends: {error}")
    except (ValueError, tomllib.TOMLDecodeError) as error:
        yield Problem(line, f"domain.extends: {pack.domain.extends!r} is itself wrong: {str(error).splitlines()[0]}")


class _Lines:
    """Finds the line that a value of a TOML file stands on; the parser of the standard library does not tell."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines()
        self._tables: dict[_Location, int] = {(): 1}
        self._keys: dict[_Location, int] = {}
        self._index()

    def of(self, location: _Location) -> int:
        """Return the line (from 1) of the value at `location`, or of the nearest thing around it."""
        location = tuple(part for part in location if part != "[key]")
        for length in range(len(location), -1, -1):
            around = location[:length]
            if around in self._keys:
                rest = location[length:]
                return self._element(around, rest[0]) if rest and isinstance(rest[0], int) else self._keys[around]
            if around in self._tables:
                return self._tables[around]
        return 1

    def _index(self) -> None:
        table: _Location = ()
        counts: dict[_Location, int] = {}
        for number, line in enumerate(self._lines, start=1):
            if header := _HEADER.match(line):
                table = self._table(header[1], array=line.lstrip().startswith("[["), counts=counts)
                for length in range(1, len(table) + 1):
                    self._tables.setdefault(table[:length], number)
            elif key := _KEY.match(line):
                self._keys.setdefault((*table, key[1].strip("\"'")), number)

    @staticmethod
    def _table(header: str, *, array: bool, counts: dict[_Location, int]) -> _Location:
        table: _Location = ()
        names = [name.strip().strip("\"'") for name in header.split(".")]
        for place, name in enumerate(names):
            table = (*table, name)
            if array and place == len(names) - 1:
                counts[table] = counts.get(table, -1) + 1
            if table in counts:
                table = (*table, counts[table])
        return table

    def _element(self, key: _Location, index: int) -> int:
        """Return the line of the array element at `index` under `key`, counted by its quotation marks and commas."""
        number = self._keys[key]
        text = "\n".join(self._lines[number - 1 :])
        position = text.index("=") + 1
        commas, quote = 0, ""
        while position < len(text):
            character = text[position]
            if quote:
                position += character == "\\" and quote == '"'
                quote = "" if character == quote else quote
            elif character in "\"'":
                if commas == index:
                    break
                quote = character
            elif character == "#":
                position = text.find("\n", position)
            elif character == ",":
                commas += 1
            elif character == "]":
                break
            position += 1
        return number + text.count("\n", 0, position)
