"""Which words stand around a party in a sentence? Forms by their place beside it, with all parties masked, no parse.

A mention becomes one mark, whoever is meant, and so does any other word with a capital inside a sentence: weights on
words cannot learn who tends to want what.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

from schemas.codes import Stance
from worker.extraction.coreference import VoicedSentence
from worker.extraction.domain import Cue
from worker.extraction.lexicon import Lexicon
from worker.extraction.position import CharSpan, Mention, PartyName

MENTION = "@"
NAME = "^"
NUMBER = "#"
EDGE = "|"

PLACES = ("in", "after", "before", "-3", "-2", "-1", "+1", "+2", "+3", "+4", "part")
"""Where a form may stand: anywhere in the sentence; after or before a mention of the party without another mention
between; so many words from it. `part` is no word but what the party does in the sentence."""

MEASURES = (
    "speaks",
    "carried",
    "carried_and_speaks",
    "quoted",
    "first",
    "demonym",
    "demonym_only",
    "candidates",
    "share",
    "place",
    "length",
    "headline",
    "pronoun",
    "person",
    "spoken",
    "mentions",
    *(f"cue_{stance.value}" for stance in Stance),
    *(f"any_{stance.value}" for stance in Stance),
)
"""Numbers beside the words: the part of the party, its share of all mentions, and roots of the weights of the pack's
cues, those after a mention of the party (`cue_`) and all of the sentence (`any_`)."""

_WORD = re.compile(r"[^\W\d_]+(?:['’\u200b]+[^\W\d_]+)*|\d+(?:[.,]\d+)*|[^\w\s\u200b]")
_PLAIN = str.maketrans({"’": "'", "\u200b": None})
"""What fills up the place of a word in its other spelling goes."""
_QUOTES = "\"“”„‘'"
_OFFSETS = tuple((int(place), place) for place in PLACES if place[0] in "+-")
_STANCES = {stance: number for number, stance in enumerate(Stance)}
_AFTER_AT_MOST = 12
_BEFORE_AT_MOST = 8
_BREAKS = frozenset({".", ";"})
_NEGATION_REACH = 25


@dataclass(frozen=True, slots=True)
class Word:
    """One form and where it begins; `party` is the number of the party that it is a mention of, else -1."""

    form: str
    start: int
    party: int


@dataclass(frozen=True, slots=True)
class WordedSentence:
    """A sentence as words, with the cues of the domain in it."""

    span: CharSpan
    voice: VoicedSentence
    words: Sequence[Word]
    places: Mapping[int, Sequence[int]]
    """Which of the words are mentions of each party."""
    cues: Sequence[float]
    """Root of the weight of all cues, by stance."""
    cues_after: Mapping[int, Sequence[tuple[Stance, float]]]
    """What the cues after a mention of each party tell."""


def word_sentence(
    text: str,
    span: CharSpan,
    voice: VoicedSentence,
    *,
    numbers: Mapping[PartyName, int],
    cues: Lexicon[Cue],
    negations: frozenset[str],
) -> WordedSentence:
    """Take a sentence apart into words and mentions."""
    words: list[Word] = []
    at, end = span
    named = [m for m in voice.mentions if m.start < m.end and m.party in numbers]
    for mention in sorted(named, key=lambda m: (m.start, -m.end)):
        if mention.start >= at and mention.party is not None:
            words += _words(text, at, mention.start, span[0])
            words.append(Word(MENTION, mention.start, numbers[mention.party]))
            at = mention.end
    words += _words(text, at, end, span[0])
    found = [(span[0] + hit.start, cue) for hit in cues.hits(text[slice(*span)]) for cue in hit.payloads]
    places: dict[int, list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        if word.party >= 0:
            places[word.party].append(index)
    every = _by_stance((cue.stance, cue.weight) for _, cue in found)
    return WordedSentence(span, voice, words, places, every, _cues_after(words, found, negations))


def _words(text: str, start: int, end: int, opening: int) -> Iterator[Word]:
    for match in _WORD.finditer(text, start, end):
        word, at = match.group(), match.start()
        if word[0].isdigit():
            form = NUMBER
        elif word[0].isupper() and at != opening and text[at - 1] not in _QUOTES and word != "I":
            form = NAME
        else:
            form = '"' if word in _QUOTES else word.lower().translate(_PLAIN)
        yield Word(form, at, -1)


def words_around(sentence: WordedSentence, party: int, part: str) -> set[tuple[str, str]]:
    """Return the forms beside the mentions of a party, by place."""
    words = sentence.words
    found = {("part", part)}
    for index in sentence.places.get(party, ()):
        for offset, name in _OFFSETS:
            other = index + offset
            form = words[other].form if 0 <= other < len(words) else EDGE
            found.add((name, form))
        for word in words[index + 1 : index + 1 + _AFTER_AT_MOST]:
            if word.form in _BREAKS:
                break
            found.add(("after", word.form))
            if word.form == MENTION:
                break
        for word in reversed(words[max(0, index - _BEFORE_AT_MOST) : index]):
            if word.form == MENTION:
                break
            found.add(("before", word.form))
    return found


def part_of(sentence: WordedSentence, party: PartyName, own: Sequence[Mention], first: int) -> str:
    """Name the part that a party plays: speaking (named or not), carried, first named, or another."""
    if sentence.voice.speaker is not None and sentence.voice.speaker.party == party:
        return "speaks" if own else "speaks unnamed"
    if not own:
        return "carried"
    return "first" if own[0].start == first else "named"


def measures(
    sentence: WordedSentence,
    party: int,
    own: Sequence[Mention],
    *,
    part: str,
    first: int,
    candidates: int,
    share: float,
    place: float,
) -> list[float]:
    """Return the `MEASURES` of a party in a sentence."""
    speaks = part.startswith("speaks")
    demonyms = [m.kind == "demonym" for m in own]
    return [
        float(speaks),
        float(not own),
        float(speaks and not own),
        sentence.voice.quoted,
        float(bool(own) and own[0].start == first),
        float(any(demonyms)),
        float(bool(own) and all(demonyms)),
        log(candidates),
        log(share),
        place,
        (sentence.span[1] - sentence.span[0]) / 200,
        float(place == 0),
        float(any(m.kind == "pronoun" for m in own)),
        float(any(m.kind in {"person", "office"} for m in own)),
        float(sentence.voice.speaker is not None),
        float(len(own)),
        *_by_stance(sentence.cues_after.get(party, ())),
        *sentence.cues,
    ]


def _by_stance(weights: Iterable[tuple[Stance, float]]) -> list[float]:
    found = [0.0] * len(_STANCES)
    for stance, weight in weights:
        found[_STANCES[stance]] += weight
    return [weight**0.5 for weight in found]


def _cues_after(
    words: Sequence[Word], cues: Sequence[tuple[int, Cue]], negations: frozenset[str]
) -> dict[int, list[tuple[Stance, float]]]:
    """By party, the cues between a mention of it and the next of anybody, turned where a negation precedes."""
    found: dict[int, list[tuple[Stance, float]]] = defaultdict(list)
    marks = [word for word in words if word.party >= 0]
    if not marks or not cues:
        return found
    starts = [mark.start for mark in marks]
    denials = [word.start for word in words if word.form in negations or word.form.endswith("n't")]
    for at, cue in cues:
        mark = bisect_left(starts, at) - 1
        if mark >= 0:
            negated = any(at - _NEGATION_REACH <= start < at for start in denials)
            stance = cue.negated if negated else cue.stance
            if stance is not None:
                found[marks[mark].party].append((stance, cue.weight))
    return found
