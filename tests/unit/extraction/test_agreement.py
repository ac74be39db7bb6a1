"""What the rest of an article says of a label."""

import numpy as np
import pytest

from schemas.codes import Issue, Stance
from worker.extraction.agreement import AGREEMENT_FEATURES, Agreement
from worker.extraction.encoder import CandidateLabels

CEASEFIRE, TRADE = list(Issue).index(Issue.CEASEFIRE), list(Issue).index(Issue.TRADE)
OPPOSE, SUPPORT = list(Stance).index(Stance.OPPOSE), list(Stance).index(Stance.SUPPORT)


def labels(sentence: int, party: int, issue: int, stance: int, present: float = 0.8) -> CandidateLabels:
    issues = np.full(len(Issue), 0.01, np.float32)
    issues[issue] = 1 - issues.sum() + 0.01
    stances = np.full((len(Issue), len(Stance)), 0.02, np.float32)
    stances[:, stance] = 0.88
    even = np.full(4, 0.25, np.float32)
    return CandidateLabels(
        sentence=sentence,
        party=party,
        present=present,
        issues=issues,
        stances=stances,
        attribution=even,
        time=even[:2],
        has_condition=0.0,
        addressees=((None, 1.0),),
    )


def feature(name: str, asked: CandidateLabels, others: list[CandidateLabels]) -> float:
    return dict(zip(AGREEMENT_FEATURES, Agreement([asked, *others]).features(asked, CEASEFIRE, OPPOSE), strict=True))[
        name
    ]


def test_the_same_label_in_another_sentence_bears_it_out() -> None:
    asked = labels(0, 0, CEASEFIRE, OPPOSE)
    alone = feature("same_elsewhere", asked, [])
    assert feature("same_elsewhere", asked, [labels(3, 0, CEASEFIRE, OPPOSE)]) > alone + 3


def test_a_label_does_not_bear_out_itself() -> None:
    unsure, sure = (labels(0, 0, CEASEFIRE, OPPOSE, present) for present in (0.1, 0.99))
    assert feature("same_elsewhere", sure, []) == pytest.approx(feature("same_elsewhere", unsure, []), abs=1e-6)


def test_another_stance_bears_out_the_issue_only() -> None:
    asked, other = labels(0, 0, CEASEFIRE, OPPOSE), labels(3, 0, CEASEFIRE, SUPPORT)
    assert feature("issue_elsewhere", asked, [other]) > feature("same_elsewhere", asked, [other]) + 3


def test_another_party_bears_out_only_that_the_article_is_about_the_issue() -> None:
    asked, other = labels(0, 0, CEASEFIRE, OPPOSE), labels(3, 1, CEASEFIRE, OPPOSE)
    astray = labels(3, 1, TRADE, OPPOSE)
    assert feature("same_elsewhere", asked, [other]) == feature("same_elsewhere", asked, [])
    assert feature("issue_share", asked, [other]) > feature("issue_share", asked, [astray])
