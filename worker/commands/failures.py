"""What does a command say when it fails? One or two lines: what is wrong, what to do; and an exit code for scripts."""

import os
import sys
import traceback
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command returns to the shell."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    SERVER = 3
    REFUSED = 4
    INTERRUPTED = 130


EXIT_CODES = (
    "Exit codes: 0 done; 1 failed; 2 wrong usage or setting; 3 no server, or it refuses; "
    "4 done, but some of the articles given to extract, clean, attribute or explain were refused; "
    "130 stopped with Ctrl-C."
)


class CommandError(Exception):
    """A failure that a person can do something about."""

    def __init__(self, message: str, *, hint: str = "", code: ExitCode = ExitCode.FAILURE) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


def explain(error: Exception) -> CommandError:
    """Say in a person's words what an exception means.

    Classes are compared by name: what has not been imported cannot have been raised, and nothing heavy need be
    imported to tell.
    """
    if isinstance(error, CommandError):
        return error
    for kind in type(error).__mro__:
        known = KNOWN.get(f"{kind.__module__}.{kind.__qualname__}")
        if known:
            said, hint, code = known
            return CommandError(said.format(error), hint=hint, code=code)
    if isinstance(error, OSError) and error.strerror:
        return CommandError(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
    return CommandError(
        f"internal error: {type(error).__name__}: {error}",
        hint="This is a bug. STANCEWIRE_LOG_LEVEL=debug shows where; please report it with the input that caused it.",
    )


SERVER_HINT = "Check STANCEWIRE_REDIS_URL and that the server runs, or start everything with: stancewire run --watch"
KNOWN = {
    "worker.settings.SettingsError": ("{}", "Correct the setting, or unset it for its default.", ExitCode.USAGE),
    "worker.connection.ServerError": ("{}", SERVER_HINT, ExitCode.SERVER),
    "worker.embedded.EmbeddedServerError": ("{}", "", ExitCode.SERVER),
    "worker.extraction.encoder.HeadsMismatchError": ("{}", "Install the program anew: make install", ExitCode.FAILURE),
    "redis.exceptions.AuthenticationError": ("the server refuses the login: {}", SERVER_HINT, ExitCode.SERVER),
    "redis.exceptions.ConnectionError": ("the server does not answer: {}", SERVER_HINT, ExitCode.SERVER),
    "redis.exceptions.TimeoutError": ("the server does not answer: {}", SERVER_HINT, ExitCode.SERVER),
    "redis.exceptions.RedisError": ("the server refuses: {}", "", ExitCode.SERVER),
}
"""What to say of an exception, what to do about it, and the exit code, by the name of its class."""


def report(error: Exception) -> ExitCode:
    """Print what went wrong and return the exit code."""
    from worker.commands.terminal import printable  # noqa: PLC0415 (only where something is printed)

    failure = explain(error)
    if os.environ.get("STANCEWIRE_LOG_LEVEL", "").lower() == "debug":
        traceback.print_exception(error)
    sys.stderr.write(f"stancewire: {printable(failure.message)}\n")
    if failure.hint:
        sys.stderr.write(f"{printable(failure.hint)}\n")
    return failure.code
