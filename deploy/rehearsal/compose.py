"""What does the compose file ask for? Its services with everything that a process needs to start as it would there."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
IMAGE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Health:
    """How it is found out whether a service is in order."""

    command: tuple[str, ...]
    timeout: float
    patience: float
    """Seconds after which a service that was never in order counts as failed."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of this machine, or a named volume, at a place of the service."""

    source: str
    target: str
    read_only: bool
    volume: bool


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the compose file."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    user: tuple[int, int]
    working_directory: str
    read_only: bool
    tmpfs: tuple[tuple[str, str], ...]
    """Places and mount options."""
    mounts: tuple[Mount, ...]
    health: Health | None
    depends_on: tuple[str, ...]
    replicas: int
    stop_grace: float


@dataclass(frozen=True, slots=True)
class Image:
    """What the last stage of a Dockerfile says."""

    environment: Mapping[str, str]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    working_directory: str


def load_compose(
    path: Path, *, profiles: frozenset[str] = frozenset(), environment: Mapping[str, str] | None = None
) -> dict[str, Service]:
    """Return the services of a compose file that are started with these profiles."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document = _interpolated(document, environment or {})
    image = load_image(path.parent / "Dockerfile")
    return {
        name: _service(name, entry, image if "build" in entry else None, path.parent)
        for name, entry in document["services"].items()
        if not entry.get("profiles") or profiles & set(entry["profiles"])
    }


def load_image(path: Path) -> Image:
    """Return what the last stage of a Dockerfile sets (only what this project's own file uses is understood)."""
    lines = re.sub(r"\\\n\s*", "", path.read_text(encoding="utf-8")).splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith("FROM "))
    environment: dict[str, str] = {}
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    directory = "/"
    for line in lines[last:]:
        instruction, _, rest = line.partition(" ")
        if instruction == "ENV":
            environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif instruction == "ENTRYPOINT":
            entrypoint = tuple(json.loads(rest))
        elif instruction == "CMD":
            command = tuple(json.loads(rest))
        elif instruction == "WORKDIR":
            directory = rest.strip()
    return Image(environment, entrypoint, command, directory)


def seconds(duration: str) -> float:
    """Return a duration such as `1m30s` in seconds."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise ValueError(f"no duration: {duration}")
    return sum(float(number) * SECONDS[unit] for number, unit in parts)


def _service(name: str, entry: dict[str, Any], image: Image | None, folder: Path) -> Service:
    entrypoint = _words(entry.get("entrypoint")) or (image.entrypoint if image else ())
    command = _words(entry.get("command")) or (image.command if image else ())
    variables = {"PATH": IMAGE_PATH, **(image.environment if image else {})}
    variables |= {key: str(value) for key, value in (entry.get("environment") or {}).items()}
    user, _, group = str(entry.get("user", "0:0")).partition(":")
    return Service(
        name=name,
        command=(*entrypoint, *command),
        environment=variables,
        user=(int(user), int(group or 0)),
        working_directory=image.working_directory if image else "/",
        read_only=bool(entry.get("read_only")),
        tmpfs=tuple((place, options) for place, _, options in (line.partition(":") for line in entry.get("tmpfs", ()))),
        mounts=tuple(_mount(line, folder) for line in entry.get("volumes", ())),
        health=_health(entry["healthcheck"]) if "healthcheck" in entry else None,
        depends_on=tuple(entry.get("depends_on", ())),
        replicas=int(entry.get("deploy", {}).get("replicas", 1)),
        stop_grace=seconds(entry.get("stop_grace_period", "10s")),
    )


def _health(entry: dict[str, Any]) -> Health:
    kind, *command = entry["test"]
    if kind != "CMD":
        raise ValueError(f"a health check that is no CMD: {entry['test']}")
    patience = seconds(entry.get("start_period", "0s")) + int(entry["retries"]) * seconds(entry["interval"])
    return Health(tuple(command), seconds(entry["timeout"]), patience)


def _mount(line: str, folder: Path) -> Mount:
    source, target, *rest = line.split(":")
    volume = not source.startswith((".", "/"))
    return Mount(source if volume else str((folder / source).resolve()), target, rest == ["ro"], volume)


def _words(value: str | list[str] | None) -> tuple[str, ...]:
    return tuple(shlex.split(value)) if isinstance(value, str) else tuple(map(str, value or ()))


def _interpolated(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _interpolated(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [_interpolated(item, environment) for item in value]
    if not isinstance(value, str):
        return value

    def replacement(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return environment.get(match[1] or match[3]) or match[2] or ""

    return VARIABLE.sub(replacement, value)
