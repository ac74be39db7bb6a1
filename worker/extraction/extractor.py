"""Who stands where in a cleaned article? Sentences, gate, voices, heads and the words of each event, put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from spacy.language import Language

from schemas.codes import Issue
from worker.cleaning.article import CleanedArticle, LineKind
from worker.extraction.agreement import Agreement
from worker.extraction.coreference import VoicedSentence
from worker.extraction.details import read_details
from worker.extraction.domain import Domain
from worker.extraction.encoder import CandidateLabels, ConditionSpan, Heads
from worker.extraction.encoding import PartyMention, pack, tokenize
from worker.extraction.events import LabelledEvent, labelled_events
from worker.extraction.fusion import Evidence, Fusion, read_evidence
from worker.extraction.gate import gate_article
from worker.extraction.gazetteer import Gazetteer
from worker.extraction.issues import issue_profile
from worker.extraction.paragraphs import Paragraphs
from worker.extraction.position import CharSpan, Mention, PartyName, Position
from worker.extraction.sentences import split_sentences
from worker.extraction.speakers import voice_of
from worker.extraction.voices import read_voices, with_carried

_READ = frozenset({LineKind.HEADLINE, LineKind.DECK, LineKind.BODY})
"""Kinds of line that can carry a position; sub-headings and "reporting by" lines cannot."""

READ_FROM = 0.05
"""Candidates that the heads think less likely than this to hold a position are not read further."""


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
        self._fusion = Fusion.from_card(heads.card.get("fusion", {}))
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
        chunks = self._heads.label(pack(tokens, targets=set(gated.sentences)))
        likely = [c for chunk in chunks for c in chunk.candidates if c.present >= READ_FROM]
        paragraphs = Paragraphs(self._nlp, article.text, (sentences[c.sentence] for c in likely))
        article_reading = _ArticleReading(
            article=article,
            sentences=sentences,
            voices=voices,
            parties=parties,
            paragraphs=paragraphs,
            profile=issue_profile(article.text, domain=self._domain),
            conditions={s: c for chunk in chunks for s, c in chunk.conditions.items()},
        )
        evidence = [self._evidence(article_reading, candidate) for candidate in likely]
        fused = [self._fusion.fuse(c, e) for c, e in zip(likely, evidence, strict=True)]
        agreement = Agreement(fused)
        found = [
            (event, words)
            for labels, words in zip(fused, evidence, strict=True)
            for event in labelled_events(labels, agreement, self._heads, threshold=self._threshold)
        ]
        found.sort(key=lambda pair: _order(pair[0]))
        positions = tuple(self._position(article_reading, event, evidence) for event, evidence in found)
        sources = tuple(event.labels for event, _ in found)
        return Extraction(positions, True, len(sentences), len(gated.sentences), sources)

    def _evidence(self, reading: "_ArticleReading", candidate: CandidateLabels) -> Evidence:
        mentions = reading.mentions(candidate.sentence, reading.parties[candidate.party])
        return read_evidence(
            reading.article.text,
            reading.sentences,
            candidate.sentence,
            [(m.start, m.end) for m in mentions],
            paragraph=reading.paragraphs.holding(reading.sentences[candidate.sentence]),
            profile=reading.profile,
            domain=self._domain,
        )

    def _position(self, reading: "_ArticleReading", event: LabelledEvent, evidence: Evidence) -> Position:
        sentence = reading.sentences[event.sentence]
        party = reading.parties[event.party]
        mentions = reading.mentions(event.sentence, party)
        condition = reading.conditions.get(event.sentence)
        conditional = condition is not None and event.has_condition >= self._heads.thresholds["condition"]
        details = read_details(
            event,
            sentence=sentence,
            readings=evidence.readings,
            condition=condition.span if condition and conditional else None,
            paragraph=reading.paragraphs.holding(sentence),
            attributions=reading.paragraphs.attributions(sentence),
            domain=self._domain,
            anchor=reading.day,
        )
        return Position(
            party=party,
            mention=(mentions[0].start, mentions[0].end) if mentions else None,
            speaker=voice_of(reading.voices[event.sentence], party, event.attribution),
            issue=event.issue,
            stance=event.stance,
            addressee=reading.parties[event.addressee] if event.addressee is not None else None,
            proposition=details.proposition,
            condition=details.condition,
            evidence=sentence,
            attribution=event.attribution,
            reported_by=details.reported_by,
            time=event.time,
            stated_on=details.stated_on,
            confidence=event.confidence,
            plover=details.plover,
        )


@dataclass(frozen=True, slots=True)
class _ArticleReading:
    """What is known of one article while its positions are put together."""

    article: CleanedArticle
    sentences: Sequence[CharSpan]
    voices: Sequence[VoicedSentence]
    parties: Sequence[PartyName]
    paragraphs: Paragraphs
    profile: Mapping[Issue, float]
    conditions: Mapping[int, ConditionSpan]

    @property
    def day(self) -> date | None:
        """The day of the report."""
        dateline = self.article.dateline
        return dateline.day if dateline and dateline.day else self.article.published_at

    def mentions(self, sentence: int, party: PartyName) -> list[Mention]:
        """Where the sentence mentions the party in words of its own."""
        return [m for m in self.voices[sentence].mentions if m.party == party and m.start < m.end]


def _order(event: LabelledEvent) -> tuple[int, float, int, str, str]:
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
