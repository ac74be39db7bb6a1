"""A worker's start: what it leaves out is there for whoever asks for it, and nothing it needs is missing."""

import subprocess
import sys

import pytest

from worker.start import NO_COMMAND_LINE, NO_LIBRARY, left_out


def run(code: str) -> str:
    """Return what code prints in a process of its own."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_command_lines_and_pretty_printers_are_not_imported() -> None:
    loaded = run(
        "import sys, worker.start as s; s.import_libraries(); print(*(n.partition('.')[0] for n in sys.modules))"
    )
    assert {"structlog", "kombu", "spacy"} <= set(loaded.split())
    assert not {"rich", "typer", "requests", "httpx", "yaml"} & set(loaded.split())


def test_what_was_left_out_is_imported_as_soon_as_it_is_asked_for() -> None:
    assert (
        run("import worker.start as s; s.import_libraries(); import rich, spacy.cli; print(spacy.cli.info)") != "None"
    )


def test_what_is_there_already_stays() -> None:
    module = sys.modules[__name__]
    sys.modules["msgpack"] = module
    try:
        with left_out():
            assert sys.modules["msgpack"] is module
        assert sys.modules["msgpack"] is module
    finally:
        del sys.modules["msgpack"]


@pytest.mark.parametrize("name", [*NO_LIBRARY, NO_COMMAND_LINE])
def test_nothing_is_left_behind(name: str) -> None:
    assert run(f"import sys, worker.start as s\nwith s.left_out(): pass\nprint({name!r} in sys.modules)") == "False"
