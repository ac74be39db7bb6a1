"""The installed command, run as a process."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Completed = subprocess.CompletedProcess[bytes]
Stancewire = Callable[..., Completed]


@pytest.fixture
def stancewire(tmp_path: Path) -> Stancewire:
    """Run `stancewire` with arguments in an empty folder, with no settings but those given."""
    command = Path(sys.executable).parent / "stancewire"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STANCEWIRE_")}

    def run(*arguments: str | Path, standard_input: bytes = b"", **settings: str) -> Completed:
        environment = clean | {"COLUMNS": "100"} | settings
        return subprocess.run(
            [command, *arguments],
            input=standard_input,
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env=environment,
            timeout=120,
        )

    return run
