"""What do words alone say of a party in a sentence? Linear weights on the forms around it; no encoder, no parse.

The labels of the `fast` profile: `worker.extraction.fusion` adds terms, cues on the parse and roles to them, as it does
to those of the learned heads.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.codes import Attribution, Issue, Stance, TimeFrame
from worker.extraction.domain import Cue, Domain
from worker.extraction.encoder import CandidateLabels
from worker.extraction.encoding import FloatArray
from worker.extraction.labelling import ArticleLabels, UnlabelledArticle
from worker.extraction.lexicon import Lexicon
from worker.extraction.position import Mention, PartyName
from worker.extraction.spelling import one_spelling
from worker.extraction.voices import with_carried
from worker.extraction.word_addressees import AddresseeWeights, weigh_addressees
from worker.extraction.wording import (
    MEASURES,
    PLACES,
    WordedSentence,
    measures,
    part_of,
    word_sentence,
    words_around,
)

FORMAT: Final = 1
SHIPPED_WORDS: Final = Path(__file__).parent.parent / "domains" / "negotiations_fast"
"""The folder of the weights that come with the program."""

ANSWERS = (
    "present",
    *(stance.value for stance in Stance),
    *(attribution.value for attribution in Attribution),
    *(time.value for time in TimeFrame),
    "has_condition",
)
"""What a line of weights speaks for, in this order."""

WORD_SHARE = 0.3
"""What a word counts beside a measure."""

_STANCES = slice(1, 1 + len(Stance))
_ATTRIBUTIONS = slice(_STANCES.stop, _STANCES.stop + len(Attribution))
_TIMES = slice(_ATTRIBUTIONS.stop, _ATTRIBUTIONS.stop + len(TimeFrame))

_CUES = slice(MEASURES.index(f"cue_{next(iter(Stance)).value}"), -len(Stance))

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A party that could hold a position in a sentence, with the forms around it and its `MEASURES`."""

    sentence: int
    party: int
    forms: frozenset[tuple[str, str]]
    measures: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WordedArticle:
    """The candidates of an article, and for each sentence its own forms and its parties; `names` are all parties."""

    names: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    forms: Mapping[int, frozenset[str]]
    sentences: Mapping[int, WordedSentence]
    rivals: Mapping[int, tuple[int, ...]]


