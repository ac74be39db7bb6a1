"""How does a party stand?"""

import pytest
from spacy.language import Language

from schemas.codes import Stance
from worker.extraction.domain import load_domain
from worker.extraction.stances import decide_stance, read_stances, score_stances

DOMAIN = load_domain()


def stance(nlp: Language, text: str, holder: str | None = None) -> Stance | None:
    doc = nlp(text)
    holders = [token for token in doc if token.text == holder]
    assert holder is None or holders
    return next(iter(score_stances(doc[:], holders, domain=DOMAIN)), None)


@pytest.mark.parametrize(
    ("text", "holder", "expected"),
    [
        # what the predicate says
        ("Arland rejected the offer.", "Arland", Stance.OPPOSE),
        ("Arland ruled out a truce.", "Arland", Stance.OPPOSE),
        ("Arland accepted the offer.", "Arland", Stance.SUPPORT),
        ("Arland demanded an apology.", "Arland", Stance.DEMAND),
        ("Arland called on its neighbours to stop the raids.", "Arland", Stance.DEMAND),
        ("Arland proposed a truce of ten days.", "Arland", Stance.PROPOSE),
        ("Arland threatened to close the strait.", "Arland", Stance.THREATEN),
        ("Arland is considering the offer.", "Arland", Stance.UNDECIDED),
        # nouns and adjectives
        ("Arland is ready for talks.", "Arland", Stance.SUPPORT),
        ("Arland is opposed to the plan.", "Arland", Stance.OPPOSE),
        ("Arland's refusal to sign surprised many.", "Arland", Stance.OPPOSE),
        ("Arland voiced support for the plan.", "Arland", Stance.SUPPORT),
        # negation and verbs that deny
        ("Arland will not accept the offer.", "Arland", Stance.OPPOSE),
        ("Arland did not rule out a truce.", "Arland", Stance.UNDECIDED),
        ("Arland refused to rule out a truce.", "Arland", Stance.UNDECIDED),
        ("Arland refused to sign.", "Arland", Stance.OPPOSE),
        ("Arland never agreed to the plan.", "Arland", Stance.OPPOSE),
        # modality and harm
        ("Arland will not send a delegation.", "Arland", Stance.OPPOSE),
        ("Arland could retaliate against the port.", "Arland", Stance.THREATEN),
        ("Arland will send a delegation.", "Arland", Stance.PROPOSE),
        # what it says
        ("Arland said it would not attend the talks.", "Arland", Stance.OPPOSE),
        ("Arland said the blockade must end.", "Arland", Stance.DEMAND),
        ("Arland says the terms are unacceptable.", "Arland", Stance.OPPOSE),
        # wishes for itself and from others
        ("Arland wants to join the pact.", "Arland", Stance.SUPPORT),
        ("Arland wants Borduria to join the pact.", "Arland", Stance.DEMAND),
        # passive
        ("The offer was rejected by Arland.", "Arland", Stance.OPPOSE),
        ("Arland was angered by the offer.", "Arland", Stance.OPPOSE),
    ],
)
def test_a_party_stands_as_the_predicates_it_governs_say(
    nlp: Language, text: str, holder: str, expected: Stance
) -> None:
    assert stance(nlp, text, holder) is expected


def test_each_party_of_a_sentence_is_read_on_its_own_predicates(nlp: Language) -> None:
    text = "Arland rejected the plan, but Borduria accepted it."
    assert stance(nlp, text, "Arland") is Stance.OPPOSE
    assert stance(nlp, text, "Borduria") is Stance.SUPPORT


def test_coordinated_parties_share_a_predicate(nlp: Language) -> None:
    text = "Arland and Borduria rejected the plan."
    assert {stance(nlp, text, "Arland"), stance(nlp, text, "Borduria")} == {Stance.OPPOSE}


def test_what_others_refuse_is_a_reproach_of_the_one_who_says_so(nlp: Language) -> None:
    text = "Arland said Borduria was breaking the truce."
    assert stance(nlp, text, "Arland") is Stance.OPPOSE


def test_a_quotation_without_its_tag_is_read_as_the_partys_own_words(nlp: Language) -> None:
    assert stance(nlp, "“We will never accept this plan.”") is Stance.OPPOSE


def test_a_command_in_a_quotation_demands(nlp: Language) -> None:
    assert stance(nlp, "Lift the siege at once.") is Stance.DEMAND


def test_a_sentence_without_a_cue_tells_no_stance(nlp: Language) -> None:
    assert stance(nlp, "Arland is a country in the north.", "Arland") is None


def test_a_reading_shows_the_words_it_rests_on(nlp: Language) -> None:
    doc = nlp("Arland ruled out a truce.")
    (reading,) = read_stances(doc[:], [doc[0]], domain=DOMAIN)
    assert (doc.text[slice(*reading.cue)], reading.class_, reading.negated) == ("ruled out", "refusal", False)


def test_a_sentence_is_read_the_same_alone_and_in_its_article(nlp: Language) -> None:
    text = "Arland rejected the plan."
    longer = nlp(f"Rain fell. {text} Borduria accepted it.")
    sentence = next(found for found in longer.sents if found.text == text)
    alone = nlp(text)
    assert score_stances(sentence, [sentence[0]], domain=DOMAIN) == score_stances(alone[:], [alone[0]], domain=DOMAIN)


def test_a_domain_pack_adds_cues_of_its_own(nlp: Language) -> None:
    pay_round = load_domain("pay_round")
    doc = nlp("The dockers picketed the harbour.")
    dockers = [doc[1]]
    assert next(iter(score_stances(doc[:], dockers, domain=DOMAIN)), None) is None
    assert next(iter(score_stances(doc[:], dockers, domain=pay_round))) is Stance.OPPOSE


@pytest.mark.parametrize(
    ("scores", "conditional", "expected"),
    [
        ({Stance.SUPPORT: 2.0, Stance.OPPOSE: 1.0}, False, Stance.SUPPORT),
        ({Stance.SUPPORT: 2.0}, True, Stance.CONDITIONAL),
        ({Stance.OPPOSE: 2.0}, True, Stance.CONDITIONAL),
        ({Stance.THREATEN: 2.0}, True, Stance.THREATEN),
        ({Stance.DEMAND: 2.0}, True, Stance.DEMAND),
        ({}, False, None),
    ],
)
def test_a_condition_makes_all_but_threats_and_demands_conditional(
    scores: dict[Stance, float], conditional: bool, expected: Stance | None
) -> None:
    assert decide_stance(scores, conditional=conditional) is expected
