"""Who stands where in a cleaned article? Gate, reading, labels and the words of each event, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from spacy.language import Language

from worker.cleaning.article import CleanedArticle, LineKind
from worker.extraction.confidence import Trees
from worker.extraction.details import read_details
from worker.extraction.domain import Domain
from worker.extraction.encoder import CandidateLabels
from worker.extraction.events import LabelledEvent, Thresholds, labelled_events
from worker.extraction.fusion import Fusion
from worker.extraction.gate import gate_article
from worker.extraction.gazetteer import Gazetteer
from worker.extraction.labelling import Labeller
from worker.extraction.position import CharSpan, Position
from worker.extraction.reading import ArticleReading, Reader
from worker.extraction.sentences import split_sentences
from worker.extraction.speakers import voice_of

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
    """What was said of the candidate that each position comes from, in the order of `positions`."""


class Extractor:
    """Extracts positions with a labeller over candidates that the text's own names and voices propose."""

    def __init__(
        self,
        domain: Domain,
        *,
        gazetteer: Gazetteer,
        labeller: Labeller,
        nlp: Language,
        threshold: float | None = None,
    ) -> None:
        self._domain = domain
        self._labeller = labeller
        self._nlp = nlp
        self._reader = Reader(domain, gazetteer=gazetteer, labeller=labeller, nlp=nlp)
        self._fusion = Fusion.from_card(labeller.card.get("fusion", {}))
        self._trees = Trees.load(labeller.folder / "confidence.json")
        self._thresholds = Thresholds.choose(labeller.card["thresholds"], threshold)
        self._condition_from: float = labeller.card["thresholds"]["condition"]

    @property
    def model(self) -> str:
        """Which labeller, for the provenance of events."""
        return self._labeller.name

    @property
    def domain(self) -> str:
        """Which domain pack, for the provenance of events."""
        return f"{self._domain.name}-{self._domain.version}"

    def extract(self, articles: Sequence[CleanedArticle]) -> list[Extraction]:
        """Extract the positions of every article; one article's result does not depend on the others."""
        extractions = []
        for article in articles:
            with self._nlp.memory_zone():  # new words go with their article, or a process would grow for ever
                extractions.append(self._extract(article))
        return extractions

    def _extract(self, article: CleanedArticle) -> Extraction:
        sentences = read_sentences(article)
        gated = gate_article(article.text, sentences, domain=self._domain)
        if not gated.passes:
            return Extraction((), False, len(sentences), 0)
        year = article.published_at.year if article.published_at else None
        reading = self._reader.read(article.text, sentences, year=year, targets=set(gated.sentences))
        fused = self._fusion.fuse_all(reading.candidates)
        found = labelled_events(
            reading, fused, trees=self._trees, thresholds=self._thresholds, likelihood=gated.likelihood
        )
        day = article.dateline.day if article.dateline and article.dateline.day else article.published_at
        return Extraction(
            positions=tuple(self._position(reading, event, day=day) for event in found),
            passed=True,
            sentences=len(sentences),
            labelled_sentences=len(gated.sentences),
            labels=tuple(event.labels for event in found),
        )

    def _position(self, reading: ArticleReading, event: LabelledEvent, *, day: date | None) -> Position:
        sentence = reading.sentences[event.sentence]
        party = reading.parties[event.party]
        mentions = reading.mentions(event.sentence, event.party)
        conditional = event.has_condition >= self._condition_from
        details = read_details(
            event,
            sentence=sentence,
            readings=event.evidence.readings,
            condition=reading.condition(event.sentence, domain=self._domain) if conditional else None,
            paragraph=reading.paragraphs.holding(sentence),
            attributions=reading.paragraphs.attributions(sentence),
            domain=self._domain,
            anchor=day,
        )
        return Position(
            party=party,
            mention=(mentions[0].start, mentions[0].end) if mentions else None,
            speaker=voice_of(reading.voices[event.sentence], party, event.attribution),
            issue=event.issue,
            stance=details.stance,
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


def read_sentences(article: CleanedArticle) -> list[CharSpan]:
    """The sentences of the lines that can carry a position, without the dateline."""
    spans: list[CharSpan] = []
    for line in article.lines:
        if line.kind in _READ:
            dateline = article.dateline
            start = dateline.end if dateline and line.start <= dateline.start < line.end else line.start
            spans.extend(split_sentences(article.text, start, line.end))
    return spans
