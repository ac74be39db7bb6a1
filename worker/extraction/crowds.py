"""Which plain nouns mean a party: a crowd that acts, both sides at once, those who held an office before?"""

from collections.abc import Collection, Container, Sequence

from worker.extraction.closed_classes import closed_classes
from worker.extraction.tokens import Token

_CROWD_WORDS = 3
"""Words of a crowd's name at most, its noun included ("civil liberties advocates")."""

_ADVERBS_AT_MOST = 2
"""Words that may stand between a crowd and its verb ("campaigners on Friday condemned")."""


def crowd_end(tokens: Sequence[Token], at: int, *, listed: Container[int]) -> int:
    """The end of a crowd that begins at token `at` and acts ("security researchers said"), or 0.

    It acts where a verb that takes a party follows, or another crowd that acts ("firms and unions said"), or where it
    is the agent of a passive ("criticised by campaigners"). A crowd that is somebody's own ("our members") is no party.
    """
    if at and tokens[at - 1].lower in closed_classes().owners:
        return 0
    end = _noun_end(tokens, at, listed)
    if not end:
        return 0
    return end if _is_agent(tokens, at) or _acts(tokens, end) or _joined_to_one_that_acts(tokens, end, listed) else 0


def _is_agent(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether the phrase from token `at` on is the agent of a passive or joined to it ("by miners and nurses")."""
    for position in range(at - 1, max(-1, at - 2 - _CROWD_WORDS), -1):
        word = tokens[position].lower
        if word == "by":
            return True
        if word != "and" and (position == at - 1 or not may_modify(tokens[position])):
            return False
    return False


def _noun_end(tokens: Sequence[Token], at: int, listed: Container[int]) -> int:
    """The end of a plural noun for a crowd with the plain words before it, from token `at` on, or 0."""
    for head in range(at, min(at + _CROWD_WORDS, len(tokens) - 1)):
        token = tokens[head]
        if not may_modify(token) or (token.capitalised and head > 0) or token.start in listed:
            return 0
        if token.lower in closed_classes().crowd_nouns and tokens[head + 1].lower not in closed_classes().crowd_nouns:
            return head + 1
    return 0


def _acts(tokens: Sequence[Token], at: int) -> bool:
    closed = closed_classes()
    for position in range(at, min(at + _ADVERBS_AT_MOST + 1, len(tokens))):
        word = tokens[position].lower
        if word in closed.subject_verbs or word in closed.crowd_verbs:
            return True
        if word not in closed.verb_adverbs and word not in closed.calendar_words:
            return False
    return False


def _joined_to_one_that_acts(tokens: Sequence[Token], at: int, listed: Container[int]) -> bool:
    if at >= len(tokens) or tokens[at].lower not in {"and", "or"}:
        return False
    end = _noun_end(tokens, at + 1, listed)
    return bool(end) and _acts(tokens, end)


def may_modify(token: Token) -> bool:
    """Tell whether the word may stand before a noun as a part of its name."""
    return (
        token.text[0].isalpha()
        and token.lower not in closed_classes().function_words
        and not token.lower.endswith(("ed", "ly"))
    )


def both_end(tokens: Sequence[Token], at: int) -> int:
    """The end of words for the two parties at once ("both sides", "the two leaders", "the warring parties"), or 0."""
    closed = closed_classes()
    word = tokens[at].lower
    following = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if word == "sides":
        return at + 1 if at and tokens[at - 1].lower in {"two", "the", "all"} else 0
    if word == "combatants":
        return at + 1
    if word == "both":
        return at + 1 if following in closed.both_nouns or following == "have" else 0
    if word == "two" and following in closed.both_nouns:
        return at + 2 if at and tokens[at - 1].lower == "the" else 0
    return at + 2 if word in closed.both_modifiers and following in closed.both_nouns else 0


def former_end(tokens: Sequence[Token], at: int, titles: Collection[str]) -> int:
    """The end of "former" and an office in the plural, or 0."""
    if tokens[at].lower not in {"former", "ex"}:
        return 0
    for length in (4, 3, 2, 1):
        words = [token.lower for token in tokens[at + 1 : at + 1 + length]]
        if len(words) == length and words[-1].endswith("s") and " ".join(words).removesuffix("s") in titles:
            return at + 1 + length
    return 0
