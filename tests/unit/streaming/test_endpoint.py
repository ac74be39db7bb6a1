"""The endpoint answers who asks, and bears with who does not wait for the answer."""

import http.client
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from worker.observability.endpoint import Endpoint, Sources, serve
from worker.observability.health import Health

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Slow:
    """Health that is told only when a test says so."""

    def __init__(self) -> None:
        self.asked, self.answer = threading.Event(), threading.Event()

    def __call__(self) -> Health:
        self.asked.set()
        self.answer.wait(10)
        return Health(True, "working" * 100_000)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def endpoint(slow: Slow) -> Iterator[Endpoint]:
    running = serve("127.0.0.1", 0, Sources(lambda: b"up 1\n", slow, lambda: Health(False, "not yet")))
    yield running
    running.close()


def get(endpoint: Endpoint, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "status", "body"), [("/metrics", 200, b"up 1\n"), ("/ready", 503, b"not yet\n"), ("/x", 404, b"")]
)
def test_it_answers_who_asks(endpoint: Endpoint, path: str, status: int, body: bytes) -> None:
    answer = get(endpoint, path)
    assert answer[0] == status
    assert answer[1].startswith(body)


def test_who_does_not_wait_for_the_answer_makes_no_noise(
    endpoint: Endpoint, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubled: list[object] = []
    ended = threading.Event()
    finish = endpoint.server.shutdown_request
    monkeypatch.setattr(endpoint.server, "handle_error", lambda *about: troubled.append(about))
    monkeypatch.setattr(endpoint.server, "shutdown_request", lambda request: (finish(request), ended.set()))
    impatient = socket.create_connection(("127.0.0.1", endpoint.port))
    impatient.sendall(b"GET /live HTTP/1.0\r\n\r\n")
    assert slow.asked.wait(10)
    impatient.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    impatient.close()
    slow.answer.set()
    assert ended.wait(10)
    assert not troubled
