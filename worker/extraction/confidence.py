"""How sure is a label? Boosted trees over what heads, words, speech and the rest of the article say of it.

Every label (an issue and a stance of a party in a sentence) that is not quite unlikely becomes one line of numbers,
`FEATURES`. The trees are fitted on articles that the heads were not fitted on, so that their sum is an honest
probability: of the labels at 0.8, four in five are right.
"""

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.extraction.agreement import AGREEMENT_FEATURES, Agreement, joint
from worker.extraction.encoder import CandidateLabels
from worker.extraction.position import CharSpan
from worker.extraction.reading import ROLE_FEATURES, ArticleReading, ReadCandidate, log_odds

UNLIKELY = 0.015
"""Labels less probable than this are not considered."""

FEATURES = (
    *AGREEMENT_FEATURES,
    *ROLE_FEATURES,
    "heads_present",
    "source",
    "in_content",
    "stance_cue",
    "issue_term",
    "likeliest",
    "party_share",
    "place",
    "length",
)
"""What the trees look at.

`heads_present`: log odds of presence before fusion; `source`: how surely the party is the source of an attribution
in the sentence; `in_content`: whether a mention lies within what somebody says; `stance_cue` and `issue_term`: the
words' evidence for just this label; `likeliest`: whether the label is its candidate's likeliest; `party_share`: log of
the party's share of all presence in the article; `place`, `length`: of the sentence.
"""

RISING = frozenset({*AGREEMENT_FEATURES, "cue", "heads_present", "source", "stance_cue", "likeliest", "party_share"})
"""Features whose growth never lowers the confidence."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Label:
    """One issue and stance (by number) of candidate number `candidate` of a reading."""

    candidate: int
    issue: int
    stance: int


def label_features(reading: ArticleReading, fused: Sequence[CandidateLabels]) -> tuple[list[Label], Matrix]:
    """List the labels of an article that are not quite unlikely, and their `FEATURES` line by line.

    Args:
        reading: the article.
        fused: the labels of `reading.candidates` after fusion, in the same order.
    """
    agreement = Agreement(fused)
    presence: dict[int, float] = defaultdict(float)
    for labels in fused:
        presence[labels.party] += labels.present
    whole = sum(presence.values())
    found: list[Label] = []
    lines: list[tuple[float, ...]] = []
    for number, (candidate, labels) in enumerate(zip(reading.candidates, fused, strict=True)):
        start, end = reading.sentences[labels.sentence]
        source, in_content = _speech(reading, candidate)
        own = (
            *candidate.roles,
            log_odds(candidate.labels.present),
            source,
            in_content,
        )
        around = (
            math.log(presence[labels.party] / whole),
            labels.sentence / len(reading.sentences),
            (end - start) / 200,
        )
        probable = joint(labels)
        for issue, stance in np.argwhere(probable >= UNLIKELY).tolist():
            found.append(Label(number, issue, stance))
            words = (
                math.sqrt(candidate.evidence.stances[stance]),
                math.sqrt(candidate.evidence.issues[issue]),
                float(probable[issue, stance] == probable.max()),
            )
            lines.append((*agreement.features(labels, issue, stance), *own, *words, *around))
    return found, np.array(lines, np.float64).reshape(-1, len(FEATURES))


def _speech(reading: ArticleReading, candidate: ReadCandidate) -> tuple[float, float]:
    """Return how surely the candidate's party is a source of speech in its sentence, and whether others speak of it."""
    labels = candidate.labels
    sentence = reading.sentences[labels.sentence]
    mentions = [(m.start, m.end) for m in reading.mentions(labels.sentence, labels.party)]
    source = in_content = 0.0
    if not mentions:
        return source, in_content
    for attribution in reading.paragraphs.attributions(sentence):
        if attribution.source is not None and any(_overlap(attribution.source, m) for m in mentions):
            source = max(source, attribution.confidence)
        if any(_overlap(part, m) for part in attribution.content for m in mentions):
            in_content = 1.0
    return source, in_content


def _overlap(one: CharSpan, other: CharSpan) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted decision trees: from node 0, go left where the feature is at most the threshold, until a leaf.

    One line a tree, its nodes side by side, the shorter ones filled up; a leaf is its own child.
    """

    bias: float
    feature: NDArray[np.int64]
    threshold: Matrix
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Matrix
    depth: int

    @classmethod
    def load(cls, path: Path) -> "Trees":
        """Read trees that were fitted on `FEATURES`."""
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf8"))
        if raw["features"] != list(FEATURES):
            raise ValueError(f"{path}: trees fitted on other features than ours")
        return cls.from_lists(raw["bias"], raw["trees"])

    @classmethod
    def from_lists(cls, bias: float, trees: Sequence[Mapping[str, Any]]) -> "Trees":
        """Build trees from their JSON form."""
        size = max((len(tree["feature"]) for tree in trees), default=1)

        def table(name: str, kind: type) -> NDArray[Any]:
            lines: NDArray[Any] = np.zeros((len(trees), size), kind)
            for line, tree in zip(lines, trees, strict=True):
                line[: len(tree[name])] = tree[name]
            return lines

        return cls(
            float(bias),
            table("feature", np.int64),
            table("threshold", np.float64),
            table("left", np.int64),
            table("right", np.int64),
            table("value", np.float64),
            max((int(tree["depth"]) for tree in trees), default=0),
        )

    def probabilities(self, lines: Matrix) -> Matrix:
        """Return the confidence of each line of features."""
        tree = np.arange(len(self.feature))[:, None]
        line = np.arange(len(lines))
        node = np.zeros((len(self.feature), len(lines)), np.int64)
        for _ in range(self.depth):
            goes_left = lines[line, self.feature[tree, node]] <= self.threshold[tree, node]
            node = np.where(goes_left, self.left[tree, node], self.right[tree, node])
        values = np.concatenate((np.full((1, len(lines)), self.bias), self.value[tree, node]))
        score = values.cumsum(0)[-1]  # one after the other, whatever their number: rounding is the same then
        return np.asarray(1 / (1 + np.exp(-score)))
