"""Towards whom a position is."""

import numpy as np
import pytest

from schemas.codes import Issue, Stance
from worker.extraction.addressees import Addressees
from worker.extraction.encoder import CandidateLabels

Answers = dict[int | None, float]


def labels(party: int, addressees: Answers, *, sentence: int = 0) -> CandidateLabels:
    even = np.full(4, 0.25, np.float32)
    return CandidateLabels(
        sentence=sentence,
        party=party,
        present=0.9,
        issues=np.full(len(Issue), 1 / len(Issue), np.float32),
        stances=np.full((len(Issue), len(Stance)), 1 / len(Stance), np.float32),
        attribution=even,
        time=even[:2],
        has_condition=0.0,
        addressees=tuple(addressees.items()),
    )


@pytest.mark.parametrize(
    ("own", "elsewhere", "expected"),
    [
        ({None: 0.2, 1: 0.7, 2: 0.1}, [], 1),
        ({None: 0.1, 1: 0.43, 2: 0.47}, [labels(0, {None: 0.1, 1: 0.9}, sentence=s) for s in range(1, 4)], 1),
        ({None: 0.1, 1: 0.1, 2: 0.8}, [labels(0, {None: 0.1, 1: 0.9}, sentence=s) for s in range(1, 4)], 2),
        ({None: 0.1, 1: 0.43, 2: 0.47}, [labels(3, {None: 0.1, 1: 0.9}, sentence=s) for s in range(1, 4)], 2),
        ({}, [], None),
    ],
    ids=[
        "the sentence alone",
        "leans to the party's usual",
        "the sentence is sure",
        "another party's usual",
        "nobody there",
    ],
)
def test_the_sentence_decides_and_the_article_tips(
    own: Answers, elsewhere: list[CandidateLabels], expected: int | None
) -> None:
    asked = labels(0, own)
    assert Addressees([asked, *elsewhere]).likeliest(asked) == expected
