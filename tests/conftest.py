"""The installed command, run as a process: for the tests of the command line, with and without a server."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# A shell starts what it puts in the background with Ctrl-C ignored, and so would every process of the tests be.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


COMMAND = Path(sys.executable).parent / "stancewire"
Completed = subprocess.CompletedProcess[bytes]
Stancewire = Callable[..., Completed]


def clean_environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with no settings but those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("STANCEWIRE_")}
    return inherited | {"COLUMNS": "100"} | settings


@pytest.fixture
def stancewire(tmp_path: Path) -> Stancewire:
    """Run `stancewire` with arguments in an empty folder, with no settings but those given."""

    def run(*arguments: str | Path, standard_input: bytes = b"", **settings: str) -> Completed:
        return subprocess.run(
            [COMMAND, *arguments],
            input=standard_input,
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env=clean_environment(**settings),
            timeout=120,
        )

    return run
