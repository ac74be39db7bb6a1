"""Who is asked what a party says in a sentence? The learned heads, or the words around it, behind one interface."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from worker.extraction.coreference import VoicedSentence
from worker.extraction.encoder import CandidateLabels, ConditionSpan, Heads
from worker.extraction.encoding import FloatArray, PartyMention, pack, tokenize
from worker.extraction.issues import ArticleIssues
from worker.extraction.position import CharSpan, PartyName


@dataclass(frozen=True, slots=True)
class UnlabelledArticle:
    """What is known of an article before anybody labels it; parties go by their number in `parties`."""

    text: str
    sentences: Sequence[CharSpan]
    voices: Sequence[VoicedSentence]
    parties: Sequence[PartyName]
    mentions: Sequence[PartyMention]
    issues: ArticleIssues


@dataclass(frozen=True, slots=True)
class ArticleLabels:
    """What was said of the candidates of an article, and the conditions that were seen; both by sentence.

    `conditions` is None where the labeller does not look for any: then those count that the parse shows. `cues` are
    weights by stance of a party in a sentence, for sentences that are not parsed.
    """

    candidates: Mapping[int, Sequence[CandidateLabels]]
    conditions: Mapping[int, ConditionSpan] | None
    cues: Mapping[tuple[int, int], FloatArray] = field(default_factory=dict)


class Labeller(Protocol):
    """Says of every party of a sentence whether it holds a position there, on what and how."""

    @property
    def name(self) -> str:
        """What it is called in the provenance of events."""

    @property
    def card(self) -> Mapping[str, Any]:
        """Weights of the fusion, thresholds and the like that were fitted for it."""

    @property
    def folder(self) -> Path:
        """Where the trees lie that were fitted for it."""

    @property
    def read_from(self) -> float:
        """Candidates that it thinks less likely than this to hold a position are not read further."""

    @property
    def parse_from(self) -> float:
        """Sentences without a candidate as likely as this are not parsed."""

    @property
    def reads_paragraphs(self) -> bool:
        """Whether the whole paragraph of such a sentence is parsed and attributed, or it alone and not attributed."""

    def label(self, article: UnlabelledArticle, targets: Collection[int] | None) -> ArticleLabels:
        """Label the candidates of the sentences with these indexes; None for all."""


class EncoderLabeller:
    """The trained encoder and its heads."""

    read_from = parse_from = 0.05
    reads_paragraphs = True

    def __init__(self, heads: Heads) -> None:
        self._heads = heads

    @property
    def name(self) -> str:
        """Which trained heads."""
        return f"heads-{self._heads.version}"

    @property
    def card(self) -> Mapping[str, Any]:
        """The card of the heads."""
        return self._heads.card

    @property
    def folder(self) -> Path:
        """The folder of the heads."""
        return self._heads.folder

    def label(self, article: UnlabelledArticle, targets: Collection[int] | None) -> ArticleLabels:
        """Run the chunks of an article through the heads."""
        tokens = tokenize(self._heads.tokenizer, article.text, article.sentences, article.mentions)
        chunks = self._heads.label(pack(tokens, targets=targets))
        candidates: dict[int, list[CandidateLabels]] = defaultdict(list)
        for chunk in chunks:
            for labels in chunk.candidates:
                candidates[labels.sentence].append(labels)
        return ArticleLabels(candidates, {s: c for chunk in chunks for s, c in chunk.conditions.items()})
