"""How is docs/configuration.md written? `python -m deploy.configuration`, from the settings themselves."""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from schemas.descriptions import descriptions
from worker.settings import CONFIG_VARIABLE, DEFAULT_CONFIG, PREFIX, Settings

FILE = Path(__file__).resolve().parents[1] / "docs/configuration.md"
INTRODUCTION = f"""# Configuration

<!-- Written by `python -m deploy.configuration` (`make configuration`) from worker/settings.py: change that file. -->

Every setting has a default. It is looked for in this order:

1. a command line option, where a command has one;
2. the environment variable `{PREFIX}<NAME>`;
3. the TOML file that `{CONFIG_VARIABLE}` names, else `{DEFAULT_CONFIG}` in the working directory: `name = value`,
   names in lower case without the prefix;
4. the default.

`none` in an environment variable means none. A name in the file that is no setting, or a value that cannot be,
stops a process at its start with a line that says which; the value is never shown. `stancewire doctor` checks all.
"""


def page() -> str:
    """Return the page."""
    fields, described, parts = Settings.model_fields, descriptions(Settings), [INTRODUCTION]
    for heading, names in sections():
        parts.append(f"\n## {heading}\n\n| variable | default | what it is | values |\n|---|---|---|---|\n")
        parts += [_row(name, fields[name], described[name]) for name in names]
    return "".join(parts)


def sections() -> Iterator[tuple[str, list[str]]]:
    """Yield the comments that divide the settings, each with the names of the settings below it."""
    heading, names = "", list[str]()
    for line in inspect.getsource(Settings).splitlines():
        comment = re.fullmatch(r"    # (.+)", line)
        field = re.match(r"    (\w+): ", line)
        if comment:
            if names:
                yield heading, names
            heading, names = comment[1], []
        elif field and field[1] in Settings.model_fields:
            names.append(field[1])
    yield heading, names


def _row(name: str, field: FieldInfo, description: str) -> str:
    return f"| `{PREFIX}{name.upper()}` | {_default(field)} | {' '.join(description.split())} | {_values(name)} |\n"


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "as many as there are processors"
    if field.default is None:
        return "none"
    return f"`{field.default}`" if str(field.default) != "" else "empty"


def _values(name: str) -> str:
    schema: dict[str, Any] = Settings.model_json_schema()["properties"][name]
    # The alternative null is told by the default.
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    return "; ".join(_kind(kind) for kind in kinds)


def _kind(kind: dict[str, Any]) -> str:
    choices = re.fullmatch(r"\^\(([\w|]+)\)\$", kind.get("pattern", ""))
    if choices:
        return " or ".join(f"`{choice}`" for choice in choices[1].split("|"))
    words = {"integer": "whole number", "number": "number", "string": "text"}[kind["type"]]
    words = {"path": "file or folder", "password": "address"}.get(kind.get("format", ""), words)  # nosec B105
    low, above, high = kind.get("minimum"), kind.get("exclusiveMinimum"), kind.get("maximum")
    limits = [f"from {low:g}"] if low is not None else [f"above {above:g}"] if above is not None else []
    limits += [f"to {high:g}"] if high is not None else []
    return " ".join([words, *limits])


def main() -> int:
    """Write the page."""
    FILE.write_text(page(), encoding="utf-8")
    print(f"wrote {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
