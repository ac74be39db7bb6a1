"""Who stands where in a cleaned article? Sentences, gate, voices, heads and the words of each event, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.language import Language

from worker.cleaning.article import CleanedArticle, LineKind
from worker.extraction.coreference import VoicedSentence
from worker.extraction.details import Paragraphs, read_details
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

    def __init__(
        self,
        domain: Domain,
        *,
        gazetteer: Gazetteer,
        heads: Heads,
        nlp: Language,
        threshold: float | None = None,
    ) -> None:
        self._nlp = nlp
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
            event
            for chunk in labels
            for candidate in chunk.candidates
            for event in labelled_events(candidate, self._heads, threshold=self._threshold)
        ]
        found.sort(key=lambda e: (e.sentence, -e.confidence, e.party, e.issue, e.stance))
        paragraphs = Paragraphs(self._nlp, article.text, [sentences[e.sentence] for e in found])
        positions = tuple(
            self._position(
                article,
                event,
                evidence=sentences[event.sentence],
                voice=voices[event.sentence],
                parties=parties,
                condition=conditions.get(event.sentence),
                paragraphs=paragraphs,
            )
            for event in found
        )
        return Extraction(positions, True, len(sentences), len(gated.sentences), tuple(event.labels for event in found))

    def _position(
        self,
        article: CleanedArticle,
        event: LabelledEvent,
        *,
        evidence: CharSpan,
        voice: VoicedSentence,
        parties: Sequence[PartyName],
        condition: ConditionSpan | None,
        paragraphs: Paragraphs,
    ) -> Position:
        party = parties[event.party]
        mentions = [m for m in voice.mentions if m.party == party and m.start < m.end]
        likely = condition is not None and event.has_condition >= self._heads.thresholds["condition"]
        anchor = article.dateline.day if article.dateline and article.dateline.day else article.published_at
        details = read_details(
            event,
            sentence=evidence,
            mentions=mentions,
            condition=condition.span if condition and likely else None,
            paragraph=paragraphs.holding(evidence),
            domain=self._domain,
            anchor=anchor,
        )
        return Position(
            party=party,
            mention=(mentions[0].start, mentions[0].end) if mentions else None,
            speaker=voice_of(voice, party, event.attribution),
            issue=event.issue,
            stance=event.stance,
            addressee=parties[event.addressee] if event.addressee is not None else None,
            proposition=details.proposition,
            condition=details.condition,
            evidence=evidence,
            attribution=event.attribution,
            reported_by=details.reported_by,
            time=event.time,
            stated_on=details.stated_on,
            confidence=event.confidence,
            plover=details.plover,
        )


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
