"""What the command line says of itself."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
from typer.main import get_command

from worker.commands.application import app

HEAVY = {"spacy", "onnxruntime", "celery", "redis", "pydantic", "trafilatura", "rich.live"}


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in sorted((group or get_command(app)).commands.items()):
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_explains_itself_with_an_example(name: str, command: Any) -> None:
    explanation, _, examples = command.help.partition("Example")
    assert explanation.strip()
    assert f"stancewire {name}" in examples


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_option_is_explained(name: str, command: Any) -> None:
    assert [parameter.name for parameter in command.params if not getattr(parameter, "help", None)] == []


def test_the_commands_are_those_of_the_manual() -> None:
    assert [name for name, _ in commands()] == [
        "attribute",
        "clean",
        "dead drop",
        "dead list",
        "dead replay",
        "dead show",
        "doctor",
        "domain check",
        "domain list",
        "evaluate",
        "explain",
        "extract",
        "feed",
        "intake",
        "run",
        "schema",
        "status",
        "tail",
        "worker",
    ]


def test_help_loads_nothing_that_takes_its_time() -> None:
    program = "import sys, worker.commands.application; print(*{name for name in sys.argv[1:] if name in sys.modules})"
    answer = subprocess.run([sys.executable, "-c", program, *HEAVY], capture_output=True, check=True, text=True)
    assert answer.stdout.split() == []


def test_help_lists_commands_and_exit_codes(stancewire: Any) -> None:
    answer = stancewire("--help")
    assert answer.returncode == 0
    assert b"extract" in answer.stdout
    assert b"Exit codes: 0 done; 1 failed; 2 wrong usage" in answer.stdout


def test_the_version_is_that_of_the_distribution(stancewire: Any) -> None:
    assert stancewire("--version").stdout.decode().strip() == f"stancewire {version('stancewire')}"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_completion_for_the_shell(stancewire: Any, shell: str) -> None:
    # Without this the shell is told by the parent process, which need not be one here.
    answer = stancewire("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert answer.returncode == 0
    assert b"_STANCEWIRE_COMPLETE" in answer.stdout


def test_topics_are_completed(stancewire: Any) -> None:
    answer = stancewire(_STANCEWIRE_COMPLETE="complete_bash", COMP_WORDS="stancewire tail articles.", COMP_CWORD="2")
    assert answer.stdout.decode().split() == ["articles.processed", "articles.dead"]
