"""How does a child process end with its parent, however the parent ends? By a launcher that holds on to a pipe.

The parent starts this file as a script, with the standard input connected to a pipe that only the parent can write to.
The launcher starts the command and waits for one of three things: the command ends (then it ends with the same code);
a signal (passed on; SIGQUIT means kill at once); the end of the pipe, which the kernel brings about when the parent is
gone, even by SIGKILL (then the command gets SIGTERM and, after the grace, SIGKILL). Whatever the command has left in
its process group is killed in the end. On Linux the command is killed too if the launcher itself is killed.

As a script it imports the standard library only, so that it starts in some 20 ms and takes little memory.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
KILL = signal.SIGQUIT
PR_SET_PDEATHSIG = 1
_HEARD_WITHIN = 0.5

Launched = subprocess.Popen[bytes]


def launch(
    command: Sequence[str],
    *,
    grace: float,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    pass_fds: Sequence[int] = (),
) -> Launched:
    """Start a command that ends with this process; the answer is its launcher, which takes the signals for it."""
    fds = ",".join(map(str, pass_fds))
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(grace), fds, *command],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        env=None if env is None else dict(env),
        pass_fds=tuple(pass_fds),
        start_new_session=True,  # Ctrl-C reaches the parent alone, which decides what to do
    )


def stop(launched: Launched, *, grace: float) -> int:
    """End a launched command: SIGTERM, after the grace SIGKILL to its whole process group. Returns its exit code."""
    if launched.poll() is None:
        launched.terminate()
    return wait_or_kill(launched, grace=grace)


def wait_or_kill(launched: Launched, *, grace: float) -> int:
    """Wait for a command that was told to end; kill it after the grace. Returns its exit code."""
    try:
        code = launched.wait(grace)
    except subprocess.TimeoutExpired:
        code = kill(launched)
    if launched.stdin:
        with contextlib.suppress(OSError):
            launched.stdin.close()
    return code


def kill(launched: Launched) -> int:
    """Kill a launched command and its process group at once.

    The signal is sent again until it is heard: a launcher that has only just started may have been told by a shell's
    background to ignore it.
    """
    while launched.poll() is None:
        launched.send_signal(KILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            launched.wait(_HEARD_WITHIN)
    return launched.returncode


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Ask the Linux kernel to signal this process when its parent ends; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def _main(arguments: list[str]) -> int:
    grace, fds, command = float(arguments[0]), arguments[1], arguments[2:]
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    for number in (*PASSED_ON, KILL, signal.SIGCHLD):
        signal.signal(number, _ignore)
    launcher = os.getpid()

    def before_exec() -> None:
        die_with_parent()
        if os.getppid() != launcher:  # it died before the kernel was asked
            os._exit(1)

    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        pass_fds=[int(fd) for fd in fds.split(",") if fd],
        start_new_session=True,
        preexec_fn=before_exec,  # noqa: PLW1509 (this process has one thread)
    )
    code = _watch(child, wake_read, grace)
    _kill_group(child.pid)
    return code


def _watch(child: Launched, wake: int, grace: float) -> int:
    waiting = [wake, 0]
    deadline: float | None = None
    while child.poll() is None:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select(waiting, [], [], left)
        if not ready and deadline is not None:
            _kill_group(child.pid)
            break
        if wake in ready:
            for number in os.read(wake, 64):
                if number == KILL:
                    _kill_group(child.pid)
                elif number in PASSED_ON:
                    child.send_signal(number)
        if 0 in ready and not os.read(0, 4096):
            waiting.remove(0)
            deadline = time.monotonic() + grace
            child.terminate()
    code = child.wait()
    return 128 - code if code < 0 else code


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Let a signal do no more than wake the loop."""


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
