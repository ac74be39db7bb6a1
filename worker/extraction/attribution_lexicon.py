"""Which words tell that somebody says, wants or believes something? The cue lexicon, read from data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import rtoml
from spacy.tokens import Token

PRONOUNS = frozenset({"he", "she", "they", "i", "we", "you", "it", "who", "which", "that", "this", "these", "those"})
SECTIONS = {"VERB": "verbs", "AUX": "verbs", "NOUN": "nouns", "PROPN": "nouns", "ADJ": "adjectives", "ADV": "adverbs"}


@dataclass(frozen=True, slots=True)
class AttributionLexicon:
    """Classes of attitude per section and lemma, and the phrases that introduce a source."""

    classes: Mapping[str, Mapping[str, tuple[str, ...]]]
    phrases: tuple[tuple[str, ...], ...]
    lemmas: Mapping[str, str]
    """Forms whose lemma the tagger's rules get wrong."""

    sorts: Mapping[str, str]
    """Person, body or paper: what sort of source a noun makes."""

    def sort(self, token: Token) -> str:
        """What sort of word it is, as far as a source is concerned."""
        part = token.pos_
        if part == "NOUN":
            return self.sorts.get(token.lemma_.lower(), "NOUN")
        if part in {"PRON", "DET"}:
            lower = token.lower_
            return lower if lower in PRONOUNS else part
        return str(part)

    def lemma(self, token: Token) -> str:
        return self.lemmas.get(token.lower_) or token.lemma_.lower() or token.lower_

    def classes_of(self, token: Token) -> tuple[str, ...]:
        section = SECTIONS.get(token.pos_)
        if section is None:
            return ()
        return self.classes[section].get(self.lemma(token), ())


def read_lexicon(text: str) -> AttributionLexicon:
    """The lexicon in the form of `domains/attribution.toml`."""
    document = rtoml.loads(text)
    classes: dict[str, dict[str, tuple[str, ...]]] = {}
    for section in ("verbs", "nouns", "adjectives", "adverbs"):
        lemmas: dict[str, tuple[str, ...]] = {}
        for attitude, words in document.get(section, {}).items():
            for word in words.split():
                if attitude not in lemmas.get(word, ()):
                    lemmas[word] = (*lemmas.get(word, ()), attitude)
        classes[section] = lemmas
    sorts = {word: sort for sort, words in document.get("sources", {}).items() for word in words.split()}
    phrases = tuple(tuple(phrase.split()) for phrase in document["phrases"]["according"])
    return AttributionLexicon(classes, phrases, document.get("lemmas", {}), sorts)


@cache
def default_lexicon() -> AttributionLexicon:
    return read_lexicon(resources.files("worker.domains").joinpath("attribution.toml").read_text("utf-8"))
