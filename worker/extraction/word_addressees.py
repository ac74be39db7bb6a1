"""Whom do the words of a sentence address? Where the other parties stand in it, without a parse."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worker.extraction.encoding import FloatArray
from worker.extraction.wording import WordedSentence

PREPOSITIONS = ("to", "with", "on", "against", "from", "for", "of", "by", "that", "and", "'s")

SIGNS = (
    "carried",
    "after",
    "next",
    "distance",
    "speaks",
    "first",
    "repeated",
    *(f"preceded by {word}" for word in PREPOSITIONS),
)
"""What is seen of another party beside the one whose position it is: only carried into the sentence; named after it,
or next after it; words between, root; the sentence's speaker; the first named; named more than once; the word before.
"""


@dataclass(frozen=True, slots=True)
class AddresseeWeights:
    """Weights of a softmax over the other parties and nobody: `SIGNS` of a party; a bias and the stances for nobody."""

    signs: Sequence[float]
    nobody: float
    stances: Sequence[float]


def weigh_addressees(
    sentence: WordedSentence, party: int, others: Sequence[int], stances: FloatArray, *, weights: AddresseeWeights
) -> tuple[tuple[int | None, float], ...]:
    """Return how likely each of the other parties, and nobody (None), is whom a position of the party addresses."""
    scores = [weights.nobody + float(np.dot(weights.stances, stances))]
    scores += [float(np.dot(weights.signs, signs(sentence, party, other))) for other in others]
    powers = np.exp(np.array(scores) - max(scores))
    shares = (powers / powers.sum()).tolist()
    return tuple(zip((None, *others), shares, strict=True))


def signs(sentence: WordedSentence, party: int, other: int) -> tuple[float, ...]:
    """Return the `SIGNS` of another party."""
    words = sentence.words
    own, its = sentence.places.get(party, ()), sentence.places.get(other, ())
    marks = sorted(index for places in sentence.places.values() for index in places)
    after = [index for index in its if own and index > own[0]]
    following = next((index for index in marks if own and index > own[0]), -1)
    preceding = _before(sentence, after[0] if after else its[0]) if its else ""
    speaker = sentence.voice.speaker
    return (
        float(not its),
        float(bool(after)),
        float(bool(after) and after[0] == following),
        min(abs(i - o) for i in its for o in own) ** 0.5 / 3 if its and own else 1.0,
        float(speaker is not None and any(words[i].start == speaker.start for i in its)),
        float(bool(its) and its[0] == marks[0]),
        float(len(its) > 1),
        *(float(preceding == word) for word in PREPOSITIONS),
    )


def _before(sentence: WordedSentence, index: int) -> str:
    """The form before a mention, over an article."""
    at = index - 1
    while at >= 0 and sentence.words[at].form in {"the", "a", "its", "their", "his", "her"}:
        at -= 1
    return sentence.words[at].form if at >= 0 else ""
