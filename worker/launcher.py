"""What stands between a process and a command that is to end with it? This script; see `worker.lifeline`.

It starts the command and waits for one of three things: the command ends (then it ends with the same code); a signal
(passed on; SIGQUIT means kill at once); the end of the pipe on its standard input, which the kernel brings about when
the parent is gone, even by SIGKILL (then the command gets SIGTERM and, after the grace, SIGKILL). Whatever the command
has left in its process group is killed in the end. On Linux the command is killed too if the launcher itself is killed.

Every start of a worker waits for it: so it imports little, and of the standard library only.
"""

import os
import select
import signal
import sys
import time

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
KILL = signal.SIGQUIT
NOT_FOUND = 127
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Ask the Linux kernel to signal this process when its parent ends; elsewhere do nothing."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 (a third of this script's start)

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def _main(grace: float, command: list[str]) -> int:
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    for number in (*PASSED_ON, KILL, signal.SIGCHLD):
        signal.signal(number, _ignore)
    launcher = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, (*PASSED_ON, KILL))  # none may be lost in a child that is not ready
    child = os.fork()
    if child == 0:
        _become(command, launcher)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (*PASSED_ON, KILL))
    code = _watch(child, wake_read, grace)
    _kill_group(child)
    return 128 - code if code < 0 else code


def _become(command: list[str], launcher: int) -> None:
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number in (*PASSED_ON, KILL, *_IGNORED_BY_PYTHON):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (*PASSED_ON, KILL))
        die_with_parent()
        if os.getppid() == launcher:  # else it died before the kernel was asked
            os.execvp(command[0], command)  # noqa: S606 (a list of words of our own)
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode(errors="replace"))
    finally:
        os._exit(NOT_FOUND)


def _watch(child: int, wake: int, grace: float) -> int:
    """Return the exit code of the command, that of a killed one as a negative number."""
    waiting = [wake, 0]
    deadline: float | None = None
    while (code := _exit_code(child)) is None:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select(waiting, [], [], left)
        if not ready and deadline is not None:
            _kill_group(child)
            deadline = None
        if wake in ready:
            for number in os.read(wake, 64):
                if number == KILL:
                    _kill_group(child)
                elif number in PASSED_ON:
                    os.kill(child, number)
        if 0 in ready and not os.read(0, 4096):
            waiting.remove(0)
            deadline = time.monotonic() + grace
            os.kill(child, signal.SIGTERM)
    return code


def _exit_code(child: int) -> int | None:
    pid, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if pid else None


def _kill_group(group: int) -> None:
    try:  # noqa: SIM105 (contextlib takes its time)
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _ignore(_number: int, _frame: object) -> None:
    """Let a signal do no more than wake the loop."""


if __name__ == "__main__":
    sys.exit(_main(float(sys.argv[1]), sys.argv[2:]))
