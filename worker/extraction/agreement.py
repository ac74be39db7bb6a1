"""Does the rest of the article bear a label out? What all its sentences together say of issues and parties."""

import math
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from schemas.codes import Issue
from worker.extraction.encoder import CandidateLabels

_FLOOR = 0.02
_CEILING = 0.999

AGREEMENT_FEATURES = ("present", "issue", "stance", "same_elsewhere", "issue_elsewhere", "issue_share")
"""What heads and agreement say of a label, in this order: log odds of the first five, log of the last.

`same_elsewhere` is the probability that some other sentence gives the party the same issue and stance,
`issue_elsewhere` the same issue, `issue_share` how much of all that the article's parties say concerns the issue.
"""


class Agreement:
    """The evidence of one article; asked about one label, it leaves that label's own part out."""

    def __init__(self, candidates: Iterable[CandidateLabels]) -> None:
        no_label: dict[int, NDArray[np.float64]] = defaultdict(lambda: np.zeros(()))
        no_issue: dict[int, NDArray[np.float64]] = defaultdict(lambda: np.zeros(()))
        share = np.full(len(Issue), _FLOOR)
        for c in candidates:
            no_label[c.party] = no_label[c.party] + np.log1p(-joint(c))
            no_issue[c.party] = no_issue[c.party] + np.log1p(-_of_issue(c))
            share = share + c.present * c.issues
        self._no_label = no_label
        self._no_issue = no_issue
        self._share = share / share.sum()

    def features(self, labels: CandidateLabels, issue: int, stance: int) -> tuple[float, ...]:
        """Return the `AGREEMENT_FEATURES` of one label of a candidate of the article."""
        of_issue_here = labels.present * float(labels.issues[issue])
        own_label = math.log1p(-min(of_issue_here * float(labels.stances[issue, stance]), _CEILING))
        own_issue = math.log1p(-min(of_issue_here, _CEILING))
        same = 1 - math.exp(min(0.0, self._no_label[labels.party][issue, stance] - own_label))
        of_issue = 1 - math.exp(min(0.0, self._no_issue[labels.party][issue] - own_issue))
        return (
            log_odds(labels.present),
            log_odds(float(labels.issues[issue])),
            log_odds(float(labels.stances[issue, stance])),
            log_odds(same),
            log_odds(of_issue),
            math.log(self._share[issue]),
        )


def joint(labels: CandidateLabels) -> NDArray[np.float64]:
    """Return the probability of each issue and stance (a line an issue) for a candidate."""
    product = labels.present * labels.issues[:, None].astype(np.float64) * labels.stances
    return np.minimum(product, _CEILING)


def _of_issue(labels: CandidateLabels) -> NDArray[np.float64]:
    return np.minimum(labels.present * labels.issues.astype(np.float64), _CEILING)


def log_odds(probability: float) -> float:
    """Return log odds, bounded."""
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))
