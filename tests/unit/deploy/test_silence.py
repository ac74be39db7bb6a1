"""Loading the pipeline leaves nothing in the user's folders and opens no connection."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import socket
connected = []
socket.socket.connect = lambda self, address: connected.append(address)
from worker.pipeline import load_pipeline
load_pipeline().run([b'{"body": "Norway rejected the quota offer on Monday."}'])
print(connected)
"""


def test_reading_an_article_writes_no_file_and_calls_nobody(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert list(tmp_path.rglob("*")) == []
