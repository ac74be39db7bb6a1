"""The examples of the README, run as they are written (but for the port, which others may be using)."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis
from system import System, wait_until

from schemas.examples import ARTICLE, POSITION
from worker.embedded import EmbeddedServer, start_embedded_server
from worker.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"<!-- example:([\w-]+) -->\n```\w+\n(.*?)```", README, re.DOTALL))
PORT = "6390"


@pytest.fixture
def server(tmp_path: Path):
    with start_embedded_server(Settings(state_directory=tmp_path, server_port=0)) as started:
        yield started


def run_example(name: str, server: EmbeddedServer) -> str:
    """Run a Python example and return what it prints."""
    assert PORT in EXAMPLES[name]
    program = EXAMPLES[name].replace(PORT, str(server.port))
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, timeout=60)
    return answer.stdout


def fed(server: EmbeddedServer) -> list[dict[str, object]]:
    with Redis(port=server.port) as client:
        return [json.loads(fields[b"data"]) for _, fields in client.xrange("articles")]


def test_an_article_fed_with_redis_cli_is_an_article_message(server: EmbeddedServer) -> None:
    prompt, program, option, port, *command = shlex.split(EXAMPLES["redis-cli"])
    assert (prompt, program, option, port) == ("$", "redis-cli", "-p", PORT)
    with Redis(port=server.port) as client:
        client.execute_command(*command)
    [message] = fed(server)
    assert message["body"] == ARTICLE.body


def test_an_article_fed_from_python_is_an_article_message(server: EmbeddedServer) -> None:
    run_example("python", server)
    [message] = fed(server)
    assert (message["id"], message["content_type"]) == ("fisheries-2026-11-24", "text/html")


def test_an_article_fed_by_celery_reaches_the_topics(make_system, server: EmbeddedServer) -> None:
    system: System = make_system(redis_url=f"redis://127.0.0.1:{server.port}/0")
    try:
        system.start("intake", "worker")
        run_example("celery", server)
        wait_until(lambda: system.processed, what="the article of the Celery example is processed")
        assert "Ethiopia rejected the demand" in str(fed(server)[0]["body"])
    finally:
        system.close()


def test_the_consumer_prints_positions(server: EmbeddedServer) -> None:
    with Redis(port=server.port) as client:
        client.xadd("positions", {"data": POSITION.model_dump_json()})
    assert run_example("consumer", server) == "Norway conditional settlement 0.87\n"


def test_the_position_shown_is_the_example_of_the_contract() -> None:
    shown = json.loads(re.search(r"```json\n(.*?)```", README, re.DOTALL)[1])
    published = POSITION.model_dump(mode="json")
    evidence = shown.pop("evidence")
    assert evidence["text"].rstrip(". ") in published["evidence"]["text"]
    assert {key: evidence[key] for key in ("start", "end", "raw_start", "raw_end")} == {
        key: published["evidence"][key] for key in ("start", "end", "raw_start", "raw_end")
    }
    condition = shown.pop("condition")
    assert condition.items() <= published["condition"].items()
    assert shown.items() <= published.items()


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_of_the_readme_is_there() -> None:
    from typer.main import get_command

    from worker.commands.application import app

    known = set(get_command(app).commands)
    assert set(re.findall(r"^\$ stancewire (\w+)", README, re.MULTILINE)) <= known
