"""A line about each article: enough to find it, what was tried, and whose trace it belongs to."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from schemas.codes import Reason
from schemas.examples import POSITION, PROCESSED
from worker.observability.logs import configure_logging
from worker.observability.recording import record
from worker.outcome import Outcome, Processed, Refused
from worker.publishing.publisher import Finished, Publication, Verdict
from worker.settings import Settings

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
DONE = Processed((POSITION,), PROCESSED, "")
SKIPPED = Processed((), PROCESSED.model_copy(update={"positions": 0, "skipped": Reason.LANGUAGE}), "")
DEAD = Refused(Reason.SCHEMA, "body is missing", "an id")


def lines_of(outcome: Outcome, verdict: Verdict = Verdict.PUBLISHED) -> list[dict[str, object]]:
    item = Finished("7-1", outcome, {b"traceparent": TRACE.encode()}, ("w 1 alone", "w 2 alone"))
    with capture_logs() as lines:
        record([item], Publication((verdict,), 1_000))
    return [dict(line) for line in lines if "entry_id" in line]


@pytest.mark.parametrize(
    ("outcome", "verdict", "event"),
    [
        (DONE, Verdict.PUBLISHED, "article processed"),
        (DONE, Verdict.GONE, "article superseded"),
        (DONE, Verdict.DUPLICATE, "article skipped"),
        (SKIPPED, Verdict.PUBLISHED, "article skipped"),
        (DEAD, Verdict.PUBLISHED, "article dead-lettered"),
    ],
)
def test_each_article_has_one_line_that_identifies_it(outcome: Outcome, verdict: Verdict, event: str) -> None:
    [line] = lines_of(outcome, verdict)
    assert line["event"] == event
    assert line["entry_id"] == "7-1"
    assert line["article_id"] in {"an id", PROCESSED.article_id}
    assert line["attempt"] == 2
    assert line["traceparent"] == TRACE


@pytest.mark.parametrize(
    ("outcome", "verdict", "reason"),
    [
        (SKIPPED, Verdict.PUBLISHED, "language"),
        (DONE, Verdict.DUPLICATE, "duplicate"),
        (DEAD, Verdict.PUBLISHED, "schema"),
    ],
)
def test_a_line_tells_why_nothing_was_extracted(outcome: Outcome, verdict: Verdict, reason: str) -> None:
    [line] = lines_of(outcome, verdict)
    assert line["reason"] == reason


def test_a_line_tells_how_long_it_took() -> None:
    [line] = lines_of(DONE)
    assert line["duration"] == pytest.approx(sum(PROCESSED.seconds.values()))


@pytest.fixture
def _logging_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("_logging_restored")
def test_in_a_service_a_line_is_one_json_object_with_the_batch(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(settings.model_copy(update={"log_format": "json"}))
    log = structlog.stdlib.get_logger("a name")
    with structlog.contextvars.bound_contextvars(batch="task 1"):
        log.info("article processed", article_id="two\nlines\x1b[31m")
    logging.getLogger("a.library").warning("a library's own line")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["batch"] == "task 1"
    assert first["article_id"] == "two\\nlines\\x1b[31m"
    assert first["level"] == "info"
    assert first["timestamp"].endswith("Z")
    assert second["event"] == "a library's own line"
