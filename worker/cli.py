"""What does a person type? The entry point of the command `stancewire`; what it does stands in `worker.commands`."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C ends it quietly wherever it is, even while it is still being loaded."""
    try:
        from worker.commands.application import app  # noqa: PLC0415 (see above)

        app()
    except KeyboardInterrupt:
        sys.exit(130)
