"""How does a child process end with its parent, however the parent ends? By a launcher that holds on to a pipe.

The parent starts `worker.launcher` as a script, with the standard input connected to a pipe that only the parent can
write to: its end tells the launcher that the parent is gone.
"""

import contextlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO

from worker import launcher

KILL = launcher.KILL
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
    return subprocess.Popen(
        [sys.executable, "-I", "-S", launcher.__file__, str(grace), *command],
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
