"""Log lines: what an article brings along cannot act in a terminal or forge a line."""

import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from worker.observability.logs import UNPRINTABLE, configure_logging, printable
from worker.settings import load_settings

NASTY = "red \x1b[31m bell \x07 back \x08 right-to-left \u202e c1 \x9b lines \n\r\u2028 end"


@pytest.fixture
def _restored():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.usefixtures("_restored")
def test_what_a_line_says_is_harmless_and_stays_one_line(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings(log_format=form))
    structlog.get_logger("test").warning("event", title=NASTY, nested={"list": [NASTY]})
    logging.getLogger("other").warning("by a library: %s", NASTY)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert not any(UNPRINTABLE.search(line) for line in lines)
    assert "right-to-left" in lines[0]


@pytest.mark.usefixtures("_restored")
def test_json_lines_hold_what_a_machine_looks_for(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings(log_format="json"))
    structlog.get_logger("test").info("article dead-lettered", entry_id="1-1", reason="schema")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["entry_id"], line["reason"]) == (
        "article dead-lettered",
        "info",
        "1-1",
        "schema",
    )


@given(st.text())
def test_printable_text_stays_as_it_is_and_the_rest_is_escaped(text: str) -> None:
    shown = printable(text)
    assert not UNPRINTABLE.search(shown)
    if not UNPRINTABLE.search(text):
        assert shown == text
