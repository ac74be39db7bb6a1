"""Fit the `fast` profile: weights on words, and what is between them and events. Annotations only, no heads.

    python -m training.words --records DIR --out DIR [--version NAME] [--parse-from 0.5]

DIR holds train.jsonl, items.jsonl and dev.jsonl of `training.build_records`. The weights on words are fitted on
articles and items; fusion, trees and thresholds on what such weights, fitted on four fifths of the articles, say of the
last fifth. Prints the figures of the articles, cross-validated, and of dev, which nothing is fitted on.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from schemas.codes import Attribution, Stance, TimeFrame
from training.calibrate import (
    FOLDS,
    Labels,
    choose_thresholds,
    crossed,
    fit_trees,
    report,
    temper,
    tempered,
    trees_as_json,
)
from training.fusing import Reading, accuracy, fit_fusion, read
from training.records import Event, Record, read_records
from worker.extraction.domain import Domain, load_domain
from worker.extraction.fusion import Fusion
from worker.extraction.gazetteer import load_gazetteer
from worker.extraction.paragraphs import load_parser
from worker.extraction.reading import Reader, unlabelled
from worker.extraction.word_addressees import SIGNS, AddresseeWeights, signs
from worker.extraction.word_labels import (
    ANSWERS,
    FORMAT,
    WORD_SHARE,
    Candidate,
    WordedArticle,
    WordLabeller,
    WordReader,
    WordWeights,
)
from worker.extraction.wording import PLACES

SEEN_AT_LEAST = 3
"""Candidates or sentences that a form in a place must be seen at to get a weight."""

FORMS_AT_ALL = re.compile(r"(?<![.!?:\"“'‘(] )(?<!^)\b[a-z]+(?:['’][a-z]+)*")
"""Words that are written small somewhere: others may be names, which get no weight."""

ITEM_SHARE = 0.4
_MEASURE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Example:
    """A candidate of a record with the events that it is the holder of."""

    record: Record
    article: WordedArticle
    candidate: Candidate
    events: tuple[Event, ...]

    @property
    def weight(self) -> float:
        """Items are annotated more coarsely."""
        return ITEM_SHARE if self.record.is_item else 1.0


def examples(records: Iterable[Record], domain: Domain) -> Iterator[Example]:
    """Yield the candidates of records."""
    reader, gazetteer = WordReader(domain), load_gazetteer()
    for record in records:
        article = unlabelled(record.text, record.sentences, domain=domain, gazetteer=gazetteer, year=record.year)
        worded = reader.read(article, None)
        for candidate in worded.candidates:
            number = record.party_of.get(article.parties[candidate.party].name, -1)
            events = (e for e in record.events if e.party == number and candidate.sentence in e.sentences)
            yield Example(record, worded, candidate, tuple(events))


def forms_of(example: Example) -> Iterator[tuple[str, str]]:
    """Yield the forms of an example by place."""
    yield from (("in", form) for form in example.article.forms[example.candidate.sentence])
    yield from example.candidate.forms


def vocabulary(found: Sequence[Example]) -> dict[tuple[str, str], int]:
    """Number the forms in their places that are seen often enough and are no names."""
    small = {w.lower() for e in {id(e.record): e for e in found}.values() for w in FORMS_AT_ALL.findall(e.record.text)}
    counts = Counter(pair for e in found for pair in forms_of(e))
    kept = (
        (place, form)
        for (place, form), count in counts.items()
        if count >= SEEN_AT_LEAST and (place == "part" or not form[0].isalpha() or form in small)
    )
    return {pair: number for number, pair in enumerate(sorted(kept))}


class Design:
    """Turns examples into lines of a sparse matrix: forms, then measures in units of their spread."""

    def __init__(self, found: Sequence[Example]) -> None:
        self.numbers = vocabulary(found)
        values = np.array([e.candidate.measures for e in found])
        self.mean, self.spread = values.mean(0), values.std(0) + 1e-3

    def lines(self, found: Sequence[Example]) -> csr_matrix:
        columns: list[int] = []
        ends = [0]
        for e in found:
            columns += sorted(n for pair in forms_of(e) if (n := self.numbers.get(pair)) is not None)
            ends.append(len(columns))
        forms = csr_matrix((np.full(len(columns), WORD_SHARE), columns, ends), shape=(len(found), len(self.numbers)))
        values = (np.array([e.candidate.measures for e in found]) - self.mean) / self.spread
        return hstack([forms, csr_matrix(_MEASURE_SHARE * values)]).tocsr()


def fit_weights(found: Sequence[Example]) -> WordWeights:
    """Fit all answers."""
    design = Design(found)
    x = design.lines(found)
    holding = [(line, e) for line, example in enumerate(found) for e in example.events]
    rows = np.array([line for line, _ in holding])
    weight = np.array([e.weight for e in found])

    def column(strength: float, lines: np.ndarray, labels: Sequence[int], size: int) -> tuple[np.ndarray, np.ndarray]:
        model = LogisticRegression(C=strength, max_iter=500)
        model.fit(x[lines], np.array(labels), sample_weight=weight[lines])
        coefficients, bias = np.zeros((size, x.shape[1])), np.full(size, -9.0)
        if len(model.classes_) == 2:
            where = [1] if size > 1 else [0]
            bias[:] = 0.0
            coefficients[where], bias[where] = model.coef_, model.intercept_
        else:
            coefficients[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
        return coefficients, bias

    stances, attributions, times = list(Stance), list(Attribution), list(TimeFrame)
    every = np.arange(len(found))
    columns = [
        column(0.5, every, [int(bool(e.events)) for e in found], 1),
        column(0.7, rows, [stances.index(Stance(e.stance)) for _, e in holding], len(stances)),
        column(0.5, rows, [attributions.index(Attribution(e.attribution)) for _, e in holding], len(attributions)),
        column(0.3, rows, [times.index(TimeFrame(e.time)) for _, e in holding], len(times)),
        column(0.3, rows, [int(e.condition is not None) for _, e in holding], 1),
    ]
    coefficients = np.concatenate([c for c, _ in columns]).T
    bias = np.concatenate([b for _, b in columns])
    size = len(design.numbers)
    of_measures = _MEASURE_SHARE * coefficients[size:] / design.spread[:, None]
    lines: dict[str, dict[str, int]] = {place: {} for place in PLACES}
    for (place, form), number in design.numbers.items():
        lines[place][form] = number
    return WordWeights(
        lines,
        np.concatenate((coefficients[:size], np.zeros((1, len(ANSWERS))))).astype(np.float32),
        of_measures.astype(np.float32),
        (bias - design.mean @ of_measures).astype(np.float32),
    )


def fit_addressees(found: Sequence[Example]) -> AddresseeWeights:
    """Fit who of the other parties is addressed, or nobody, by the stance of the event."""
    stances = list(Stance)
    cases = []
    for example in found:
        article, candidate = example.article, example.candidate
        sentence = article.sentences[candidate.sentence]
        others = [o for o in article.rivals[candidate.sentence] if o != candidate.party]
        seen = np.array([signs(sentence, candidate.party, other) for other in others]).reshape(-1, len(SIGNS))
        names = [example.article.names[o] for o in others]
        for event in example.events:
            numbers = [example.record.party_of.get(name, -1) for name in names]
            gold = (
                0
                if event.addressee is None
                else numbers.index(event.addressee) + 1
                if event.addressee in numbers
                else -1
            )
            if gold >= 0:
                cases.append((seen, stances.index(Stance(event.stance)), gold, example.weight))

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.25 * float((values**2).sum()), 0.5 * values
        for seen, stance, gold, weight in cases:
            scores = np.concatenate(([values[0] + values[1 + stance]], seen @ values[8:]))
            scores -= scores.max()
            shares = np.exp(scores) / np.exp(scores).sum()
            total -= weight * float(np.log(shares[gold]))
            shares[gold] -= 1
            slope[0] += weight * shares[0]
            slope[1 + stance] += weight * shares[0]
            slope[8:] += weight * shares[1:] @ seen
        return total, slope

    result = minimize(loss, np.zeros(8 + len(SIGNS)), jac=True, method="L-BFGS-B").x.round(3).tolist()
    return AddresseeWeights(signs=result[8:], nobody=result[0], stances=result[1:8])


def write_weights(path: Path, weights: WordWeights) -> None:
    """Write weights as whole numbers of one byte."""
    forms = weights.forms[:-1]
    scale = np.abs(forms).max(0) / 127 + 1e-9
    pairs = sorted(
        (number, f"{place} {form}") for place, forms in weights.lines.items() for form, number in forms.items()
    )
    np.savez_compressed(
        path,
        words=np.frombuffer("\n".join(word for _, word in pairs).encode("utf8"), np.uint8),
        forms=np.round(forms / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        measures=weights.measures,
        bias=weights.bias,
    )


def main() -> None:
    """Fit, report, write."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--records", type=Path, required=True)
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--version", default="local")
    ap.add_argument("--domain", default="negotiations")
    ap.add_argument("--read-from", type=float, default=0.14, help="presence from which a candidate counts")
    ap.add_argument("--parse-from", type=float, default=0.5, help="presence from which a sentence is parsed")
    ap.add_argument("--condition", type=float, default=0.5, help="show a condition above this probability")
    a = ap.parse_args()
    domain = load_domain(a.domain)
    train, items, dev = (read_records(a.records / f"{name}.jsonl", None) for name in ("train", "items", "dev"))
    found = {name: list(examples(some, domain)) for name, some in (("train", train), ("items", items))}
    card: dict[str, Any] = {"format": FORMAT, "version": a.version, "answers": list(ANSWERS)}
    card |= {"read_from": a.read_from, "parse_from": a.parse_from}
    nlp = load_parser()

    def reader(weights: WordWeights, addressees: AddresseeWeights) -> Reader:
        labeller = WordLabeller(WordReader(domain), weights, addressees, card=card)
        return Reader(domain, gazetteer=load_gazetteer(), labeller=labeller, nlp=nlp)

    addressees = fit_addressees(found["train"] + found["items"])
    by_record: dict[str, Reading] = {}
    for k in range(FOLDS):
        held = {r.id for r in train[k::FOLDS]}
        weights = fit_weights([e for e in found["train"] if e.record.id not in held] + found["items"])
        by_record |= {r.record.id: r for r in read(reader(weights, addressees), train[k::FOLDS])}
    readings = [by_record[r.id] for r in train]
    weights = fit_weights(found["train"] + found["items"])
    unseen = read(reader(weights, addressees), dev)
    seen = [(r.article, s) for r in readings for s in {c.labels.sentence for c in r.article.candidates}]
    parsed = sum(article.paragraphs.holding(article.sentences[s]) is not None for article, s in seen)
    whole = sum(len(r.sentences) for r in train)
    print(f"{len(seen) / whole:.1%} of the sentences are read, {parsed / whole:.1%} parsed")
    fusion = fit_fusion(readings)
    for name, some in (("articles", readings), ("dev", unseen)):
        print(f"{name}: words alone: {accuracy(some, Fusion())}; fused: {accuracy(some, fusion)}")
    folds, confidence = crossed(readings)
    labels = Labels.together(folds)
    trees = fit_trees(Labels(readings, fusion))
    scale, shift = temper(confidence, labels.right)
    confidence = tempered(confidence, scale, shift)
    thresholds = choose_thresholds(labels, confidence)
    print(fusion, thresholds, f"scale {scale:.3f} shift {shift:.3f}", sep="\n")
    report("articles, cross-validated", labels, confidence, thresholds)
    of_dev = Labels(unseen, fusion)
    report("dev", of_dev, tempered(trees.predict_proba(of_dev.lines)[:, 1], scale, shift), thresholds)
    card |= {
        "addressees": asdict(addressees),
        "fusion": asdict(fusion),
        "thresholds": asdict(thresholds) | {"condition": a.condition},
    }
    a.out.mkdir(parents=True, exist_ok=True)
    (a.out / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf8")
    (a.out / "confidence.json").write_text(json.dumps(trees_as_json(trees, scale, shift)) + "\n", encoding="utf8")
    write_weights(a.out / "words.npz", weights)


if __name__ == "__main__":
    main()
