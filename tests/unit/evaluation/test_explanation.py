"""Explanations: marks that fit the text, and a page that shows whatever an article holds and runs none of it."""

import re
from array import array
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.examples import POSITION
from schemas.messages import ArticleMessage
from worker.cleaning.article import CleanedArticle
from worker.commands.explain import load_explainer, marked, show
from worker.evaluation.explanation import (
    ExplainedArticle,
    ExplainedEvent,
    Explainer,
    Mark,
    MarkKind,
    Why,
    segments,
)
from worker.evaluation.explanation_page import page
from worker.settings import load_settings

HOSTILE = "</div><script>alert(1)</script><img src=x onerror=alert(2)> \"quoted\" & 'so' \x1b[31m"
SPAN = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted)
MARKS = st.lists(
    st.builds(
        lambda span, kind, event: Mark(*span, kind, event), SPAN, st.sampled_from(list(MarkKind)), st.integers(1, 3)
    )
)


class Tags(HTMLParser):
    """Collects tags with their attributes, and the visible text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def article(text: str, marks: tuple[Mark, ...] = ()) -> ExplainedArticle:
    cleaned = CleanedArticle(text, array("i", range(len(text))), (), None, "en", None, text, text, None, (), None)
    event = POSITION.model_copy(update={"party": POSITION.party.model_copy(update={"name": text})})
    why = (Why(text, text),)
    return ExplainedArticle(
        ArticleMessage(id=text[:500] or "x", body=text), cleaned, (ExplainedEvent(1, event, why),), marks, text
    )


@given(MARKS)
def test_segments_cover_the_text_once_and_in_order(marks: list[Mark]) -> None:
    found = segments(30, marks)
    assert [segment.start for segment in found] == [0, *(segment.end for segment in found[:-1])]
    assert found[-1].end == 30


@given(MARKS)
def test_a_segment_carries_the_marks_that_cover_it(marks: list[Mark]) -> None:
    for segment in segments(30, marks):
        assert list(segment.marks) == [mark for mark in marks if mark.start < segment.end and segment.start < mark.end]


@given(st.text(max_size=30), MARKS)
def test_the_page_shows_the_text_whatever_it_holds(text: str, marks: list[Mark]) -> None:
    shown = Tags(page([article(text, tuple(marks))]))
    assert {tag for tag, _ in shown.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "span", "article", "div"),
        *("sup", "a", "table", "tr", "th", "td"),
    }


def test_nothing_of_an_article_is_run_or_loaded() -> None:
    document = page([article(HOSTILE, (Mark(0, 20, MarkKind.EVIDENCE, 1), Mark(5, 40, MarkKind.CUE, 1)))])
    shown = Tags(document)
    assert not {"script", "img", "iframe", "link", "object"} & {tag for tag, _ in shown.tags}
    attributes = {name for _, attributes in shown.tags for name in attributes}
    assert not {name for name in attributes if name.startswith("on") or name in {"src", "style"}}
    assert all(found["href"].startswith("#") for tag, found in shown.tags if tag == "a" and found["href"])
    assert "alert(1)" in shown.text


def test_the_policy_lets_the_browser_do_nothing_but_use_this_style_sheet() -> None:
    document = page([])
    [policy] = [found["content"] for tag, found in Tags(document).tags if found.get("http-equiv")]
    style = re.search(r"<style>(.*?)</style>", document, re.DOTALL)
    assert style and policy
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_links_lead_to_the_events_of_their_article() -> None:
    shown = Tags(page([article("x" * 30, (Mark(0, 9, MarkKind.EVIDENCE, 1),))] * 2))
    targets = {found["id"] for _, found in shown.tags if "id" in found}
    links = [found["href"] for tag, found in shown.tags if tag == "a"]
    assert links == ["#event-1-1", "#event-2-1"]
    assert {(link or "").removeprefix("#") for link in links} <= targets


def test_marks_on_the_terminal_keep_their_place_beside_controls() -> None:
    shown = marked(article("\x1b[31m dam", (Mark(6, 9, MarkKind.CUE, 1),)))
    assert shown.plain == "\ufffd[31m dam"
    assert [(span.start, span.end) for span in shown.spans if span.style] == [(6, 9)]


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    return load_explainer(load_settings())


def test_each_event_of_an_article_is_explained(explainer: Explainer) -> None:
    body = (
        "Norway rejected the ceasefire proposal on Monday.\n\nForeign minister Kari Holm said that Oslo would not sign "
        "the agreement unless Denmark withdrew its troops.\n\nDenmark called on Norway to return to the talks."
    )
    explained = explainer.explain(ArticleMessage(id="n", body=body))
    assert explained.events
    text = explained.cleaned.text
    for event in explained.events:
        assert {"on which issue?", "words that tell the stance"} <= {why.question for why in event.why}
        [evidence] = [mark for mark in explained.marks if (mark.kind, mark.event) == (MarkKind.EVIDENCE, event.number)]
        assert text[evidence.start : evidence.end] == event.event.evidence.text
    assert any(text[mark.start : mark.end] == "said" for mark in explained.marks if mark.kind is MarkKind.CUE)


def test_a_hostile_article_harms_neither_page_nor_terminal(
    explainer: Explainer, capsys: pytest.CaptureFixture[str]
) -> None:
    attack = "\"'></h2><script>alert(1)</script><svg onload=alert(2)>\x1b]0;owned\x07\x1b[2J\u202e"
    body = (
        f"Norway rejected the ceasefire proposal on Monday, minister Kari {attack} Holm said.\n\n"
        f"Oslo will not sign the agreement unless {attack} Denmark withdraws its troops, Holm told reporters.\n\n"
        f"[bold]Denmark[/bold] called on Norway to return to the talks. {attack}"
    )
    message = ArticleMessage(
        id=attack, body=body, title=attack, source=attack, url=f"javascript:alert(3){attack}", published_at=None
    )
    explained = explainer.explain(message)
    assert explained.events
    shown = Tags(page([explained]))
    assert not {"script", "svg", "img", "iframe", "link", "object", "base", "form"} & {tag for tag, _ in shown.tags}
    attributes = [(name, value) for _, found in shown.tags for name, value in found.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name in {"src", "style"}]
    assert not [value for _, value in attributes if value and ("alert" in value or "javascript" in value)]
    show(explained)
    printed = capsys.readouterr().out
    assert "ceasefire" in printed
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", printed)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("", "skipped: empty"),
        ("The pumpkin won first prize at the village show, its proud grower told everybody.", "no negotiation"),
    ],
)
def test_an_article_without_positions_says_why(explainer: Explainer, body: str, outcome: str) -> None:
    assert outcome in explainer.explain(ArticleMessage(body=body)).outcome
