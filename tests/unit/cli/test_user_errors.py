"""What a person gets to see when something is wrong: a line or two, an exit code, never a traceback."""

import errno
import socket
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import AuthenticationError, BusyLoadingError, ResponseError
from redis.exceptions import ConnectionError as Unreachable

from worker.commands.failures import CommandError, ExitCode, explain, report
from worker.connection import ServerError
from worker.settings import SettingsError


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["extract", "nowhere.jsonl"], ExitCode.USAGE, "no such file or folder: nowhere.jsonl"),
        (["clean", "nowhere.jsonl"], ExitCode.USAGE, "no such file or folder: nowhere.jsonl"),
        (["run", "nowhere"], ExitCode.USAGE, "no such file or folder: nowhere"),
        (["extract", "."], ExitCode.FAILURE, "no articles in the folder ."),
        (["extract", "--domain", "chess", "-"], ExitCode.USAGE, "no domain pack 'chess'"),
        (["tail", "news"], ExitCode.USAGE, "no topic is called news"),
        (["schema", "letter"], ExitCode.USAGE, "no message is called letter"),
        (["evaluate", "nowhere"], ExitCode.USAGE, "no such folder: nowhere"),
        (["domain", "check", "nowhere.toml"], ExitCode.USAGE, "no domain pack 'nowhere.toml'"),
        (["tail"], ExitCode.SERVER, "no server"),
        (["status"], ExitCode.SERVER, "no server"),
        (["feed", "-"], ExitCode.SERVER, "no server"),
        (["dead", "list"], ExitCode.SERVER, "no server"),
        (["intake"], ExitCode.SERVER, "no server"),
        (["worker"], ExitCode.SERVER, "no server"),
        (["status", "--redis-url", "http://localhost"], ExitCode.USAGE, "must start with redis://"),
        (["worker", "--concurrency", "0"], ExitCode.USAGE, "Invalid value"),
        (["conjure"], ExitCode.USAGE, "No such command"),
    ],
)
def test_a_mistake_is_told_in_words_with_its_exit_code(
    stancewire: Any, arguments: list[str], code: ExitCode, words: str
) -> None:
    answer = stancewire(*arguments)
    said = " ".join(answer.stderr.decode().replace("│", " ").split())
    assert answer.returncode == code
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["status", "tail", "feed", "dead list", "run"])
def test_a_server_that_is_down_is_told_with_what_to_do(stancewire: Any, closed_port: int, command: str) -> None:
    url = f"redis://127.0.0.1:{closed_port}/0"
    options = ["--give-up-after", "0"] if command == "feed" else []
    answer = stancewire(*command.split(), *options, standard_input=b'{"body": "x"}\n', STANCEWIRE_REDIS_URL=url)
    assert answer.returncode == ExitCode.SERVER
    assert b"does not answer" in answer.stderr or b"did not answer" in answer.stderr
    assert b"Traceback" not in answer.stderr


def test_a_wrong_setting_is_named(stancewire: Any) -> None:
    answer = stancewire("status", STANCEWIRE_PARTITIONS="many")
    assert answer.returncode == ExitCode.USAGE
    assert b"STANCEWIRE_PARTITIONS" in answer.stderr


def test_a_password_is_not_shown(stancewire: Any, closed_port: int) -> None:
    answer = stancewire("status", STANCEWIRE_REDIS_URL=f"redis://reader:opensesame@127.0.0.1:{closed_port}/0")
    assert answer.returncode == ExitCode.SERVER
    assert b"opensesame" not in answer.stderr + answer.stdout


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (CommandError("so it is", code=ExitCode.REFUSED), ExitCode.REFUSED, "so it is"),
        (SettingsError("queue: wrong"), ExitCode.USAGE, "queue: wrong"),
        (ServerError("too old"), ExitCode.SERVER, "too old"),
        (AuthenticationError("WRONGPASS"), ExitCode.SERVER, "refuses the login: WRONGPASS"),
        (Unreachable("refused"), ExitCode.SERVER, "does not answer: refused"),
        (BusyLoadingError("LOADING"), ExitCode.SERVER, "does not answer: LOADING"),
        (ResponseError("OOM"), ExitCode.SERVER, "the server refuses: OOM"),
        (OSError(errno.ENOSPC, "No space left on device", "out.jsonl"), ExitCode.FAILURE, "out.jsonl: No space left"),
        (PermissionError(errno.EACCES, "Permission denied"), ExitCode.FAILURE, "Permission denied"),
        (ZeroDivisionError("by zero"), ExitCode.FAILURE, "internal error: ZeroDivisionError: by zero"),
    ],
)
def test_each_exception_is_put_into_words(error: Exception, code: ExitCode, words: str) -> None:
    said = explain(error)
    assert said.code is code
    assert words in said.message


def test_an_error_that_quotes_an_article_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report(CommandError("title \x1b]0;owned\x07", hint="see \x9b31m"))
    assert capsys.readouterr().err == "stancewire: title \\x1b]0;owned\\x07\nsee \\x9b31m\n"


def test_the_place_of_a_bug_is_shown_on_demand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STANCEWIRE_LOG_LEVEL", "debug")
    report(ZeroDivisionError("by zero"))
    assert "ZeroDivisionError: by zero" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told_before_the_work(stancewire: Any, tmp_path: Path) -> None:
    article = tmp_path / "a.txt"
    article.write_text("Talks went on.")
    answer = stancewire("run", article, "--output", tmp_path / "no" / "such" / "folder.jsonl")
    assert answer.returncode == ExitCode.FAILURE
    assert b"No such file or directory" in answer.stderr
