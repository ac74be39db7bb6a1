"""Towards whom a position is addressed."""

import numpy as np

from schemas.codes import Attribution, Issue, Stance, TimeFrame
from worker.extraction.addressees import Addressees
from worker.extraction.encoder import CandidateLabels


def candidate(
    sentence: int, addressees: tuple[tuple[int | None, float], ...], *, present: float = 0.9
) -> CandidateLabels:
    return CandidateLabels(
        sentence=sentence,
        party=0,
        present=present,
        issues=np.full(len(Issue), 1 / len(Issue), np.float32),
        stances=np.full((len(Issue), len(Stance)), 1 / len(Stance), np.float32),
        attribution=np.full(len(Attribution), 1 / len(Attribution), np.float32),
        time=np.full(len(TimeFrame), 1 / len(TimeFrame), np.float32),
        has_condition=0.0,
        addressees=addressees,
    )


def test_the_sentence_decides_where_it_is_plain() -> None:
    plain = candidate(0, ((None, 0.05), (1, 0.9), (2, 0.05)))

    assert Addressees([plain]).of(plain) == 1


def test_where_the_sentence_leaves_it_open_the_usual_addressee_is_meant() -> None:
    usual = [candidate(n, ((None, 0.05), (1, 0.05), (2, 0.9))) for n in range(4)]
    open_question = candidate(5, ((None, 0.1), (1, 0.46), (2, 0.44)))

    assert Addressees([*usual, open_question]).of(open_question) == 2


def test_nobody_is_addressed_where_no_other_party_is_there() -> None:
    alone = candidate(0, ((None, 1.0),))

    assert Addressees([alone]).of(alone) is None
