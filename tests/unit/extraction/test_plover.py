"""Which event is a position in PLOVER?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Issue, Stance
from worker.extraction.domain import load_domain
from worker.extraction.plover import HYPOTHETICAL, plover_event

EVENTS = {"SUPPORT", "AGREE", "CONCEDE", "REQUEST", "REJECT", "ACCUSE", "THREATEN"}


@pytest.mark.parametrize(
    ("stance", "issue", "cue_class", "words", "event", "mode"),
    [
        (Stance.SUPPORT, Issue.TRADE, "approval", "", "SUPPORT", None),
        (Stance.SUPPORT, Issue.TALKS, "acceptance", "", "AGREE", "meet"),
        (Stance.SUPPORT, Issue.SETTLEMENT, "acceptance", "", "AGREE", "settle"),
        (Stance.PROPOSE, Issue.TALKS, "proposal", "offered to meet", "AGREE", "meet"),
        (Stance.PROPOSE, Issue.TERRITORY, "proposal", "offered to withdraw its troops", "CONCEDE", "retreat"),
        (Stance.PROPOSE, Issue.SANCTIONS, "proposal", "offered to lift the embargo", "CONCEDE", "ease"),
        (Stance.DEMAND, Issue.MILITARY_AID, "request", "", "REQUEST", "assist"),
        (Stance.DEMAND, Issue.TALKS, "request", "", "REQUEST", "meet"),
        (Stance.DEMAND, Issue.TERRITORY, "request", "", "REQUEST", "yield"),
        (Stance.DEMAND, Issue.TRADE, "request", "", "REQUEST", "change"),
        (Stance.OPPOSE, Issue.TALKS, "refusal", "", "REJECT", "meet"),
        (Stance.OPPOSE, Issue.TRADE, "disapproval", "", "ACCUSE", None),
        (Stance.THREATEN, Issue.TRADE, "threat", "threatened new tariffs", "THREATEN", "restrict"),
        (Stance.THREATEN, Issue.SETTLEMENT, "threat", "threatened to walk away", "THREATEN", "relations"),
        (Stance.THREATEN, Issue.SECURITY, "threat", "threatened to bomb the port", "THREATEN", "violence"),
        (Stance.THREATEN, Issue.TERRITORY, "threat", "", "THREATEN", "territory"),
    ],
)
def test_stance_issue_and_cue_give_the_event(
    stance: Stance, issue: Issue, cue_class: str, words: str, event: str, mode: str | None
) -> None:
    found = plover_event(stance, issue, cue_class=cue_class, words=words)
    assert (found.event, found.mode) == (event, mode)


@pytest.mark.parametrize(
    ("underlying", "event"), [(Stance.OPPOSE, "REJECT"), (Stance.PROPOSE, "AGREE"), (None, "SUPPORT")]
)
def test_a_conditional_position_is_the_hypothetical_event_that_it_holds(underlying: Stance | None, event: str) -> None:
    found = plover_event(Stance.CONDITIONAL, Issue.TALKS, underlying=underlying)
    assert (found.event, found.mode) == (event, HYPOTHETICAL)


def test_a_fighting_partys_call_for_a_ceasefire_is_an_offer_to_agree() -> None:
    assert plover_event(Stance.DEMAND, Issue.CEASEFIRE, own_conflict=True).event == "AGREE"
    assert plover_event(Stance.DEMAND, Issue.CEASEFIRE, own_conflict=False).event == "REQUEST"


CLASSES = sorted({cue.class_ for _, cue in load_domain().cue_forms()})


@given(
    stance=st.sampled_from(Stance),
    issue=st.sampled_from(Issue),
    cue_class=st.none() | st.sampled_from(CLASSES),
    words=st.text(max_size=40),
    underlying=st.none() | st.sampled_from(Stance),
    own_conflict=st.booleans(),
)
def test_every_position_has_an_event_of_the_vocabulary(
    stance: Stance, issue: Issue, cue_class: str | None, words: str, underlying: Stance | None, own_conflict: bool
) -> None:
    found = plover_event(
        stance, issue, cue_class=cue_class, words=words, underlying=underlying, own_conflict=own_conflict
    )
    assert found.event in EVENTS
    assert (found.mode == HYPOTHETICAL) == (stance in (Stance.CONDITIONAL, Stance.UNDECIDED))
