"""How much weight do terms, cues and roles get beside the heads? Fitted on articles the heads were not fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from training.batches import ISSUES, STANCES
from training.records import Event, Record
from worker.extraction.encoder import CandidateLabels
from worker.extraction.fusion import Fusion
from worker.extraction.reading import ArticleReading, Reader, log_odds


@dataclass(frozen=True, slots=True)
class Reading:
    """One record, read as the worker reads an article."""

    record: Record
    article: ArticleReading

    def events(self, labels: CandidateLabels) -> list[Event]:
        """Return the gold events of a candidate."""
        party = self.record.party_of.get(self.article.parties[labels.party].name, -1)
        return [e for e in self.record.events if e.party == party and labels.sentence in e.sentences]


def read(reader: Reader, records: Sequence[Record]) -> list[Reading]:
    """Read records."""
    return [Reading(r, reader.read(r.text, r.sentences, year=r.year)) for r in records]


def fuse(reading: Reading, fusion: Fusion) -> list[CandidateLabels]:
    """Return the fused labels of the reading's candidates, in order."""
    return fusion.fuse_all(reading.article.candidates)


def fit_fusion(readings: Sequence[Reading]) -> Fusion:
    """Fit the log-linear sums on the gold events of the readings."""
    issue_logs, issue_terms, issue_gold, stance_logs, stance_cues, stance_gold = [], [], [], [], [], []
    roles, present = [], []
    for reading in readings:
        for candidate in reading.article.candidates:
            c, evidence = candidate.labels, candidate.evidence
            events = reading.events(c)
            roles.append((log_odds(c.present), *candidate.roles))
            present.append(bool(events))
            for e in events:
                i = ISSUES.index(e.issue)
                issue_logs.append(np.log(c.issues + 1e-6))
                issue_terms.append(np.sqrt(evidence.issues))
                issue_gold.append(i)
                stance_logs.append(np.log(c.stances[i] + 1e-6))
                stance_cues.append(np.sqrt(evidence.stances))
                stance_gold.append(STANCES.index(e.stance))
    issue = _fit(issue_logs, issue_terms, issue_gold)
    stance = _fit(stance_logs, stance_cues, stance_gold)
    presence = LogisticRegression(C=0.3, max_iter=2000).fit(np.array(roles), np.array(present))
    heads, *weights = presence.coef_[0].tolist()
    return Fusion(
        issue_heads=issue[0],
        issue_terms=issue[1],
        issue_bias=issue[2],
        stance_heads=stance[0],
        stance_cues=stance[1],
        stance_bias=stance[2],
        present_heads=round(heads, 4),
        roles=tuple(round(w, 4) for w in weights),
        present_bias=round(float(presence.intercept_[0]), 4),
    )


def _fit(
    logs: Sequence[np.ndarray], words: Sequence[np.ndarray], gold: Sequence[int]
) -> tuple[float, float, tuple[float, ...]]:
    """Fit weight of the heads, weight of the words and (small) biases."""
    x, w, y = (torch.from_numpy(np.array(v)) for v in (logs, words, gold))
    weights = torch.tensor([1.0, 0.0], requires_grad=True)
    bias = torch.zeros(x.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=200)

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = nn.functional.cross_entropy(weights[0] * x + weights[1] * w + bias, y, reduction="sum")
        value = value + 4.0 * (bias**2).sum() + 0.5 * ((weights - torch.tensor([1.0, 0.0])) ** 2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    heads, terms = (round(v, 4) for v in weights.tolist())
    return heads, terms, tuple(round(v, 4) for v in bias.tolist())


def accuracy(readings: Sequence[Reading], fusion: Fusion) -> str:
    """Say how often issue, stance and both are right, given sentence and party."""
    hits = []
    for reading in readings:
        for c in fuse(reading, fusion):
            best = int(c.issues.argmax())
            for e in reading.events(c):
                i = ISSUES.index(e.issue)
                stance = STANCES[int(c.stances[i].argmax())] == e.stance
                hits.append((best == i, stance, best == i and STANCES[int(c.stances[best].argmax())] == e.stance))
    issue, stance, both = np.mean(hits, 0)
    return f"issue {issue:.3f} stance {stance:.3f} both {both:.3f}"
