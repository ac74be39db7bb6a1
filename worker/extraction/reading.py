"""What is known of every candidate of an article? What the heads say, what words say, what part the party plays."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from spacy.language import Language
from spacy.tokens import Token

from schemas.codes import Issue, Stance
from worker.extraction.casing import common_words, sentence_case
from worker.extraction.conditions import find_conditions
from worker.extraction.coreference import VoicedSentence
from worker.extraction.domain import Domain
from worker.extraction.encoder import CandidateLabels, ConditionSpan
from worker.extraction.encoding import FloatArray, PartyMention
from worker.extraction.gazetteer import Gazetteer
from worker.extraction.issues import ArticleIssues
from worker.extraction.labelling import Labeller, UnlabelledArticle
from worker.extraction.paragraphs import Paragraphs, ParsedParagraph
from worker.extraction.position import CharSpan, Mention, PartyName
from worker.extraction.stances import StanceReading, read_stances
from worker.extraction.told import without_tellers
from worker.extraction.voices import read_voices, with_carried

ROLE_FEATURES = (
    "strongest_other",
    "speaks",
    "carried",
    "carried_and_speaks",
    "quoted",
    "cue",
    "first",
    "governs_root",
    "demonym",
    "candidates",
)
"""The part a party plays in a sentence, as numbers in this order:

log odds of the likeliest other candidate; whether the sentence reports its words; whether it is only carried into the
sentence, and both; the quoted share of the sentence; root of the weight of its strongest cue; whether it is mentioned
first; whether it is the subject of the main verb; whether an adjective names it; log of the number of candidates.
"""
_NOBODY = -7.0
_ISSUES = tuple(Issue)
_STANCES = tuple(Stance)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What terms and cues say of one candidate: weights by issue and by stance, and the cues as they were read."""

    issues: FloatArray
    stances: FloatArray
    readings: tuple[StanceReading, ...]


@dataclass(frozen=True, slots=True)
class ReadCandidate:
    """A party in a sentence: what the labeller says, what words say, and `ROLE_FEATURES`."""

    labels: CandidateLabels
    evidence: Evidence
    roles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """One article, read: its candidates that may hold positions, and what their details are taken from."""

    text: str
    sentences: Sequence[CharSpan]
    voices: Sequence[VoicedSentence]
    parties: Sequence[PartyName]
    candidates: Sequence[ReadCandidate]
    conditions: Mapping[int, ConditionSpan] | None
    paragraphs: Paragraphs

    def mentions(self, sentence: int, party: int) -> list[Mention]:
        """Where the sentence mentions the party in words of its own."""
        return _own_mentions(self.voices[sentence], self.parties[party])

    def condition(self, sentence: int, *, domain: Domain) -> CharSpan | None:
        """The condition that the labeller saw in a sentence that was read, else the one that the parse shows."""
        if self.conditions is not None:
            seen = self.conditions.get(sentence)
            return seen.span if seen is not None else None
        paragraph = self.paragraphs.holding(self.sentences[sentence])
        span = paragraph.span(self.sentences[sentence]) if paragraph is not None else None
        if paragraph is None or span is None or not (found := find_conditions(span, domain=domain)):
            return None
        return found[0].span[0] + paragraph.start, found[0].span[1] + paragraph.start


class Reader:
    """Reads articles with a labeller, the cues of a domain pack and a parser."""

    def __init__(self, domain: Domain, *, gazetteer: Gazetteer, labeller: Labeller, nlp: Language) -> None:
        self.domain = domain
        self._labeller = labeller
        self._gazetteer = gazetteer
        self._nlp = nlp
        self._is_common = common_words(nlp)

    def read(
        self, text: str, sentences: Sequence[CharSpan], *, year: int | None, targets: Collection[int] | None = None
    ) -> ArticleReading:
        """Read an article.

        Args:
            text: the cleaned text.
            sentences: its sentences; the first stands for the headline.
            year: the year of publication, where known.
            targets: indexes of the sentences that may carry positions; all by default.
        """
        shown = sentence_case(text, gazetteer=self._gazetteer, is_common=self._is_common)
        article = unlabelled(shown, sentences, domain=self.domain, gazetteer=self._gazetteer, year=year)
        labels = self._labeller.label(article, targets)
        likely = {s: max(c.present for c in found) for s, found in labels.candidates.items()}
        read = [s for s in sorted(likely) if likely[s] >= self._labeller.read_from]
        parsed = (sentences[s] for s in read if likely[s] >= self._labeller.parse_from)
        paragraphs = Paragraphs(self._nlp, article.text, parsed, whole=self._labeller.reads_paragraphs)
        evidence = _Article(article, paragraphs, labels.cues, self.domain, self._labeller.read_from)
        return ArticleReading(
            text=text,
            sentences=sentences,
            voices=article.voices,
            parties=article.parties,
            candidates=[c for s in read for c in evidence.candidates(s, labels.candidates[s])],
            conditions=labels.conditions,
            paragraphs=paragraphs,
        )


