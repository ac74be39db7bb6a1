"""How much weight do terms and cues get beside the heads? Fitted on articles that the heads were not fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from spacy.language import Language
from torch import Tensor, nn

from training.batches import ISSUES, STANCES
from training.records import Record
from worker.extraction.domain import Domain
from worker.extraction.encoder import CandidateLabels, Heads
from worker.extraction.encoding import pack
from worker.extraction.extractor import READ_FROM
from worker.extraction.fusion import Evidence, Fusion, read_evidence
from worker.extraction.issues import issue_profile
from worker.extraction.paragraphs import Paragraphs


@dataclass(frozen=True, slots=True)
class Reading:
    """What heads, terms and cues say of the likely candidates of one record."""

    record: Record
    candidates: list[CandidateLabels]
    evidence: list[Evidence]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads records as the worker does."""

    domain: Domain
    nlp: Language

    def read(self, heads: Heads, records: Sequence[Record]) -> list[Reading]:
        """Label the candidates of every record and look up the evidence of words."""
        return [self._read(heads, record) for record in records]

    def _read(self, heads: Heads, record: Record) -> Reading:
        labels = [c for chunk in heads.label(pack(record.tokens)) for c in chunk.candidates if c.present >= READ_FROM]
        paragraphs = Paragraphs(self.nlp, record.text, [record.sentences[c.sentence] for c in labels])
        profile = issue_profile(record.text, domain=self.domain)
        evidence = [
            read_evidence(
                record.text,
                record.sentences,
                c.sentence,
                _mentions(record, c),
                paragraph=paragraphs.holding(record.sentences[c.sentence]),
                profile=profile,
                domain=self.domain,
            )
            for c in labels
        ]
        return Reading(record, labels, evidence)


def _mentions(record: Record, candidate: CandidateLabels) -> list[tuple[int, int]]:
    start, end = record.sentences[candidate.sentence]
    return [
        (m.start, m.end)
        for m in record.mentions
        if m.party == candidate.party and m.start < m.end and start <= m.start < end
    ]


def fuse_all(readings: Sequence[Reading], fusion: Fusion) -> list[tuple[Record, list[CandidateLabels]]]:
    """Return the fused candidates of every record."""
    return [(r.record, [fusion.fuse(c, e) for c, e in zip(r.candidates, r.evidence, strict=True)]) for r in readings]


def fit_fusion(readings: Sequence[Reading]) -> Fusion:
    """Fit the log-linear sums on the gold events of the readings."""
    issue_logs, issue_terms, issue_gold, stance_logs, stance_cues, stance_gold = [], [], [], [], [], []
    for reading in readings:
        for c, evidence in zip(reading.candidates, reading.evidence, strict=True):
            for e in reading.record.events:
                if e.party == c.party and c.sentence in e.sentences:
                    i = ISSUES.index(e.issue)
                    issue_logs.append(np.log(c.issues + 1e-6))
                    issue_terms.append(np.sqrt(evidence.issues))
                    issue_gold.append(i)
                    stance_logs.append(np.log(c.stances[i] + 1e-6))
                    stance_cues.append(np.sqrt(evidence.stances))
                    stance_gold.append(STANCES.index(e.stance))
    issue = _fit(issue_logs, issue_terms, issue_gold)
    stance = _fit(stance_logs, stance_cues, stance_gold)
    return Fusion(
        issue_heads=issue[0],
        issue_terms=issue[1],
        issue_bias=issue[2],
        stance_heads=stance[0],
        stance_cues=stance[1],
        stance_bias=stance[2],
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


def accuracy(name: str, readings: Sequence[Reading], fusion: Fusion) -> str:
    """Say how often issue, stance and both are right, given sentence and party."""
    hits = []
    for record, candidates in fuse_all(readings, fusion):
        for c in candidates:
            best = int(c.issues.argmax())
            for e in record.events:
                if e.party == c.party and c.sentence in e.sentences:
                    i = ISSUES.index(e.issue)
                    stance = STANCES[int(c.stances[i].argmax())] == e.stance
                    both = best == i and stance
                    hits.append((best == i, stance, both))
    issue, stance, both = np.mean(hits, 0)
    return f"{name}: issue {issue:.3f} stance {stance:.3f} both {both:.3f}"
