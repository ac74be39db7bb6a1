"""Which word class has a token? What the model's attribute ruler says, remembered by tag, word and dependency.

The ruler shows every token to all of its patterns, which takes as long as the parse. Nearly all patterns are about one
token and ask for nothing but its tag, lower-case form and dependency: so each such combination goes to the ruler once.
A text in which a pattern of several tokens fits goes to the ruler as a whole.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, cast

import numpy as np
from spacy.attrs import DEP, IS_SPACE, LEMMA, LOWER, MORPH, POS, TAG
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc

REMEMBERED = 50_000
"""Combinations that are remembered at most."""

_ASKED = ("TAG", "LOWER", "DEP", "IS_SPACE")
_KEY = [TAG, LOWER, DEP, IS_SPACE]
_SET = [TAG, POS, MORPH, LEMMA, DEP]


class WordClasses:
    """Sets what an attribute ruler sets, faster."""

    def __init__(self, ruler: AttributeRuler) -> None:
        self._ruler = ruler
        self._phrases = Matcher(ruler.vocab)
        if phrases := [pattern for pattern in _patterns(ruler) if len(pattern) > 1]:
            self._phrases.add("phrases", phrases)
        self._attributes = lru_cache(REMEMBERED)(self._look_up)

    def __call__(self, doc: Doc) -> Doc:
        """Set the attributes of a tagged and parsed text."""
        if not len(doc):
            return doc
        if self._phrases(doc, allow_missing=True):
            return self._ruler(doc)
        found: Any = np.array([self._attributes(*key) for key in doc.to_array(_KEY).tolist()], np.uint64)
        return doc.from_array(_SET, found)

    def pipe(self, docs: Iterable[Doc], **_: object) -> Iterator[Doc]:
        """Set the attributes of texts."""
        return (self(doc) for doc in docs)

    def _look_up(self, tag: int, lower: int, dependency: int, _is_space: int) -> tuple[int, ...]:
        strings = self._ruler.vocab.strings
        words, tags, dependencies = ([strings[one]] for one in (lower, tag, dependency))
        doc = self._ruler(Doc(self._ruler.vocab, words=words, tags=tags, deps=dependencies, heads=[0]))
        return tuple(doc.to_array(_SET)[0].tolist())


@Language.factory("stancewire_word_classes", requires=["token.tag", "token.dep"], assigns=["token.pos"])
def word_classes(nlp: Language, name: str) -> WordClasses:
    """Make the component from the pipeline's attribute ruler."""
    return WordClasses(cast("AttributeRuler", nlp.get_pipe("attribute_ruler")))


def remember_word_classes(nlp: Language) -> None:
    """Put a `WordClasses` in the place of a pipeline's attribute ruler, where it has one that allows for it."""
    if "attribute_ruler" not in nlp.pipe_names:
        return
    patterns = _patterns(cast("AttributeRuler", nlp.get_pipe("attribute_ruler")))
    if {key for pattern in patterns for token in pattern for key in token}.issubset(_ASKED):
        nlp.add_pipe("stancewire_word_classes", before="attribute_ruler")
        nlp.remove_pipe("attribute_ruler")


def _patterns(ruler: AttributeRuler) -> list[list[dict[str, Any]]]:
    rules: Any = ruler.patterns
    return [pattern for rule in rules for pattern in rule["patterns"]]
