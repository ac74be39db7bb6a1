"""On what condition?"""

import pytest
from spacy.language import Language

from worker.extraction.conditions import find_condition, find_conditions
from worker.extraction.domain import load_domain

DOMAIN = load_domain()


def condition(nlp: Language, text: str) -> str | None:
    doc = nlp(text)
    span = find_condition(doc[:], domain=DOMAIN)
    return doc.text[slice(*span)] if span else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Arland will sign if Borduria withdraws its troops.", "Borduria withdraws its troops"),
        ("If Borduria withdraws its troops, Arland will sign.", "Borduria withdraws its troops"),
        ("Arland will not attend unless the siege is lifted.", "the siege is lifted"),
        ("Arland will not disarm until all prisoners are free.", "all prisoners are free"),
        ("Arland would sign only if the border is redrawn.", "the border is redrawn"),
        ("Arland will free the crew in return for a ransom.", "a ransom"),
        ("Arland offered a truce in exchange for access to the port.", "access to the port"),
        ("Arland would agree as long as the tariffs are dropped.", "the tariffs are dropped"),
        ("Arland will only talk after the guns fall silent.", "the guns fall silent"),
        ("Arland wants firm guarantees before returning to the talks.", "firm guarantees"),
        ("Arland will not sign without a guarantee from its neighbours.", "a guarantee from its neighbours"),
        ("No truce without prisoner swap, Arland says.", "prisoner swap"),
        ("There will be no truce without a prisoner swap, Arland said.", "a prisoner swap"),
    ],
)
def test_a_condition_is_found_without_the_word_that_opens_it(nlp: Language, text: str, expected: str) -> None:
    assert condition(nlp, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Arland rejected the plan.",
        "Arland will not attend until Friday.",
        "Arland asked if the port was open.",
        "Arland left after the talks.",
        "Arland is ready to begin talks without preconditions.",
        "The plan should be dropped.",
    ],
)
def test_no_condition_is_found_where_there_is_none(nlp: Language, text: str) -> None:
    assert condition(nlp, text) is None


def test_each_candidate_tells_the_predicate_it_hangs_on(nlp: Language) -> None:
    doc = nlp("Arland will sign if Borduria withdraws.")
    (candidate,) = find_conditions(doc[:], domain=DOMAIN)
    assert (doc[candidate.governor].text, doc.text[slice(*candidate.marker)]) == ("sign", "if")


def test_a_condition_of_another_predicate_counts_less(nlp: Language) -> None:
    doc = nlp("Arland rejected the plan, while Borduria will sign if the tolls are dropped.")
    rejected, sign = (next(token.i for token in doc if token.text == word) for word in ("rejected", "sign"))
    assert find_condition(doc[:], {rejected}, domain=DOMAIN, threshold=0.7) is None
    assert find_condition(doc[:], {sign}, domain=DOMAIN, threshold=0.7) is not None
