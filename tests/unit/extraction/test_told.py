"""Whose position a speaker tells: his own or another party's."""

import numpy as np
import pytest
from spacy.language import Language

from worker.extraction.domain import load_domain
from worker.extraction.encoder import CandidateLabels
from worker.extraction.told import without_tellers

DOMAIN = load_domain()
TELLER, OTHER = 0, 1


def candidate(party: int, present: float) -> CandidateLabels:
    nothing = np.zeros(1, np.float32)
    return CandidateLabels(0, party, present, nothing, nothing, nothing, nothing, 0.0, ())


def presences(nlp: Language, text: str, *, teller: float = 0.6, other: float = 0.8) -> tuple[float, float]:
    doc = nlp(text)
    roots = {party: [token for token in doc if token.text == name] for party, name in enumerate(("Macron", "Ukraine"))}
    first, second = without_tellers([candidate(TELLER, teller), candidate(OTHER, other)], roots, domain=DOMAIN)
    return first.present, second.present


@pytest.mark.parametrize(
    "text",
    [
        "Macron said Ukraine is ready for a ceasefire.",
        "Macron told reporters that Ukraine had agreed to the plan.",
        "Macron said Ukraine refuses to leave the town.",
    ],
)
def test_what_another_party_is_ready_for_is_not_the_tellers_position(nlp: Language, text: str) -> None:
    teller, other = presences(nlp, text)

    assert teller < 0.2
    assert other == 0.8


@pytest.mark.parametrize(
    "text",
    [
        "Macron said Ukraine must withdraw its troops.",
        "Macron said France is ready for a ceasefire.",
        "Macron said on Monday that the boats sailed.",
        "Macron met Ukraine.",
    ],
)
def test_what_another_party_has_to_do_stays_the_tellers_position(nlp: Language, text: str) -> None:
    assert presences(nlp, text) == (0.6, 0.8)


def test_the_teller_stays_where_the_other_is_the_less_likely_one(nlp: Language) -> None:
    assert presences(nlp, "Macron said Ukraine is ready for a ceasefire.", teller=0.8, other=0.1) == (0.8, 0.1)
