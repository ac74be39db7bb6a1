"""Nothing that the program uses may report to anybody."""

import os
import subprocess
import sys
from pathlib import Path


def test_loading_the_heads_leaves_no_trace_of_telemetry(tmp_path: Path) -> None:
    inherited = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    program = "import worker.extraction.encoder, onnxruntime, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env=inherited | {"TMPDIR": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.stdout.strip() == "1"
    assert list(tmp_path.iterdir()) == []  # the reporting would keep the state of its session here
