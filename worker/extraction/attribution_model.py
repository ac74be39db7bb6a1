"""How likely is it? Sums of learned weights over named features."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import exp

Features = list[str]


@dataclass(frozen=True, slots=True)
class LinearScorer:
    """A weight per feature; features it has never met weigh nothing."""

    weights: Mapping[str, float]

    def score(self, features: Iterable[str]) -> float:
        get = self.weights.get
        return sum([get(feature, 0.0) for feature in features])


@dataclass(frozen=True, slots=True)
class AttributionModel:
    """The three questions of the walk: is this a cue, which argument is the source, which arguments are content."""

    cue: LinearScorer
    source: LinearScorer
    content: LinearScorer
    threshold: float


def probability(score: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, score))))


def read_model(text: str) -> AttributionModel:
    document = json.loads(text)
    return AttributionModel(
        cue=LinearScorer(document["cue"]),
        source=LinearScorer(document["source"]),
        content=LinearScorer(document["content"]),
        threshold=document["threshold"],
    )


@cache
def default_model() -> AttributionModel:
    return read_model(resources.files("worker.domains").joinpath("attribution_weights.json").read_text("utf-8"))
