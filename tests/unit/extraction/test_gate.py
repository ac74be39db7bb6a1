"""Which articles concern a negotiation, and which sentences can carry a position?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extraction.domain import load_domain
from worker.extraction.gate import DENSITY_THRESHOLD, GatedArticle, gate_article

DOMAIN = load_domain()


def gate(text: str, threshold: float = 0.0, density: float = 0.0) -> GatedArticle:
    """Gate a text whose sentences end in a full stop; by default every article passes."""
    spans = [match.span() for match in re.finditer(r"[^\s.][^.]*\.[”\"]?", text)]
    return gate_article(text, spans, domain=DOMAIN, threshold=threshold, density=density)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("Arland rejected the truce on Monday. Its envoy said talks with Borduria would not resume.", True),
        ("The union turned down a pay offer of 3 percent. Its negotiators want talks with the railway.", True),
        ("The striker scored twice before half time. The crowd sang until dawn.", False),
        ("Bake the tart for thirty minutes. Serve it with cream, and let it rest.", False),
    ],
)
def test_an_article_passes_when_it_concerns_a_negotiation(text: str, passes: bool) -> None:
    spans = [(0, len(text))]
    assert gate_article(text, spans, domain=DOMAIN).passes is passes


def test_nothing_of_an_article_that_does_not_pass_is_let_through() -> None:
    assert gate("Arland said it would not sign.", threshold=1000.0).sentences == ()


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("Arland rejects the plan.", True),
        ("The ceasefire is a must for us.", True),
        ("“Not today.”", True),
        ("The sun shone on a quiet harbour.", False),
    ],
)
def test_a_sentence_passes_when_a_cue_an_issue_or_a_quotation_stands_in_it(sentence: str, passes: bool) -> None:
    assert bool(gate(sentence).sentences) is passes


def test_sentences_inside_a_running_quotation_pass() -> None:
    text = "He smiled. “It was a warm day. The birds sang. Trees stood green.” Dogs barked."
    assert gate(text).sentences == (1, 2, 3)


def test_a_line_end_closes_a_stray_quotation_mark() -> None:
    text = 'A 5" pipe burst.\nThe birds sang.\nTrees stood green.'
    assert gate(text).sentences == (0,)


def test_long_articles_need_more_evidence_than_short_ones() -> None:
    short = "Arland agreed to a ceasefire."
    assert gate(short).evidence > gate(short + " Rain fell on the hills." * 200).evidence


@given(st.text(alphabet="abc “”\"'‘’.\n", max_size=80))
def test_stray_quotation_marks_never_raise(text: str) -> None:
    assert set(gate(text).sentences) <= set(range(len(text)))


def test_a_long_article_that_touches_a_negotiation_in_passing_does_not_pass() -> None:
    talks = "The minister rejected the ceasefire proposal and demanded new peace talks on sanctions and tariffs.\n"
    garden = "The roses in the old garden were red, and the gardener watered them every morning at six.\n"

    assert gate(talks * 3, density=DENSITY_THRESHOLD).passes
    assert not gate(talks * 3 + garden * 150, density=DENSITY_THRESHOLD).passes


@pytest.mark.parametrize(
    ("evidence", "low", "high"), [(0.0, 0.0, 0.0), (16.0, 0.02, 0.2), (23.8, 0.49, 0.51), (45.0, 0.95, 1.0)]
)
def test_the_more_evidence_the_likelier_a_negotiation(evidence: float, low: float, high: float) -> None:
    assert low <= GatedArticle(True, (), evidence).likelihood <= high
