"""The health check of containers: right about what a process says, and quick to say that it says nothing."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from worker.observability.endpoint import Endpoint, Sources, serve
from worker.observability.health import Health
from worker.observability.probe import main, probe


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A process that lives and is not ready."""
    sources = Sources(lambda: b"", lambda: Health(True, "working"), lambda: Health(False, "the model is not loaded"))
    served = serve("127.0.0.1", 0, sources)
    yield served
    served.close()


def test_a_process_that_is_in_order_passes(endpoint: Endpoint) -> None:
    assert probe(f"http://127.0.0.1:{endpoint.port}/live") == (True, "working")
    assert main([f"http://127.0.0.1:{endpoint.port}/live"]) == 0


def test_one_that_is_not_does_not_and_says_why(endpoint: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"http://127.0.0.1:{endpoint.port}/ready"]) == 1
    assert capsys.readouterr().out == "the model is not loaded\n"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/ready", "worker:9540", "https://127.0.0.1/ready", ""])
def test_what_does_not_answer_does_not_pass(url: str) -> None:
    assert main([url]) == 1


def test_without_an_address_it_says_how_to_call_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_it_loads_nothing_that_takes_time() -> None:
    slow = {"celery", "redis", "spacy", "pydantic"}
    program = f"import sys, worker.observability.probe; print(len({slow} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "0\n"