class WordReader:
    """Finds the candidates of an article and the words around each."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._cues: Lexicon[Cue] = Lexicon(domain.cue_forms())

    def read(self, article: UnlabelledArticle, targets: Collection[int] | None) -> WordedArticle:
        """Read the sentences with these indexes; None for all."""
        numbers = {party: number for number, party in enumerate(article.parties)}
        named = Counter(m.party for voice in article.voices for m in voice.mentions if m.party is not None)
        whole = max(1, named.total())
        candidates: list[Candidate] = []
        forms: dict[int, frozenset[str]] = {}
        sentences: dict[int, WordedSentence] = {}
        rivals: dict[int, tuple[int, ...]] = {}
        text = one_spelling(article.text)
        wanted = range(len(article.sentences)) if targets is None else sorted(targets)
        for index in wanted:
            span, voice = article.sentences[index], article.voices[index]
            parties = [p for p in dict.fromkeys(m.party for m in with_carried(voice, span[0])) if p is not None]
            if not parties:
                continue
            sentence = word_sentence(
                text, span, voice, numbers=numbers, cues=self._cues, negations=self._domain.polarity.negations
            )
            forms[index] = frozenset(word.form for word in sentence.words)
            sentences[index] = sentence
            rivals[index] = tuple(numbers[party] for party in parties)
            mentions: dict[PartyName, list[Mention]] = defaultdict(list)
            for mention in voice.mentions:
                if mention.party is not None and mention.start < mention.end:
                    mentions[mention.party].append(mention)
            first = min((m.start for own in mentions.values() for m in own), default=-1)
            for party in parties:
                own = mentions.get(party, [])
                part = part_of(sentence, party, own, first)
                numbers_of_it = measures(
                    sentence,
                    numbers[party],
                    own,
                    part=part,
                    first=first,
                    candidates=len(parties),
                    share=(named[party] + 0.5) / whole,
                    place=index / len(article.sentences),
                )
                around = words_around(sentence, numbers[party], part)
                candidates.append(Candidate(index, numbers[party], frozenset(around), tuple(numbers_of_it)))
        return WordedArticle(tuple(p.name for p in article.parties), tuple(candidates), forms, sentences, rivals)


@dataclass(frozen=True, slots=True)
class WordWeights:
    """Linear weights: a line for each form in each place, one for each measure, and a bias."""

    lines: Mapping[str, Mapping[str, int]]
    forms: Matrix
    """The last line is of no form, and zero."""
    measures: Matrix
    bias: Matrix

    @classmethod
    def load(cls, path: Path) -> "WordWeights":
        """Read weights that were fitted on our places, measures and answers."""
        with np.load(path) as stored:
            if stored["measures"].shape != (len(MEASURES), len(ANSWERS)):
                raise ValueError(f"{path}: weights of other measures or answers than ours")
            words = stored["words"].tobytes().decode("utf8").split("\n")
            lines: dict[str, dict[str, int]] = {place: {} for place in PLACES}
            for number, (place, _, form) in enumerate(word.partition(" ") for word in words):
                lines[place][form] = number
            forms = stored["forms"].astype(np.float32) * stored["scale"]
            return cls(lines, np.concatenate((forms, forms[:1] * 0)), stored["measures"], stored["bias"])

    def logits(self, article: WordedArticle) -> Matrix:
        """Return one line of `ANSWERS` for each candidate."""
        sentences = {sentence: number for number, sentence in enumerate(article.forms)}
        whole = self._sums([self._known(("in", form) for form in forms) for forms in article.forms.values()])
        around = self._sums([self._known(candidate.forms) for candidate in article.candidates])
        around += whole[[sentences[candidate.sentence] for candidate in article.candidates]]
        numbers = np.array([c.measures for c in article.candidates], np.float32)
        return np.asarray(WORD_SHARE * around + numbers @ self.measures + self.bias, np.float32)

    def _known(self, forms: Iterable[tuple[str, str]]) -> list[int]:
        """The lines of the forms that have one, in order: sums of fractions depend on it, and sets have none."""
        lines = self.lines
        return sorted(number for place, form in forms if (number := lines[place].get(form)) is not None)

    def _sums(self, groups: Sequence[list[int]]) -> Matrix:
        """Add up the lines of each group."""
        nothing = len(self.forms) - 1
        starts = np.cumsum([0, *(len(group) + 1 for group in groups)])[:-1]
        chosen = [number for group in groups for number in (*group, nothing)]
        return np.asarray(np.add.reduceat(self.forms[chosen], starts, axis=0), np.float32)


class WordLabeller:
    """Labels the candidates of an article by the words around them."""

    reads_paragraphs = False

    def __init__(
        self,
        reader: WordReader,
        weights: WordWeights,
        addressees: AddresseeWeights,
        *,
        card: Mapping[str, Any],
        folder: Path = SHIPPED_WORDS,
    ) -> None:
        self.card = card
        self.folder = folder
        self.read_from = float(card["read_from"])
        self.parse_from = float(card["parse_from"])
        self._reader = reader
        self._weights = weights
        self._addressees = addressees

    @classmethod
    def load(cls, folder: Path, domain: Domain) -> "WordLabeller":
        """Read card and weights of a folder."""
        card = json.loads((folder / "card.json").read_text(encoding="utf8"))
        if card.get("format") != FORMAT or card.get("answers") != list(ANSWERS):
            raise ValueError(f"{folder}: weights of format {card.get('format')} with other answers than ours")
        weights = WordWeights.load(folder / "words.npz")
        addressees = AddresseeWeights(**card["addressees"])
        return cls(WordReader(domain), weights, addressees, card=card, folder=folder)

    @property
    def name(self) -> str:
        """Which weights."""
        return f"words-{self.card['version']}"

    def label(self, article: UnlabelledArticle, targets: Collection[int] | None) -> ArticleLabels:
        """Label the candidates of the sentences with these indexes; None for all."""
        worded = self._reader.read(article, targets)
        found: dict[int, list[CandidateLabels]] = defaultdict(list)
        if not worded.candidates:
            return ArticleLabels(found, None)
        logits = self._weights.logits(worded)
        present = _sigmoid(logits[:, 0])
        stances = _softmax(logits[:, _STANCES])
        attributions, times = _softmax(logits[:, _ATTRIBUTIONS]), _softmax(logits[:, _TIMES])
        conditions = _sigmoid(logits[:, -1])
        issues = np.full(len(Issue), 1 / len(Issue), np.float32)
        for line, candidate in enumerate(worded.candidates):
            likely = present[line] >= self.read_from
            found[candidate.sentence].append(
                CandidateLabels(
                    sentence=candidate.sentence,
                    party=candidate.party,
                    present=float(present[line]),
                    issues=issues,
                    stances=np.broadcast_to(stances[line], (len(Issue), len(Stance))),
                    attribution=attributions[line],
                    time=times[line],
                    has_condition=float(conditions[line]),
                    addressees=self._towards(worded, candidate, stances[line]) if likely else (),
                )
            )
        return ArticleLabels(found, None, self._cues(worded))

    @staticmethod
    def _cues(worded: WordedArticle) -> dict[tuple[int, int], FloatArray]:
        """The weights of the cues after each party's mentions, by stance."""
        return {(c.sentence, c.party): np.square(np.array(c.measures[_CUES], np.float32)) for c in worded.candidates}

    def _towards(
        self, worded: WordedArticle, candidate: Candidate, stances: FloatArray
    ) -> tuple[tuple[int | None, float], ...]:
        sentence = worded.sentences[candidate.sentence]
        others = [other for other in worded.rivals[candidate.sentence] if other != candidate.party]
        return weigh_addressees(sentence, candidate.party, others, stances, weights=self._addressees)


def _softmax(logits: Matrix) -> Matrix:
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True), np.float32)


def _sigmoid(logits: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), np.float32)
