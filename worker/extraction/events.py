"""Which events do the heads' distributions come down to? The labels of a candidate that are likely enough."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from schemas.codes import Attribution, Issue, Stance, TimeFrame
from worker.extraction.agreement import Agreement, joint
from worker.extraction.encoder import CandidateLabels, Heads

_ISSUES = tuple(Issue)
_STANCES = tuple(Stance)
_ATTRIBUTIONS = tuple(Attribution)
_TIMES = tuple(TimeFrame)
_UNLIKELY = 0.015


@dataclass(frozen=True, slots=True)
class LabelledEvent:
    """A position of party number `party` in sentence number `sentence`, as the heads label it."""

    sentence: int
    party: int
    issue: Issue
    stance: Stance
    attribution: Attribution
    time: TimeFrame
    addressee: int | None
    has_condition: float
    confidence: float
    labels: CandidateLabels
    """What the heads said of the candidate that the event comes from."""


def labelled_events(
    labels: CandidateLabels, agreement: Agreement, heads: Heads, *, threshold: float
) -> Iterator[LabelledEvent]:
    """Yield the events of one candidate whose calibrated confidence reaches `threshold`."""
    addressee = max(labels.addressees, key=lambda pair: pair[1], default=(None, 0.0))[0]
    for issue, stance in np.argwhere(joint(labels) >= _UNLIKELY).tolist():
        confidence = heads.confidence(agreement.features(labels, issue, stance))
        if confidence >= threshold:
            yield LabelledEvent(
                sentence=labels.sentence,
                party=labels.party,
                issue=_ISSUES[issue],
                stance=_STANCES[stance],
                attribution=_ATTRIBUTIONS[int(labels.attribution.argmax())],
                time=_TIMES[int(labels.time.argmax())],
                addressee=addressee,
                has_condition=labels.has_condition,
                confidence=confidence,
                labels=labels,
            )
