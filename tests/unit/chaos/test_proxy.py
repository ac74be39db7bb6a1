"""The proxy of chaos runs passes everything on, and cuts, slows and holds when it is told to."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chaos.proxy import Proxy


class Echo(socketserver.StreamRequestHandler):
    """Answers with what it is told."""

    def handle(self) -> None:
        while data := self.request.recv(65_536):
            self.request.sendall(data)


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "server.sock"
    with socketserver.ThreadingUnixStreamServer(str(path), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield path
        server.shutdown()


@pytest.fixture
def proxy(listening: Path) -> Iterator[Proxy]:
    with Proxy(listening) as running:
        yield running


def connected(proxy: Proxy, *, patience: float = 10) -> closing[socket.socket]:
    return closing(socket.create_connection(("127.0.0.1", proxy.port), timeout=patience))


def exchange(connection: socket.socket, data: bytes) -> bytes:
    """Send, and return as many bytes as come back, at most as many as were sent."""
    sender = threading.Thread(target=connection.sendall, args=(data,))
    sender.start()
    received = bytearray()
    while len(received) < len(data) and (chunk := connection.recv(65_536)):
        received += chunk
    sender.join()
    return bytes(received)


def is_ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def is_refused(proxy: Proxy) -> bool:
    try:
        with connected(proxy) as connection:
            return is_ended(connection)
    except ConnectionError:
        return True


def test_everything_is_passed_on_in_both_directions(proxy: Proxy) -> None:
    data = bytes(range(256)) * 20_000
    with connected(proxy) as connection:
        assert exchange(connection, data) == data


def test_a_cut_ends_every_connection(proxy: Proxy) -> None:
    with connected(proxy) as one, connected(proxy) as other:
        assert exchange(one, b"x") == exchange(other, b"x") == b"x"
        proxy.cut()
        assert is_ended(one)
        assert is_ended(other)
    assert proxy.cut_connections == 2


def test_new_connections_are_refused_after_a_cut_until_they_are_accepted_again(proxy: Proxy) -> None:
    proxy.cut()
    assert is_refused(proxy)
    proxy.accept()
    with connected(proxy) as accepted:
        assert exchange(accepted, b"x") == b"x"


def test_a_slow_connection_takes_its_time_in_both_directions(proxy: Proxy) -> None:
    with connected(proxy) as connection:
        proxy.slow(0.2)
        began = time.monotonic()
        assert exchange(connection, b"x") == b"x"
        assert time.monotonic() - began >= 0.4


def test_a_connection_that_hangs_answers_nothing_until_it_is_released(proxy: Proxy) -> None:
    with connected(proxy, patience=0.2) as connection:
        proxy.hang()
        with pytest.raises(TimeoutError):
            exchange(connection, b"x")
        connection.settimeout(10)
        proxy.release()
        assert connection.recv(1) == b"x"


def test_a_client_that_leaves_is_told_to_the_server(proxy: Proxy) -> None:
    with connected(proxy) as connection:
        assert exchange(connection, b"x") == b"x"
    with connected(proxy) as another:
        assert exchange(another, b"y") == b"y"
        proxy.cut()
        assert is_ended(another)
    assert proxy.cut_connections == 1


def test_without_a_server_a_connection_ends_at_once(tmp_path: Path) -> None:
    with Proxy(tmp_path / "nobody.sock") as proxy:
        assert is_refused(proxy)
