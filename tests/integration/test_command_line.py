"""The command line with real servers, intakes and workers, as a person uses it."""

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from system import wait_until

from schemas.messages import PositionEvent
from worker.embedded import start_embedded_server
from worker.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "articles"
COMMAND = Path(sys.executable).parent / "stancewire"
FREE_PORTS = {
    "STANCEWIRE_SERVER_PORT": "0",
    "STANCEWIRE_WORKER_METRICS_PORT": "0",
    "STANCEWIRE_INTAKE_METRICS_PORT": "0",
    "STANCEWIRE_CONCURRENCY": "1",
}
STORY = (
    "Norway rejected the ceasefire proposal on Monday. Its foreign minister said that Oslo would not sign the "
    "agreement unless Denmark withdrew its troops. Denmark called on Norway to return to the talks."
)


def environment(**settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("STANCEWIRE_")}
    return inherited | FREE_PORTS | {"COLUMNS": "120"} | settings


@dataclass
class Place:
    """A folder in which commands are run, all with the same settings."""

    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str | Path, standard_input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [COMMAND, *arguments],
            input=standard_input,
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=self.environment,
            timeout=240,
        )

    def start(self, *arguments: str, log: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("wb") as output:
            return subprocess.Popen(
                [COMMAND, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment,
            )

    def says(self, log: str, words: str) -> None:
        wait_until(
            lambda: words in (self.folder / log).read_text(errors="replace"), within=120, what=f"{words} in {log}"
        )

    def figures(self) -> dict[str, Any]:
        figures: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return figures


def article(name: str) -> bytes:
    return json.dumps({"id": name, "body": STORY}).encode() + b"\n"


def ended(process: subprocess.Popen[bytes], number: int = signal.SIGINT) -> int:
    """Send a signal and return the exit code; every process that it started has to be gone with it."""
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    code = process.wait(90)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    return code


@pytest.fixture
def place(tmp_path: Path) -> Place:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Place(tmp_path, environment(TMPDIR=str(scratch)))


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place in which `stancewire run --watch` is going on."""
    place = Place(tmp_path_factory.mktemp("watched"), environment())
    process = place.start("run", "--watch", log="view.log")
    place.says("view.log", "worker ready")
    yield place
    assert ended(process) == 0


def test_run_feeds_the_examples_and_ends_by_itself(place: Place) -> None:
    answer = place.run("run", EXAMPLES, "--json", "--output", "positions.jsonl")
    assert answer.returncode == 0, answer.stderr.decode()
    figures = json.loads(answer.stdout)
    assert (figures["fed"], figures["processed"]) == (15, 14)
    assert figures["refused"] == {"field_missing": 1}
    assert figures["skipped"] == {"language": 1, "no_negotiation": 2}
    events = [PositionEvent.model_validate_json(line) for line in (place.folder / "positions.jsonl").open("rb")]
    assert len(events) == figures["positions"] > 0
    assert len({event.position_id for event in events}) == len(events)
    assert len({event.article.id for event in events}) >= 9
    assert list((place.folder / "scratch").iterdir()) == []
    assert not (place.folder / ".stancewire").exists()


def test_what_run_publishes_is_what_extract_prints(place: Place) -> None:
    (place.folder / "a.jsonl").write_bytes(article("one") + article("two"))
    assert place.run("run", "a.jsonl", "--json", "--output", "run.jsonl").returncode == 0
    extracted = [json.loads(line) for line in place.run("extract", "a.jsonl").stdout.splitlines()]
    published = [json.loads(line) for line in (place.folder / "run.jsonl").open()]

    def key(event: dict[str, Any]) -> str:
        return str(event["position_id"])

    assert sorted(published, key=key) == sorted((p for line in extracted for p in line["positions"]), key=key)


def test_run_prints_plain_lines_and_a_table_where_there_is_no_terminal(place: Place) -> None:
    (place.folder / "a.jsonl").write_bytes(article("one") + b"{broken\n")
    shown = place.run("run", "a.jsonl").stdout.decode()
    assert "Norway" in shown
    assert "refused a.jsonl:2: not_json: not JSON" in shown
    assert "2 articles in" in shown
    assert "\x1b" not in shown


def test_run_draws_a_live_view_on_a_terminal(place: Place) -> None:
    (place.folder / "a.jsonl").write_bytes(article("one"))
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, "run", "a.jsonl"],
        stdin=child,
        stdout=child,
        stderr=child,
        cwd=place.folder,
        env=place.environment | {"TERM": "xterm-256color"},
    )
    os.close(child)
    shown = b""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        ready, _, _ = select.select([parent], [], [], 1)
        if not ready:
            continue
        try:
            piece = os.read(parent, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        shown += piece
    os.close(parent)
    assert process.wait(30) == 0
    assert b"articles/s" in shown
    assert b"\x1b[" in shown
    assert b"1 articles in" in shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_stops_in_order_when_told_to(place: Place, number: int) -> None:
    (place.folder / "a.jsonl").write_bytes(b"".join(article(f"n{index}") for index in range(3_000)))
    process = place.start("run", "a.jsonl", log="view.log")
    place.says("view.log", "worker ready")
    assert ended(process, number) == 130
    said = (place.folder / "view.log").read_text()
    assert "stopping" in said
    assert "Traceback" not in said


def test_ctrl_c_before_anything_is_up_leaves_nothing_behind(place: Place) -> None:
    process = place.start("run", "--watch", log="view.log")
    wait_until(lambda: psutil.Process(process.pid).children())
    assert ended(process) in {0, 130}
    assert "Traceback" not in (place.folder / "view.log").read_text()


def test_a_second_run_in_the_same_folder_is_told_who_holds_it(watched: Place) -> None:
    answer = watched.run("run", "--watch")
    assert answer.returncode == 3
    assert b"is held by process" in answer.stderr


def test_fed_articles_are_processed_and_can_be_tailed(watched: Place) -> None:
    answer = watched.run("feed", "--json", "-", standard_input=article("tailed"))
    assert json.loads(answer.stdout)["fed"] == 1
    wait_until(
        lambda: watched.run("tail", "articles.processed", "-n", "1", "--json").stdout.count(b"tailed"), within=120
    )
    entries = [json.loads(line) for line in watched.run("tail", "positions", "-n", "100", "--json").stdout.splitlines()]
    events = [
        PositionEvent.model_validate(entry["data"]) for entry in entries if entry["attributes"]["subject"] == "tailed"
    ]
    assert events
    assert b"Norway" in watched.run("tail").stdout
    assert b"tailed" in watched.run("tail", "articles", "-n", "1").stdout


def test_what_is_read_back_from_the_topics_satisfies_the_exported_schemas(watched: Place) -> None:
    watched.run("feed", "-", standard_input=article("contract") + b"{broken\n")
    wait_until(lambda: b"not_json" in watched.run("tail", "articles.dead").stdout, within=120)
    wait_until(lambda: b"contract" in watched.run("tail", "articles.processed").stdout, within=120)
    files = {
        "positions": "position-event",
        "articles.processed": "processed-article",
        "articles.dead": "dead-article",
    }
    attributes = validator("event-attributes")
    for topic, name in files.items():
        entries = [json.loads(line) for line in watched.run("tail", topic, "-n", "1000", "--json").stdout.splitlines()]
        assert entries
        for entry in entries:
            attributes.validate(entry["attributes"])
            validator(name).validate(entry["data"])
    watched.run("dead", "drop", "--all", "--yes")


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((ROOT / "schemas" / "exports" / f"{name}.schema.json").read_bytes())
    return Draft202012Validator(schema, format_checker=FormatChecker())


def test_an_article_fed_again_has_no_effect(watched: Place) -> None:
    watched.run("feed", "-", standard_input=article("again"))
    wait_until(lambda: watched.figures()["waiting"] + watched.figures()["in_progress"] == 0, within=120)
    before = watched.figures()
    watched.run("feed", "-", standard_input=article("again"))
    wait_until(lambda: watched.figures()["processed"] == before["processed"] + 1, within=120)
    assert watched.figures()["positions"] == before["positions"]
    assert b"duplicate of again" in watched.run("tail", "articles.processed", "-n", "1").stdout


def test_follow_prints_what_comes_until_ctrl_c(watched: Place) -> None:
    process = watched.start("tail", "articles", "--follow", "--lines", "0", log="tail.log")
    wait_until(lambda: psutil.Process(process.pid).net_connections("unix") != [])
    for number in range(3):
        watched.run("feed", "-", standard_input=article(f"followed{number}"))
    watched.says("tail.log", "followed2")
    assert ended(process) == 130
    assert "Traceback" not in (watched.folder / "tail.log").read_text()


def test_dead_letters_are_listed_shown_replayed_and_dropped(watched: Place) -> None:
    def letters() -> list[dict[str, Any]]:
        return [
            json.loads(line)
            for line in watched.run("dead", "list", "--reason", "not_json", "--json").stdout.splitlines()
        ]

    watched.run("feed", "-", standard_input=b'{"body": "broken\n')
    [letter] = wait_until(letters, within=120)
    shown = watched.run("dead", "show", letter["id"]).stdout.decode()
    assert "not_json" in shown
    assert '{"body": "broken' in shown
    assert json.loads(watched.run("dead", "show", letter["id"], "--json").stdout)["data"] == '{"body": "broken'
    assert b"1 fed again" in watched.run("dead", "replay", letter["id"]).stdout
    [replayed] = wait_until(lambda: [new for new in letters() if new["id"] != letter["id"]], within=120)
    assert watched.run("dead", "drop", "--reason", "not_json", standard_input=b"n\n").returncode == 1
    assert [remaining["id"] for remaining in letters()] == [replayed["id"]]
    assert b"1 removed" in watched.run("dead", "drop", replayed["id"]).stdout
    assert letters() == []


def test_status_tells_a_person_how_it_stands(watched: Place) -> None:
    shown = watched.run("status").stdout.decode()
    for name in ("server", "waiting", "in progress", "processed", "positions", "dead", "consumers"):
        assert f"{name} " in shown


def test_the_embedded_servers_data_outlive_it(place: Place) -> None:
    process = place.start("run", "--watch", log="view.log")
    wait_until(lambda: place.run("feed", "-", standard_input=article("outlives")).returncode == 0, within=60)
    wait_until(lambda: place.figures()["processed"] == 1, within=120)
    assert ended(process) == 0
    process = place.start("run", "--watch", log="view.log")
    wait_until(lambda: place.run("status").returncode == 0, within=60)
    assert place.figures()["processed"] == 1
    assert ended(process) == 0


def test_feed_waits_for_a_server_that_is_not_there_yet(place: Place) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (place.folder / "a.jsonl").write_bytes(article("patient"))
    process = place.start("feed", "a.jsonl", "--redis-url", f"redis://127.0.0.1:{port}/0", log="feed.log")
    place.says("feed.log", "trying again")
    with start_embedded_server(Settings(state_directory=place.folder / "late", server_port=port)):
        assert process.wait(60) == 0
        place.says("feed.log", "fed 1 article")


def test_intake_and_worker_run_as_services_of_their_own(place: Place) -> None:
    with start_embedded_server(Settings(state_directory=place.folder / "server", server_port=0)) as server:
        place.environment["STANCEWIRE_REDIS_URL"] = server.url
        intake = place.start("intake", log="intake.log")
        worker = place.start("worker", "--concurrency", "1", log="worker.log")
        place.run("feed", "-", standard_input=article("service"))
        wait_until(lambda: place.figures()["processed"] == 1, within=120)
        assert place.figures()["positions"] > 0
        assert ended(worker, signal.SIGTERM) == 0
        assert ended(intake, signal.SIGTERM) == 0
