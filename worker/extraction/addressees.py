"""Towards whom? The other party that the sentence's words and the rest of the article speak for, or nobody."""

import math
from collections import defaultdict
from collections.abc import Iterable

from worker.extraction.encoder import CandidateLabels

_UNSEEN = 0.1
_USUAL_SHARE = 0.4
"""What a party's usual addressee counts beside the sentence's own words; chosen on held-out articles."""


class Addressees:
    """Whom each party of one article mostly addresses, from the labels of all its candidates."""

    def __init__(self, candidates: Iterable[CandidateLabels]) -> None:
        self._held: dict[int, float] = defaultdict(float)
        self._towards: dict[tuple[int, int | None], float] = defaultdict(float)
        for labels in candidates:
            self._held[labels.party] += labels.present
            for other, probability in labels.addressees:
                self._towards[labels.party, other] += labels.present * probability

    def of(self, labels: CandidateLabels) -> int | None:
        """Return the number of the party that one candidate's position is addressed to, None for nobody."""

        def weight(pair: tuple[int | None, float]) -> float:
            other, probability = pair
            usual = (self._towards[labels.party, other] + _UNSEEN) / (self._held[labels.party] + 1)
            return math.log(probability + 1e-9) + _USUAL_SHARE * math.log(usual)

        return max(labels.addressees, key=weight, default=(None, 0.0))[0]
