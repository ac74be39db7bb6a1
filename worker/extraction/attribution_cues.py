"""Which words may be cues at all? A cheap look at each token, so that most are never weighed."""

from spacy.tokens import Token

from worker.extraction.attribution_colons import speaker_and_words
from worker.extraction.attribution_layout import Layout
from worker.extraction.attribution_lexicon import AttributionLexicon


def is_candidate(token: Token, lexicon: AttributionLexicon, layout: Layout) -> bool:
    part = token.pos_
    if part == "VERB":
        return bool(lexicon.classes_of(token)) or token.lower_ == "according" or _has_clause(token)
    if part in {"NOUN", "ADJ", "ADV", "PROPN"}:
        return bool(lexicon.classes_of(token))
    if part == "PUNCT":
        return token.text == ":" and not layout.around[token.i] and speaker_and_words(token) is not None
    return token.lower_ == "according"


def _has_clause(token: Token) -> bool:
    return any(child.dep_ in {"ccomp", "xcomp", "dobj"} for child in token.children)


def cue_parts(cue: Token, lexicon: AttributionLexicon) -> list[str]:
    """The properties of a cue that its arguments are weighed against."""
    lemma = lexicon.lemma(cue)
    parts = [f"l={lemma}", f"p={cue.pos_}", f"t={cue.tag_}", f"d={cue.dep_}"]
    parts += [f"k={one}" for one in lexicon.classes_of(cue) or ("none",)]
    if any(child.dep_ == "auxpass" for child in cue.children):
        parts.append("passive")
    return parts
