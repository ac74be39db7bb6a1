"""Quotation marks are paired by shape and paragraph; strays yield nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extraction.quotations import find_quotations


def outermost(text: str) -> list[str]:
    return [text[q.start : q.end] for q in find_quotations(text) if q.depth == 0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We stay,” the envoy said. “For now.”", ["“We stay,”", "“For now.”"]),
        ('"We stay," the envoy said. "For now."', ['"We stay,"', '"For now."']),
        ("''We stay,'' the envoy said. ''For now.''", ["''We stay,''", "''For now.''"]),
        ("``We stay,'' the envoy said.", ["``We stay,''"]),
        ("‘We stay,’ the envoy said. ‘For now.’", ["‘We stay,’", "‘For now.’"]),
        ("'We stay,' the envoy said. 'We don't leave.'", ["'We stay,'", "'We don't leave.'"]),
        ("«We stay», the envoy said.", ["«We stay»"]),
        ("The envoy („We stay“) left.", ["„We stay“"]),
        ("It’s the union’s offer, the members’ own.", []),
        ("It's the members' own '90s deal.", []),
        ("‘We back the members’ plan,’ she said.", ["‘We back the members’ plan,’"]),
        ('A 12" pipe and a 3" valve.', []),
        ("Talks ended.” Nobody spoke.", []),
        ("He said the “so-called truce was over.", []),
        ("He said “one thing. She said “another thing.”", ["“another thing.”"]),
        ('The "red line" and the "green line" stand.', ['"red line"', '"green line"']),
        ("", []),
    ],
)
def test_marks_pair_by_shape(text: str, expected: list[str]) -> None:
    assert outermost(text) == expected


def test_a_quotation_inside_a_quotation_is_one_level_deeper() -> None:
    text = "“The minister told us ‘never’ and left,” she said."
    inner = [text[q.start : q.end] for q in find_quotations(text) if q.depth == 1]
    assert inner == ["‘never’"]


def test_british_style_nests_double_marks_in_single_ones() -> None:
    text = "‘He called it “a trap” yesterday,’ she said."
    assert [(text[q.start : q.end], q.depth) for q in find_quotations(text)] == [
        ("‘He called it “a trap” yesterday,’", 0),
        ("“a trap”", 1),
    ]


def test_three_apostrophes_close_the_inner_quotation_first() -> None:
    text = "''They told me 'never,''' he wrote."
    assert [text[q.start : q.end] for q in find_quotations(text)] == ["''They told me 'never,'''", "'never,'"]


@pytest.mark.parametrize(("opening", "closing"), [("“", "”"), ('"', '"'), ("''", "''"), ("‘", "’"), ("'", "'")])
def test_a_quotation_that_runs_on_reopens_each_paragraph(opening: str, closing: str) -> None:
    text = f"{opening}We came to talk.\n\n{opening}We leave with nothing.{closing} He sat down."
    first, second = find_quotations(text)
    assert text[first.start : first.end] == f"{opening}We came to talk."
    assert (first.closed, first.runs_on, second.continued) == (False, True, True)
    assert text[second.start : second.end] == f"{opening}We leave with nothing.{closing}"


def test_an_apostrophe_does_not_end_a_single_quotation_that_runs_on() -> None:
    text = "'We don't share the members' doubts about it.\n\n'We never did.'"
    assert outermost(text) == ["'We don't share the members' doubts about it.", "'We never did.'"]


def test_a_paragraph_that_opens_and_never_closes_is_quoted_to_its_end() -> None:
    text = "“We came to talk.\nThe hall was empty."
    (only,) = find_quotations(text)
    assert (text[only.start : only.end], only.closed, only.runs_on) == ("“We came to talk.", False, False)


def test_a_stray_mark_does_not_reach_into_the_next_paragraph() -> None:
    assert outermost("A stray “ mark.\nThe “real” one.") == ["“real”"]


@given(st.text(alphabet=st.sampled_from(list("ab s.,'\"“”‘’«»`„\n -(")), max_size=200))
def test_any_text_gives_ordered_spans_that_nest_and_stay_in_their_paragraph(text: str) -> None:
    found = find_quotations(text)
    assert [q.start for q in found] == sorted(q.start for q in found)
    for index, one in enumerate(found):
        assert 0 <= one.start < one.end <= len(text)
        assert "\n" not in text[one.start : one.end]
        for other in found[index + 1 :]:
            assert other.start >= one.end or other.end <= one.end
