"""Does a colon stand for "says" ("Envoy: no deal", "No deal: envoy"), and on which side of it is the speaker?"""

from spacy.tokens import Token

MOST_WORDS_OF_A_NAME = 5
MOST_WORDS_OF_A_LINE = 40
"""A headline is short; the bound keeps a line full of colons from costing its length squared."""

TokenSpan = tuple[int, int]


def speaker_and_words(colon: Token) -> tuple[TokenSpan, TokenSpan] | None:
    """The tokens of the speaker and of what he says; None if neither side of the colon looks like a name."""
    before, after = _sides(colon)
    named = [side for side in (before, after) if _is_name(colon, side)]
    if not named:
        return None
    speaker = min(named, key=lambda side: side[1] - side[0])
    words = after if speaker is before else before
    return (speaker, words) if words[0] < words[1] else None


def _sides(colon: Token) -> tuple[TokenSpan, TokenSpan]:
    doc = colon.doc
    first, last = colon.i, colon.i + 1
    while first > 0 and colon.i - first < MOST_WORDS_OF_A_LINE and "\n" not in doc[first - 1].text:
        first -= 1
    while last < len(doc) and last - colon.i < MOST_WORDS_OF_A_LINE and "\n" not in doc[last].text:
        last += 1
    return (first, colon.i), (colon.i + 1, last)


def _is_name(colon: Token, side: TokenSpan) -> bool:
    words = [token for token in colon.doc[side[0] : side[1]] if not token.is_punct and not token.is_space]
    if not 0 < len(words) <= MOST_WORDS_OF_A_NAME or any(
        token.pos_ in {"VERB", "AUX", "NUM", "ADV"} for token in words
    ):
        return False
    return any(token.pos_ in {"PROPN", "NOUN"} for token in words)
