"""Texts of strangers on the terminal: nothing in them may drive it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.commands.lines import describe
from worker.commands.terminal import one_line, printable

ANYTHING = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, ünïcödé, 中文", "plain text, ünïcödé, 中文"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("bell\x07 back\x08", "bell\\x07 back\\x08"),
        ("c1 \x9b31m", "c1 \\x9b31m"),
        ("carriage\rreturn", "carriage\\rreturn"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("half \ud83d", "half \\ud83d"),
    ],
)
def test_controls_are_written_as_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(ANYTHING)
def test_what_is_printable_holds_no_control(text: str) -> None:
    left = {unicodedata.category(character) for character in printable(text)} - {"Co", "Cn"}
    assert not left & {"Cs"}
    assert all(c in "\t\n" for c in printable(text) if unicodedata.category(c) == "Cc")


@given(ANYTHING)
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@given(ANYTHING, st.integers(min_value=2, max_value=40))
def test_one_line_is_one_line_and_no_wider(text: str, width: int) -> None:
    line = one_line(text, width=width)
    assert len(line) <= width
    assert "\n" not in line


@pytest.mark.parametrize("topic", ["positions", "articles.processed", "articles.dead", "articles", "shifts"])
@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | ANYTHING,
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["party", "name", "evidence", "text", "stance", "article_id", "error", "title", "body"]
                ),
                inner,
            )
        ),
        max_leaves=8,
    )
)
def test_whatever_stands_in_a_topic_can_be_told_in_a_line(topic: str, data: object) -> None:
    line = describe(topic, data).plain
    assert "\n" not in line
    assert "\x1b" not in line


def test_markup_in_an_article_is_text() -> None:
    position = {"party": {"name": "[bold red]Ruritania[/]"}, "stance": "oppose", "issue": "trade"}
    assert describe("positions", position).plain.startswith("[bold red]Ruritania[/] oppose trade")
