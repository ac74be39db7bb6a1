"""What do log lines look like? JSON for services, columns for people, and nothing in them that acts on a terminal."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from worker.settings import Settings

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters (tab and line feed excepted) and marks that turn the direction of writing."""
QUIET = ("kombu", "amqp", "celery.utils.functional", "celery.worker.strategy", "celery.app.trace")
"""Libraries whose warnings are enough (Celery's last two log each task twice)."""


def configure_logging(settings: Settings) -> None:
    """Send the log lines of this process, and of the libraries it uses, to standard error in the chosen form."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        # What is below the level costs nothing.
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        cache_logger_on_first_use=True,
    )
    renderer: structlog.types.Processor
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    last: list[structlog.types.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        escape_unprintable,
        renderer,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))


def printable(text: str) -> str:
    """Return `text` with characters that act on a terminal written as escapes."""
    return UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def escape_unprintable(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Escape what an article may have brought into an event; a line feed would forge a line of its own."""
    return {name: _escaped(value, name) for name, value in event.items()}


def _escaped(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return printable(value) if name == "exception" else printable(value).replace("\n", "\\n")
    if isinstance(value, list | tuple):
        return [_escaped(item, name) for item in value]
    if isinstance(value, dict):
        return {key: _escaped(item, name) for key, item in value.items()}
    return value
