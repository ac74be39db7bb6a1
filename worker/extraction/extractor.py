"""Who stands where in a cleaned article? Sentences, gate, voices, heads and the words of each event, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.codes import Issue, Stance
from worker.cleaning.article import CleanedArticle, LineKind
from worker.extraction.coreference import VoicedSentence
from worker.extraction.domain import Domain
from worker.extraction.encoder import CandidateLabels, ConditionSpan, Heads
from worker.extraction.encoding import PartyMention, pack, tokenize
from worker.extraction.events import LabelledEvent, labelled_events
from worker.extraction.gate import gate_article
from worker.extraction.gazetteer import Gazetteer
from worker.extraction.position import CharSpan, PartyName, Position
from worker.extraction.sentences import split_sentences
from worker.extraction.speakers import voice_of
from worker.extraction.voices import read_voices, with_carried

_READ = frozenset({LineKind.HEADLINE, LineKind.DECK, LineKind.BODY})
"""Kinds of line that can carry a position; sub-headings and "reporting by" lines cannot."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one article came to: its positions, whether the gate let it pass, and how many sentences were looked at."""

    positions: tuple[Position, ...]
    passed: bool
    sentences: int
    labelled_sentences: int
    labels: tuple[CandidateLabels, ...] = ()
    """What the heads said of the candidate that each position comes from, in the order of `positions`."""


class Extractor:
    """Extracts positions with the learned heads over candidates that the text's own names and voices propose."""

    def __init__(self, domain: Domain, gazetteer: Gazetteer, heads: Heads, *, threshold: float | None = None) -> None:
        self._domain = domain
        self._gazetteer = gazetteer
        self._heads = heads
        self._threshold = heads.thresholds["event"] if threshold is None else threshold

    @property
    def model(self) -> str:
        """Which trained heads label, for the provenance of events."""
        return f"heads-{self._heads.version}"

    @property
    def domain(self) -> str:
        """Which domain pack, for the provenance of events."""
        return f"{self._domain.name}-{self._domain.version}"

    def extract(self, articles: Sequence[CleanedArticle]) -> list[Extraction]:
        """Extract the positions of every article; one article's result does not depend on the others."""
        return [self._extract(article) for article in articles]

    def _extract(self, article: CleanedArticle) -> Extraction:
        sentences = read_sentences(article)
        gated = gate_article(article.text, sentences, domain=self._domain)
        if not gated.passes:
            return Extraction((), False, len(sentences), 0)
        year = article.published_at.year if article.published_at else None
        voices = read_voices(article.text, sentences, gazetteer=self._gazetteer, year=year)
        parties, mentions = number_parties(voices, sentences)
        tokens = tokenize(self._heads.tokenizer, article.text, sentences, mentions)
        labels = self._heads.label(pack(tokens, targets=set(gated.sentences)))
        conditions = {s: c for chunk in labels for s, c in chunk.conditions.items()}
        found = [
            (event, candidate)
            for chunk in labels
            for candidate in chunk.candidates
            for event in labelled_events(candidate, self._heads, threshold=self._threshold)
        ]
        found.sort(key=lambda pair: _order(pair[0]))
        positions = tuple(self._position(article, event, sentences, voices, parties, conditions) for event, _ in found)
        return Extraction(
            positions, True, len(sentences), len(gated.sentences), tuple(candidate for _, candidate in found)
        )

    def _position(
        self,
        article: CleanedArticle,
        event: LabelledEvent,
        sentences: Sequence[CharSpan],
        voices: Sequence[VoicedSentence],
        parties: Sequence[PartyName],
        conditions: dict[int, ConditionSpan],
    ) -> Position:
        party = parties[event.party]
        voice = voices[event.sentence]
        mention = next((m for m in voice.mentions if m.party == party and m.start < m.end), None)
        condition = conditions.get(event.sentence)
        return Position(
            party=party,
            mention=(mention.start, mention.end) if mention else None,
            speaker=voice_of(voice, party, event.attribution),
            issue=event.issue,
            stance=event.stance,
            addressee=parties[event.addressee] if event.addressee is not None else None,
            proposition=None,
            condition=condition.span
            if condition and event.has_condition >= self._heads.thresholds["condition"]
            else None,
            evidence=sentences[event.sentence],
            attribution=event.attribution,
            reported_by=None,
            time=event.time,
            stated_on=None,
            confidence=event.confidence,
        )


def _order(event: LabelledEvent) -> tuple[int, float, int, Issue, Stance]:
    return event.sentence, -event.confidence, event.party, event.issue, event.stance


def read_sentences(article: CleanedArticle) -> list[CharSpan]:
    """The sentences of the lines that can carry a position, without the dateline."""
    spans: list[CharSpan] = []
    for line in article.lines:
        if line.kind in _READ:
            dateline = article.dateline
            start = dateline.end if dateline and line.start <= dateline.start < line.end else line.start
            spans.extend(split_sentences(article.text, start, line.end))
    return spans


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
