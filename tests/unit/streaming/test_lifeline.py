"""A launched command ends with its parent, takes signals, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from worker import lifeline

PYTHON = [sys.executable, "-I", "-S", "-c"]
SLEEP = [*PYTHON, "import time; time.sleep(600)"]


def wait_until(condition: Callable[[], object], within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def child_of(launched: lifeline.Launched) -> psutil.Process:
    launcher = psutil.Process(launched.pid)
    wait_until(launcher.children)
    [child] = launcher.children()
    wait_until(lambda: "sleep" in " ".join(child.cmdline()) or not child.is_running())
    return child


@pytest.mark.parametrize("code", [0, 3])
def test_it_ends_with_the_code_of_the_command(code: int) -> None:
    launched = lifeline.launch([*PYTHON, f"raise SystemExit({code})"], grace=5)
    assert launched.wait(20) == code


def test_a_command_killed_by_a_signal_is_told_as_shells_do() -> None:
    launched = lifeline.launch([*PYTHON, "import os; os.kill(os.getpid(), 9)"], grace=5)
    assert launched.wait(20) == 128 + signal.SIGKILL


def test_a_command_that_cannot_be_started_is_told_as_shells_do(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        launched = lifeline.launch([str(tmp_path / "nothing")], grace=5, output=log)
        assert launched.wait(20) == 127
    assert "No such file" in (tmp_path / "log").read_text()


def test_a_command_finds_signals_as_a_shell_leaves_them() -> None:
    launched = lifeline.launch(["sleep", "600"], grace=5)
    child = child_of(launched)
    wait_until(lambda: child.name() == "sleep")
    try:
        status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii").splitlines()
        masks = [int(line.split()[1], 16) for line in status if line.startswith(("SigIgn", "SigBlk"))]
        own = {number for number in signal.valid_signals() if any(mask >> (number - 1) & 1 for mask in masks)}
        assert len(masks) == 2
        assert not own  # the C library's own signals (32 and 33) may be blocked in whoever starts the tests
    finally:
        lifeline.kill(launched)


def test_sigterm_is_passed_on() -> None:
    launched = lifeline.launch(SLEEP, grace=5)
    child_of(launched)
    assert lifeline.stop(launched, grace=5) == 128 + signal.SIGTERM


def test_the_command_ends_when_the_pipe_to_the_parent_closes() -> None:
    launched = lifeline.launch(SLEEP, grace=5)
    child = child_of(launched)
    assert launched.stdin is not None
    launched.stdin.close()
    assert launched.wait(20) == 128 + signal.SIGTERM
    assert not child.is_running()


def test_the_command_ends_with_a_killed_parent() -> None:
    program = textwrap.dedent(
        f"""
        import sys, time
        from worker import lifeline
        launched = lifeline.launch({SLEEP!r}, grace=5)
        print(launched.pid, flush=True)
        time.sleep(600)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    launcher = psutil.Process(int(parent.stdout.readline()))
    wait_until(launcher.children)
    family = [launcher, *launcher.children()]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert not psutil.wait_procs(family, timeout=20)[1]


def test_the_command_ends_with_a_killed_launcher() -> None:
    launched = lifeline.launch(SLEEP, grace=5)
    child = child_of(launched)
    launched.kill()
    launched.wait()
    assert not psutil.wait_procs([child], timeout=20)[1]


def test_what_ignores_sigterm_is_killed_after_the_grace() -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
    launched = lifeline.launch([*PYTHON, stubborn], grace=60)
    child = child_of(launched)
    wait_until(lambda: signal.SIGTERM in ignored(child.pid))
    assert lifeline.stop(launched, grace=0.2) == 128 + signal.SIGKILL


def test_processes_that_the_command_leaves_behind_are_killed() -> None:
    leaves_one = "import subprocess, sys; p = subprocess.Popen(sys.argv[1:]); print(p.pid, flush=True)"
    read, write = os.pipe()
    launched = lifeline.launch([*PYTHON, leaves_one, *SLEEP], grace=5, output=write)
    os.close(write)
    with os.fdopen(read) as output:
        left = psutil.Process(int(output.readline()))
        launched.wait(20)
        assert not psutil.wait_procs([left], timeout=20)[1]


def ignored(pid: int) -> set[int]:
    """Return the signals that a process ignores."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:  # noqa: PTH123
        [mask] = [int(line.split()[1], 16) for line in status if line.startswith("SigIgn")]
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}


def test_a_launcher_that_was_told_to_ignore_the_signal_is_killed_all_the_same() -> None:
    before = signal.signal(lifeline.KILL, signal.SIG_IGN)
    try:
        launched = lifeline.launch(["sleep", "60"], grace=5)
        lifeline.kill(launched)
    finally:
        signal.signal(lifeline.KILL, before)
    assert launched.poll() is not None
