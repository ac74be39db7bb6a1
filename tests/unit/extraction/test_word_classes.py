"""What is loaded more quickly is the model as it comes: its tokenizer, and the word classes, token by token."""

import pytest
import spacy
from spacy.language import Language

from worker.extraction.paragraphs import DEFAULT_MODEL, load_parser

TEXTS = (
    "",
    " ",
    "The minister said that the offer isn't enough, but she'd listen.",
    "There was no deal: let's go, y'all, we ain't gonna wait.",
    "What do they want?  They want it all\tback — that, and those 12 islands.",
    "Having done so, the union which had struck did not.",
)


@pytest.fixture(scope="module")
def plain() -> Language:
    nlp = spacy.load(DEFAULT_MODEL, exclude=["ner", "senter"])
    nlp.add_pipe("stancewire_paragraphs", before="parser")
    return nlp


@pytest.mark.parametrize("text", TEXTS)
def test_every_attribute_is_that_of_the_plain_model(plain: Language, text: str) -> None:
    expected, found = plain(text), load_parser()(text)
    for attribute in ("tag_", "pos_", "lemma_", "dep_", "morph", "head"):
        assert [str(getattr(t, attribute)) for t in found] == [str(getattr(t, attribute)) for t in expected], attribute


def test_a_remembered_word_class_is_the_one_first_found() -> None:
    nlp = load_parser()
    first, again = nlp(TEXTS[2]), nlp(TEXTS[2])
    assert [t.pos_ for t in first] == [t.pos_ for t in again]


def test_a_ruler_that_asks_for_more_than_tag_word_and_dependency_stays() -> None:
    from worker.extraction.word_classes import remember_word_classes

    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"SHAPE": "XXX"}]], {"POS": "PROPN"})
    remember_word_classes(nlp)
    assert nlp.pipe_names == ["attribute_ruler"]


def test_the_tokenizer_is_that_of_the_plain_model(plain: Language) -> None:
    expected, found = (nlp.tokenizer.to_bytes(exclude=["vocab"]) for nlp in (plain, load_parser()))
    assert found == expected
