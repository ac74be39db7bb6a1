"""What becomes of a batch: outcomes in order, one reason each, the same positions whatever stands around an article."""

import json
from functools import cache

import pytest

from schemas.codes import Reason
from worker.outcome import Outcome, Processed, Refused
from worker.pipeline import Pipeline, load_pipeline

ARTICLE = """Chile rejects Peru's ferry offer

LIMA, March 4 (Coastwire) - Chile's transport minister Ana Prado said on Tuesday that her country would not sign the \
ferry agreement unless Peru lowers its harbour tariffs.

"We reject this offer," Prado told reporters. "Peru must cut the tariffs first."

Peru called on Chile to return to the negotiations and said it was ready to discuss a defence clause in the deal."""

RESIDUE_BEFORE = """We use cookies to improve your experience. By continuing you accept our Cookie Policy.
Sign in | Subscribe
Share this article on Facebook"""

RESIDUE_AFTER = """Read more: Ten beaches you must see
Leave a Comment
Your email address will not be published. Required fields are marked *
© 2026 Coastwire. All rights reserved."""


@cache
def pipeline() -> Pipeline:
    return load_pipeline()


def message(body: str, **fields: object) -> bytes:
    return json.dumps({"body": body, "published_at": "2026-03-04", **fields}).encode()


def run(*payloads: bytes) -> list[Outcome]:
    return pipeline().run(payloads)


def processed(payload: bytes) -> Processed:
    [outcome] = run(payload)
    assert isinstance(outcome, Processed)
    return outcome


CLEAR = 0.22
"""Confidence of a position that may neither come nor go with the looks of a text; just above the threshold some may."""


def labels(payload: bytes) -> set[tuple[str, str, str, str]]:
    return {(e.party.name, e.issue, e.stance, e.evidence.text) for e in processed(payload).positions}


def test_positions_come_with_all_their_fields() -> None:
    events = processed(message(ARTICLE, id="a1")).positions
    refusals = [e for e in events if e.party.name == "Chile" and e.stance in {"oppose", "conditional"}]

    assert refusals
    assert {e.speaker.name for e in refusals if e.speaker} == {"Ana Prado"}
    assert all(e.article.id == "a1" and e.party.iso3 == "CHL" and e.plover.event for e in refusals)


def test_every_span_is_the_words_it_says_in_the_cleaned_text_and_in_the_body() -> None:
    body = RESIDUE_BEFORE + "\n\n" + ARTICLE
    outcome = processed(message(body))

    assert outcome.positions
    for event in outcome.positions:
        for span in filter(None, (event.evidence, event.condition, event.proposition)):
            assert outcome.cleaned_text[span.start : span.end] == span.text
            assert span.raw_start is not None
            assert body[span.raw_start : span.raw_end].split() == span.text.split()


def test_an_article_fed_twice_gets_the_same_ids() -> None:
    first, second = processed(message(ARTICLE)), processed(message(ARTICLE))

    assert [e.position_id for e in first.positions] == [e.position_id for e in second.positions]


def test_neighbours_in_a_batch_change_nothing() -> None:
    bad = [b"no json", b"{}", message(""), message("x" * 50)]
    batch = run(bad[0], message(ARTICLE), bad[1], message(ARTICLE, id="other"), *bad[2:])

    assert isinstance(batch[1], Processed)
    assert batch[1].positions == processed(message(ARTICLE)).positions
    assert [type(o) for o in batch] == [Refused, Processed, Refused, Processed, Processed, Processed]


@pytest.mark.parametrize(
    "changed",
    [
        RESIDUE_BEFORE + "\n\n" + ARTICLE,
        ARTICLE + "\n\n" + RESIDUE_AFTER,
        ARTICLE.replace('"We', "“We")
        .replace('offer,"', "offer,”")
        .replace('"Peru must', "“Peru must")
        .replace('first."', "first.”"),
        ARTICLE.replace("defence", "defense"),
        ARTICLE.replace("harbour", "harbor"),
    ],
    ids=["boilerplate before", "boilerplate after", "curly quotes", "American defense", "American harbor"],
)
def test_what_surrounds_or_spells_the_words_does_not_change_who_stands_where(changed: str) -> None:
    def positions(body: str, *, above: float = 0.0) -> set[tuple[str, str, str]]:
        return {(e.party.name, e.issue, e.stance) for e in processed(message(body)).positions if e.confidence >= above}

    assert positions(ARTICLE, above=CLEAR)
    assert positions(ARTICLE, above=CLEAR) <= positions(changed)
    assert positions(changed, above=CLEAR) <= positions(ARTICLE)


def test_a_page_gives_what_its_text_gives() -> None:
    paragraphs = "".join(f"<p>{p}</p>" for p in ARTICLE.split("\n\n")[1:])
    page = f"<html><body><nav><a href='/'>Home</a></nav><h1>{ARTICLE.splitlines()[0]}</h1>{paragraphs}</body></html>"

    assert {x[:3] for x in labels(message(page, content_type="text/html"))} == {x[:3] for x in labels(message(ARTICLE))}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"\xff\xfe", Reason.NOT_UTF8),
        (b"[]", Reason.SCHEMA),
        (b"{}", Reason.FIELD_MISSING),
        (b'{"body": 3}', Reason.SCHEMA),
        (b'{"body": "x", "boddy": "y"}', Reason.SCHEMA),
        (b'{"body": "x", "published_at": "yesterday"}', Reason.SCHEMA),
        (b'{"body": "' + b"x" * 20_000_000 + b'"}', Reason.TOO_LARGE),
        (b"[" * 100_000, Reason.TOO_DEEP),
    ],
)
def test_a_message_that_holds_no_article_is_refused_with_one_reason(payload: bytes, reason: Reason) -> None:
    [outcome] = run(payload)

    assert isinstance(outcome, Refused)
    assert outcome.reason is reason
    assert outcome.error


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", Reason.EMPTY),
        ("   \n ", Reason.EMPTY),
        ("Too little.", Reason.TOO_SHORT),
        (
            "Die Gewerkschaft lehnte das Angebot der Arbeitgeber am Montag ab und kündigte weitere Warnstreiks an. "
            * 3,
            Reason.LANGUAGE,
        ),
        (
            "The choir sang in the old church, and the children ate cake in the garden until it rained. " * 4,
            Reason.NO_NEGOTIATION,
        ),
    ],
)
def test_an_article_with_nothing_to_find_is_skipped_with_a_reason(body: str, reason: Reason) -> None:
    outcome = processed(message(body))

    assert outcome.summary.skipped is reason
    assert outcome.positions == ()
