"""What do words and heads say together? Adds the evidence of terms, cues and roles to the heads' distributions.

The heads read the whole sentence but learned from few examples; the terms of a domain pack and the cues on a party's
own predicate are certain where they occur. Their sum in log space is right more often than either, and terms that an
analyst adds to a pack count at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.codes import Issue, Stance
from worker.extraction.encoder import CandidateLabels
from worker.extraction.encoding import FloatArray
from worker.extraction.reading import ROLE_FEATURES, ReadCandidate, log_odds


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of the log-linear sums; fitted on articles that the heads were not fitted on.

    A distribution is proportional to exp(`heads` * log p + `terms` * sqrt(evidence) + `bias`); the log odds that the
    party holds a position at all are `present_heads` * log odds + `roles` . `ROLE_FEATURES` + `present_bias`.
    """

    issue_heads: float = 1.0
    issue_terms: float = 0.0
    issue_bias: tuple[float, ...] = (0.0,) * len(Issue)
    stance_heads: float = 1.0
    stance_cues: float = 0.0
    stance_bias: tuple[float, ...] = (0.0,) * len(Stance)
    present_heads: float = 1.0
    roles: tuple[float, ...] = (0.0,) * len(ROLE_FEATURES)
    present_bias: float = 0.0

    @classmethod
    def from_card(cls, fields: Mapping[str, Any]) -> "Fusion":
        """Read the weights of a card; an empty one leaves the heads as they are."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
        return cls(**values)

    def fuse(self, candidate: ReadCandidate) -> CandidateLabels:
        """Return the candidate's labels with presence, issues and stances fused."""
        return self.fuse_all([candidate])[0]

    def fuse_all(self, candidates: Sequence[ReadCandidate]) -> list[CandidateLabels]:
        """Return the fused labels of all candidates, in order; none depends on another."""
        if not candidates:
            return []
        issues = _softmax(
            self.issue_heads * _log(np.stack([c.labels.issues for c in candidates]))
            + self.issue_terms * np.sqrt(np.stack([c.evidence.issues for c in candidates]))
            + np.asarray(self.issue_bias, np.float32)
        )
        stances = _softmax(
            self.stance_heads * _log(np.stack([c.labels.stances for c in candidates]))
            + self.stance_cues * np.sqrt(np.stack([c.evidence.stances for c in candidates]))[:, None]
            + np.asarray(self.stance_bias, np.float32)
        )
        return [
            replace(c.labels, present=self._present(c), issues=issues[line], stances=stances[line])
            for line, c in enumerate(candidates)
        ]

    def _present(self, candidate: ReadCandidate) -> float:
        present = (
            self.present_heads * log_odds(candidate.labels.present)
            + sum(w * f for w, f in zip(self.roles, candidate.roles, strict=True))
            + self.present_bias
        )
        return float(1 / (1 + np.exp(-present)))


def _log(probabilities: FloatArray) -> FloatArray:
    return np.asarray(np.log(probabilities + 1e-6), np.float32)


def _softmax(logits: NDArray[np.floating[Any]]) -> FloatArray:
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True), np.float32)
