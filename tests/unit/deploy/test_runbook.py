"""What the documents tell an operator to type exists."""

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from worker.commands.application import app
from worker.settings import PREFIX, Settings

ROOT = Path(__file__).parents[3]
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("runbook.md", "scaling-out.md")}
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES = set(yaml.safe_load(COMPOSE_TEXT)["services"])


def commands() -> set[str]:
    """Our commands, with those of a group as two words."""
    root = get_command(app)
    found = set()
    for name, command in getattr(root, "commands", {}).items():
        found |= {f"{name} {inner}" for inner in getattr(command, "commands", {})} or {name}
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_ours_exists(page: str) -> None:
    code = "\n".join(first or second for first, second in re.findall(r"`([^`]+)`|^    (\S.*)$", PAGES[page], re.M))
    typed = re.findall(r"(?<![\w/.:-])stancewire ((?:dead )?[a-z]+)(?=\s|$)", code)
    assert typed
    assert set(typed) <= commands() | {"dead"}


@pytest.mark.parametrize("page", PAGES)
def test_every_service_that_is_named_exists(page: str) -> None:
    named = re.findall(r"docker compose (?:exec|kill|restart|up --detach|ps(?: --all)?) ([a-z]+)", PAGES[page])
    assert set(named) <= SERVICES


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_that_is_named_exists(page: str) -> None:
    named = set(re.findall(rf"\b({PREFIX}[A-Z_]+|WORKERS?(?:_[A-Z]+)?|VALKEY_[A-Z]+)\b", PAGES[page]))
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    compose = set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT))
    assert named <= settings | compose


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_exists(page: str) -> None:
    named = set(re.findall(r"`((?:deploy|docs)/[\w./-]+)`", PAGES[page]))
    assert [path for path in named if not (ROOT / path).exists()] == []
