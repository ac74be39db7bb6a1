"""How does a worker start? Celery's worker without Celery's command line, so that it is at work soon.

`python -m worker.start NODE` is what the supervisor runs; `celery -A worker worker` does the same and takes longer.
What is left out here are command lines and formats that libraries import as they come and that no worker ever uses.
"""

import contextlib
import gc
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

NO_LIBRARY = ("rich", "yaml", "msgpack", "pydantic.v1")
"""Imported by structlog, Kombu and confection if they are there; each does without where they are not."""
NO_COMMAND_LINE = "spacy.cli.info"
"""spaCy imports `info` from its command line, and with it the command lines of others and three HTTP clients."""


@contextlib.contextmanager
def left_out() -> Iterator[None]:
    """Keep what no worker uses from being imported in here; whoever asks for it later gets it."""
    spacy_information = ModuleType(NO_COMMAND_LINE)
    spacy_information.info = None  # type: ignore[attr-defined]
    names: dict[str, ModuleType | None] = {NO_COMMAND_LINE: spacy_information, **dict.fromkeys(NO_LIBRARY)}
    put = {name: module for name, module in names.items() if name not in sys.modules}
    sys.modules.update(put)  # type: ignore[arg-type]  # None is how Python knows that a module is not to be found
    try:
        yield
    finally:
        for name in put:
            del sys.modules[name]


def import_libraries() -> None:
    """Import the libraries that bring along what they could leave out."""
    with left_out():
        for name in ("structlog", "kombu.serialization", "spacy"):
            # Another version may need what is left out: then it is imported as it comes, when it is first asked for.
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def main(node: str) -> int:
    """Run a worker under this name until it is told to stop; return its exit code."""
    gc.disable()  # all that is made until the fork stays; `worker.pool` turns it on again
    import_libraries()
    from celery.utils.nodenames import host_format  # noqa: PLC0415

    from worker.celery_app import app  # noqa: PLC0415
    from worker.settings import process_settings  # noqa: PLC0415

    sys.argv = ["-m", "worker.start", node]  # how Celery would start it again on SIGHUP
    level = process_settings().log_level.upper()
    worker = app.Worker(hostname=host_format(node), loglevel=level, quiet=True, without_mingle=True)
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
