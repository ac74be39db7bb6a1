"""The whole extraction on articles of our own: what must come out, and what must not change it."""

import re
from functools import cache

import pytest

from worker.extraction.component import plain_article, stancewire_pipeline
from worker.extraction.extractor import Extractor
from worker.extraction.loading import load_extractor
from worker.extraction.position import Position

TALKS = """Norway rejects Iceland's mackerel offer
Norway will not accept Iceland's proposal to split the mackerel quota, its fisheries minister said on Tuesday.
"We cannot sign an agreement that ignores science," Norwegian fisheries minister Kari Holm told reporters. \
"Iceland must cut its catch first."
Iceland called on Norway to return to the talks and said it was ready to discuss a smaller share if Norway \
lifted its ban on landings.
The European Union threatened both sides with sanctions unless they reach a deal by June."""

WEATHER = """Storm floods harbour in Bergen
A storm flooded the old harbour in Bergen on Tuesday and cut power to two thousand homes.
Firefighters pumped water from cellars, and trains stood still for most of the morning.
The wind should ease by the weekend, forecasters said."""


@cache
def extractor() -> Extractor:
    return load_extractor()


def positions(text: str) -> tuple[Position, ...]:
    return extractor().extract([plain_article(text)])[0].positions


def labels(text: str) -> set[tuple[str, str, str]]:
    return {(p.party.name, p.issue.value, p.stance.value) for p in positions(text)}


def test_finds_who_stands_where() -> None:
    parties = {party for party, _, _ in labels(TALKS)}

    assert {"Norway", "Iceland", "European Union"} <= parties
    assert ("Norway", "oppose") in {(party, stance) for party, _, stance in labels(TALKS)}


def test_an_article_without_a_negotiation_gives_nothing() -> None:
    assert positions(WEATHER) == ()


def test_every_span_lies_in_the_text() -> None:
    for position in positions(TALKS):
        for span in (position.evidence, position.mention, position.condition, position.proposition):
            assert span is None or 0 <= span[0] < span[1] <= len(TALKS)


def test_countries_that_swap_names_keep_their_labels() -> None:
    swapped = TALKS.replace("Norway", "@").replace("Norwegian", "#").replace("Iceland", "Norway")
    swapped = swapped.replace("@", "Iceland").replace("#", "Icelandic")
    renamed = {"Norway": "Iceland", "Iceland": "Norway"}

    assert {(renamed.get(p, p), i, s) for p, i, s in labels(TALKS)} == labels(swapped)


@pytest.mark.parametrize(
    "changed",
    [
        re.sub(r'"(.*?)"', r"“\1”", TALKS),
        TALKS.replace("The European Union", "Brussels"),
        TALKS.replace("Kari Holm", "Ola Brandt"),
    ],
    ids=["curly quotes", "a metonym", "another official"],
)
def test_another_name_or_mark_for_the_same_thing_changes_nothing(changed: str) -> None:
    assert changed != TALKS
    assert labels(changed) == labels(TALKS)


def test_an_article_alone_and_in_a_batch_gives_the_same() -> None:
    articles = [plain_article(t) for t in (WEATHER, TALKS, TALKS + "\n" + WEATHER)]

    assert [e.positions for e in extractor().extract(articles)] == [
        extractor().extract([a])[0].positions for a in articles
    ]


def test_two_runs_give_the_same() -> None:
    assert positions(TALKS) == positions(TALKS)


def test_the_spacy_component_gives_the_same_positions_and_their_evidence() -> None:
    doc = stancewire_pipeline()(TALKS)

    assert doc._.positions == positions(TALKS)
    assert len(doc.spans["stancewire"]) == len(positions(TALKS))


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "?", "\x00", "sanctions talks deal ceasefire " * 2000, '"' * 999 + "talks and sanctions demand"],
)
def test_no_text_raises(text: str) -> None:
    positions(text)