class _Article:
    """Computes evidence and roles of the candidates of one article."""

    def __init__(
        self,
        article: UnlabelledArticle,
        paragraphs: Paragraphs,
        cues: Mapping[tuple[int, int], FloatArray],
        domain: Domain,
        likely: float,
    ) -> None:
        self._article = article
        self._sentences = article.sentences
        self._voices = article.voices
        self._parties = article.parties
        self._paragraphs = paragraphs
        self._cues = cues
        self._domain = domain
        self._likely = likely

    def candidates(self, sentence: int, rivals: Sequence[CandidateLabels]) -> list[ReadCandidate]:
        """Read the candidates of one sentence that are likely enough."""
        voice = self._voices[sentence]
        mentions = {c.party: _own_mentions(voice, self._parties[c.party]) for c in rivals}
        first = min((m.start for found in mentions.values() for m in found), default=-1)
        issues = self._issue_evidence(sentence)
        paragraph = self._paragraphs.holding(self._sentences[sentence])
        span = paragraph.span(self._sentences[sentence]) if paragraph is not None else None
        roots = {
            party: [root for m in own if (root := _root(paragraph, (m.start, m.end))) is not None]
            for party, own in mentions.items()
        }
        rivals = without_tellers(rivals, roots, domain=self._domain)
        found = []
        for labels in rivals:
            if labels.present < self._likely:
                continue
            own = mentions[labels.party]
            holders = roots[labels.party]
            readings = read_stances(span, holders, domain=self._domain) if span is not None else []
            stances = self._cues.get((sentence, labels.party)) if paragraph is None else None
            evidence = Evidence(issues, _by_stance(readings) if stances is None else stances, tuple(readings))
            strongest = max((c.present for c in rivals if c is not labels), default=0.0)
            speaks = voice.speaker is not None and voice.speaker.party == self._parties[labels.party]
            roles = (
                log_odds(strongest) if strongest else _NOBODY,
                float(speaks),
                float(not own),
                float(not own and speaks),
                voice.quoted,
                max((r.weight for r in readings), default=0.0) ** 0.5
                if stances is None
                else float(stances.max()) ** 0.5,
                float(bool(own) and own[0].start == first),
                float(any(t.head.dep_ == "ROOT" and t.dep_ in {"nsubj", "nsubjpass"} for t in holders)),
                float(any(m.kind == "demonym" for m in own)),
                float(np.log(len(rivals))),
            )
            found.append(ReadCandidate(labels, evidence, roles))
        return found

    def _issue_evidence(self, sentence: int) -> FloatArray:
        weights = self._article.issues.of(sentence)
        return np.array([weights.get(issue, 0.0) for issue in _ISSUES], np.float32)


def _root(paragraph: ParsedParagraph | None, place: CharSpan) -> Token | None:
    span = paragraph.span(place) if paragraph is not None else None
    return span.root if span is not None else None


def unlabelled(
    text: str, sentences: Sequence[CharSpan], *, domain: Domain, gazetteer: Gazetteer, year: int | None
) -> UnlabelledArticle:
    """Find all that a labeller has to know of an article, in sentence case."""
    voices = read_voices(text, sentences, gazetteer=gazetteer, year=year)
    parties, mentions = number_parties(voices, sentences)
    return UnlabelledArticle(text, sentences, voices, parties, mentions, ArticleIssues(text, sentences, domain=domain))


def number_parties(
    voices: Sequence[VoicedSentence], sentences: Sequence[CharSpan]
) -> tuple[list[PartyName], list[PartyMention]]:
    """Number the parties of an article in order of appearance and list their mentions for the encoder."""
    numbers: dict[PartyName, int] = {}
    mentions: list[PartyMention] = []
    for voice, (start, _) in zip(voices, sentences, strict=True):
        for mention in with_carried(voice, start):
            if mention.party is not None:
                number = numbers.setdefault(mention.party, len(numbers))
                mentions.append(PartyMention(mention.start, mention.end, number, mention.kind))
    return list(numbers), mentions


def log_odds(probability: float) -> float:
    """Return log odds, bounded at one in a thousand."""
    bounded = min(max(probability, 1e-3), 1 - 1e-3)
    return float(np.log(bounded / (1 - bounded)))


def _own_mentions(voice: VoicedSentence, party: PartyName) -> list[Mention]:
    return [m for m in voice.mentions if m.party == party and m.start < m.end]


def _by_stance(readings: Sequence[StanceReading]) -> FloatArray:
    weights = dict.fromkeys(_STANCES, 0.0)
    for reading in readings:
        weights[reading.stance] += reading.weight
    return np.array([weights[stance] for stance in _STANCES], np.float32)
