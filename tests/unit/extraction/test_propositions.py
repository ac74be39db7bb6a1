"""What exactly is wanted, refused or offered?"""

import pytest
from spacy.language import Language
from spacy.tokens import Doc, Token

from worker.extraction.propositions import find_proposition


def token(doc: Doc, word: str) -> Token:
    return next(token for token in doc if token.text == word)


@pytest.mark.parametrize(
    ("text", "cue", "words"),
    [
        ("Arland rejected the offer of a truce.", "rejected", "the offer of a truce"),
        ("Arland refuses to sign the pact.", "refuses", "sign the pact"),
        ("Arland demands that the port be opened.", "demands", "the port be opened"),
        ("Arland called for an end to the raids.", "called", "an end to the raids"),
        ("Arland agreed to a truce of ten days.", "agreed", "a truce of ten days"),
        ("Arland is ready for direct talks.", "ready", "direct talks"),
        ("Arland's refusal to lift the blockade angered many.", "refusal", "lift the blockade"),
        ("The offer was rejected by Arland.", "rejected", "The offer"),
        ("Arland said the blockade must end.", "end", "the blockade must end"),
    ],
)
def test_the_words_that_complete_a_cue_are_the_proposition(nlp: Language, text: str, cue: str, words: str) -> None:
    doc = nlp(text)
    span = find_proposition(token(doc, cue))
    assert span is not None
    assert doc.text[slice(*span)] == words


def test_a_condition_is_no_part_of_the_proposition(nlp: Language) -> None:
    doc = nlp("Arland offered to lift the blockade if the raids stop.")
    start = doc.text.index("if the raids")
    span = find_proposition(token(doc, "offered"), condition=(start, len(doc.text) - 1))
    assert span is not None
    assert doc.text[slice(*span)] == "lift the blockade"


def test_a_cue_that_nothing_completes_has_no_proposition(nlp: Language) -> None:
    doc = nlp("A refusal.")
    assert find_proposition(token(doc, "refusal")) is None
