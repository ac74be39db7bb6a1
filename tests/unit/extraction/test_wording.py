"""The words around a party: names are masked, and a cue belongs to the party before it."""

import pytest

from schemas.codes import Stance
from worker.extraction.domain import Cue, load_domain
from worker.extraction.gazetteer import load_gazetteer
from worker.extraction.lexicon import Lexicon
from worker.extraction.reading import unlabelled
from worker.extraction.word_addressees import SIGNS, AddresseeWeights, weigh_addressees
from worker.extraction.wording import WordedSentence, word_sentence, words_around

DOMAIN = load_domain()
CUES: Lexicon[Cue] = Lexicon(DOMAIN.cue_forms())


def worded(text: str) -> tuple[WordedSentence, dict[str, int]]:
    article = unlabelled(text, [(0, len(text))], domain=DOMAIN, gazetteer=load_gazetteer(), year=None)
    numbers = {party: number for number, party in enumerate(article.parties)}
    sentence = word_sentence(
        text, (0, len(text)), article.voices[0], numbers=numbers, cues=CUES, negations=DOMAIN.polarity.negations
    )
    return sentence, {party.name: number for party, number in numbers.items()}


def test_parties_names_and_numbers_are_masked() -> None:
    sentence, _ = worded("Peru told Chile in Quillota on 12 May that it would wait.")

    assert [word.form for word in sentence.words if not word.form.islower()] == ["@", "@", "^", "#", "^", "@", "."]


def test_two_parties_that_swap_names_have_the_same_words() -> None:
    one, its = worded("Peru urged Chile to lift the ban.")
    other, their = worded("Chile urged Peru to lift the ban.")

    assert words_around(one, its["Peru"], "first") == words_around(other, their["Chile"], "first")


def test_words_after_a_party_end_at_the_next() -> None:
    sentence, numbers = worded("Peru urged Chile to lift the ban.")

    around = words_around(sentence, numbers["Peru"], "first")
    assert ("after", "urged") in around
    assert ("after", "ban") not in around


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Peru rejected the offer.", Stance.OPPOSE),
        ("Peru demanded a truce.", Stance.DEMAND),
        ("Peru did not accept the offer.", Stance.OPPOSE),
        ("Peru threatened to leave.", Stance.THREATEN),
    ],
)
def test_a_cue_belongs_to_the_party_before_it(text: str, stance: Stance) -> None:
    sentence, numbers = worded(text)

    assert stance in {found for found, _ in sentence.cues_after[numbers["Peru"]]}


def test_a_cue_after_another_party_is_not_the_first_one_s() -> None:
    sentence, numbers = worded("Peru said Chile rejected the offer.")

    assert numbers["Peru"] not in sentence.cues_after or Stance.OPPOSE not in {
        found for found, _ in sentence.cues_after[numbers["Peru"]]
    }


def test_whom_a_position_addresses_is_a_distribution_over_the_others_and_nobody() -> None:
    sentence, numbers = worded("Peru urged Chile to lift the ban on Bolivia.")
    weights = AddresseeWeights(
        signs=[0.0, 1.0, 2.0] + [0.0] * (len(SIGNS) - 3), nobody=0.0, stances=[0.0] * len(Stance)
    )
    shares = dict(
        weigh_addressees(
            sentence, numbers["Peru"], [numbers["Chile"], numbers["Bolivia"]], [1.0] + [0.0] * 6, weights=weights
        )
    )

    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=lambda other: shares[other]) == numbers["Chile"]
