"""What do words and heads say together? Adds the evidence of terms and cues to the heads' distributions.

The heads read the whole sentence but learned from few examples; the terms of a domain pack and the cues on a party's
own predicate are certain where they occur. Their sum in log space is right more often than either, and terms that an
analyst adds to a pack count at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Token

from schemas.codes import Issue, Stance
from worker.extraction.domain import Domain
from worker.extraction.encoder import CandidateLabels
from worker.extraction.encoding import FloatArray
from worker.extraction.issues import score_issues
from worker.extraction.paragraphs import ParsedParagraph
from worker.extraction.position import CharSpan
from worker.extraction.stances import StanceReading, read_stances

_ISSUES = tuple(Issue)
_STANCES = tuple(Stance)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What terms and cues say of one candidate: weights by issue and by stance, and the cues as they were read."""

    issues: FloatArray
    stances: FloatArray
    readings: tuple[StanceReading, ...]


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of the log-linear sum; fitted on articles that the heads were not fitted on.

    A distribution is proportional to exp(`heads` * log p + `terms` * sqrt(evidence) + `bias`).
    """

    issue_heads: float = 1.0
    issue_terms: float = 0.0
    issue_bias: tuple[float, ...] = (0.0,) * len(_ISSUES)
    stance_heads: float = 1.0
    stance_cues: float = 0.0
    stance_bias: tuple[float, ...] = (0.0,) * len(_STANCES)

    @classmethod
    def from_card(cls, fields: Mapping[str, Any]) -> "Fusion":
        """Read the weights of a card; an empty one leaves the heads as they are."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
        return cls(**values)

    def fuse(self, labels: CandidateLabels, evidence: Evidence) -> CandidateLabels:
        """Return the labels with issues and stances fused."""
        issues = (
            self.issue_heads * _log(labels.issues)
            + self.issue_terms * np.sqrt(evidence.issues)
            + np.asarray(self.issue_bias, np.float32)
        )
        stances = (
            self.stance_heads * _log(labels.stances)
            + self.stance_cues * np.sqrt(evidence.stances)
            + np.asarray(self.stance_bias, np.float32)
        )
        return replace(labels, issues=_softmax(issues), stances=_softmax(stances))


def read_evidence(
    text: str,
    sentences: Sequence[CharSpan],
    sentence: int,
    mentions: Sequence[CharSpan],
    *,
    paragraph: ParsedParagraph,
    profile: Mapping[Issue, float],
    domain: Domain,
) -> Evidence:
    """Weigh the issue terms of a sentence and the stance cues of a party in it.

    Args:
        text: the article's text.
        sentences: its sentences; the first stands for the headline.
        sentence: which of them.
        mentions: where it mentions the party; none for a party that is only carried into it.
        paragraph: the parsed paragraph of the sentence.
        profile: what the article as a whole is about (`issues.issue_profile`).
        domain: terms and cues.
    """
    words = text[slice(*sentences[sentence])]
    terms = score_issues(
        words,
        domain=domain,
        previous=text[slice(*sentences[sentence - 1])] if sentence else None,
        headline=text[slice(*sentences[0])],
        article=profile,
    )
    span = paragraph.span(sentences[sentence])
    readings: list[StanceReading] = []
    if span is not None:
        holders: list[Token] = [part.root for m in mentions if (part := paragraph.span(m)) is not None]
        readings = read_stances(span, holders, domain=domain)
    cues = dict.fromkeys(_STANCES, 0.0)
    for reading in readings:
        cues[reading.stance] += reading.weight
    return Evidence(
        issues=np.array([terms.get(issue, 0.0) for issue in _ISSUES], np.float32),
        stances=np.array([cues[stance] for stance in _STANCES], np.float32),
        readings=tuple(readings),
    )


def _log(probabilities: FloatArray) -> FloatArray:
    return np.asarray(np.log(probabilities + 1e-6), np.float32)


def _softmax(logits: NDArray[np.floating[Any]]) -> FloatArray:
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True), np.float32)
