"""Are the probabilities honest? Fit everything between heads and events on held-out articles.

    python -m training.calibrate --heads DIR --records DIR [--write DIR ...]

`--heads` are exported heads that were fitted without the held-out articles. `--write` names folders whose card and
trees get the result (the same, or heads fitted on all articles by the same recipe). Prints reliability tables and
operating curves, of the held-out articles (cross-validated by article) and of dev. Only the three thresholds are chosen
in view of dev as well; everything else is fitted on the held-out articles alone.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from training.batches import ISSUES, STANCES
from training.fusing import Reading, accuracy, fit_fusion, fuse, read
from training.metrics import f1
from training.records import read_records
from worker.extraction.confidence import FEATURES, RISING, Matrix, label_features
from worker.extraction.domain import load_domain
from worker.extraction.encoder import FORMAT, Calibration, Heads
from worker.extraction.events import Thresholds
from worker.extraction.fusion import Fusion
from worker.extraction.gazetteer import load_gazetteer
from worker.extraction.labelling import EncoderLabeller
from worker.extraction.paragraphs import load_parser
from worker.extraction.reading import Reader

Key = tuple[Any, ...]
FOLDS = 5


class Labels:
    """All labels of some readings, line by line: features, whether right, what they would be events of."""

    @classmethod
    def together(cls, parts: Sequence["Labels"]) -> "Labels":
        """Put the labels of several groups of readings together."""
        whole = cls([], Fusion())
        whole.lines = np.concatenate([p.lines for p in parts])
        whole.right = np.concatenate([p.right for p in parts])
        whole.present = np.concatenate([p.present for p in parts])
        whole.likeliest = np.concatenate([p.likeliest for p in parts])
        whole.keys = [key for p in parts for key in p.keys]
        whole.gold = [event for p in parts for event in p.gold]
        return whole

    def __init__(self, readings: Sequence[Reading], fusion: Fusion) -> None:
        lines: list[Matrix] = [np.empty((0, len(FEATURES)))]
        self.right = np.zeros(0, bool)
        self.present = np.zeros(0)
        self.keys: list[tuple[str, int, object, str, str]] = []
        for reading in readings:
            fused = fuse(reading, fusion)
            labels, features = label_features(reading.article, fused)
            lines.append(features)
            right, present = [], []
            for label in labels:
                c = fused[label.candidate]
                issue, stance = ISSUES[label.issue], STANCES[label.stance]
                right.append((issue, stance) in {(e.issue, e.stance) for e in reading.events(c)})
                present.append(c.present)
                name = reading.article.parties[c.party].name
                party = reading.record.party_of.get(name, name)
                self.keys.append((reading.record.id, c.sentence, party, issue, stance))
            self.right = np.concatenate((self.right, right)).astype(bool)
            self.present = np.concatenate((self.present, present))
        self.lines = np.concatenate(lines)
        self.likeliest = self.lines[:, FEATURES.index("likeliest")] > 0
        self.gold = [
            (r.record.id, e.sentences, e.party if e.party is not None else f"out {n}", e.issue, e.stance)
            for r in readings
            for n, e in enumerate(r.record.events)
        ]

    def figures(self, confidence: Matrix, thresholds: Thresholds) -> dict[str, float]:
        """Score the events that the thresholds admit."""
        kept = [
            key
            for key, p, likeliest, present in zip(self.keys, confidence, self.likeliest, self.present, strict=True)
            if thresholds.admit(confidence=float(p), likeliest=bool(likeliest), present=float(present))
        ]
        gold = self.gold
        return {
            "positions": _f1({k[:1] + k[2:] for k in kept}, {(i, *rest) for i, _, *rest in gold}),
            "party_issue": _f1({k[:1] + k[2:4] for k in kept}, {(i, party, issue) for i, _, party, issue, _ in gold}),
            "mentions": _f1(set(kept), {(i, s[0], *rest) for i, s, *rest in gold}),
            "detection": _f1({k[:2] for k in kept}, {(i, one) for i, s, *_ in gold for one in s}),
        }


def _f1(predicted: set[Key], gold: set[Key]) -> float:
    return f1(len(predicted & gold), len(predicted), len(gold))


def fit_temperatures(readings: Sequence[Reading]) -> Calibration:
    """Fit the temperatures of issue and stance; presence is calibrated with the fusion."""
    issue_pairs, stance_pairs = [], []
    for reading in readings:
        for candidate in reading.article.candidates:
            c = candidate.labels
            for e in reading.events(c):
                i = ISSUES.index(e.issue)
                issue_pairs.append((np.log(c.issues + 1e-9), i))
                stance_pairs.append((np.log(c.stances[i] + 1e-9), STANCES.index(e.stance)))
    return Calibration(issue_temperature=_temperature(issue_pairs), stance_temperature=_temperature(stance_pairs))


def _temperature(pairs: Sequence[tuple[np.ndarray, int]]) -> float:
    logs = np.array([p for p, _ in pairs])
    gold = np.array([g for _, g in pairs])

    def loss(t: float) -> float:
        scaled = logs / t
        scaled -= np.logaddexp.reduce(scaled, axis=1)[:, None]
        return -float(scaled[np.arange(len(gold)), gold].mean())

    return round(float(min(np.arange(0.6, 3.0, 0.05), key=loss)), 2)


def fit_trees(labels: Labels) -> HistGradientBoostingClassifier:
    """Fit the trees that give a label's confidence."""
    model = HistGradientBoostingClassifier(
        max_iter=80,
        learning_rate=0.06,
        max_leaf_nodes=6,
        min_samples_leaf=40,
        l2_regularization=5.0,
        monotonic_cst=[int(name in RISING) for name in FEATURES],
        early_stopping=False,
        random_state=0,
    )
    return model.fit(labels.lines, labels.right)


def crossed(readings: Sequence[Reading]) -> tuple[list[Labels], Matrix]:
    """Return the labels, fold by fold, and their confidence by fusion and trees fitted on the other articles."""
    folds, confidence = [], []
    for k in range(FOLDS):
        others = [r for n, r in enumerate(readings) if n % FOLDS != k]
        fusion = fit_fusion(others)
        trees = fit_trees(Labels(others, fusion))
        folds.append(Labels([r for n, r in enumerate(readings) if n % FOLDS == k], fusion))
        confidence.append(trees.predict_proba(folds[-1].lines)[:, 1])
    return folds, np.concatenate(confidence)


def temper(confidence: Matrix, right: np.ndarray) -> tuple[float, float]:
    """Return scale and shift that make cross-validated log odds honest."""
    odds = np.log(confidence / (1 - confidence))
    model = LogisticRegression(C=100.0).fit(odds[:, None], right)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def tempered(confidence: Matrix, scale: float, shift: float) -> Matrix:
    """Return the confidence with its log odds scaled and shifted."""
    return np.asarray(1 / (1 + np.exp(-(scale * np.log(confidence / (1 - confidence)) + shift))))


def trees_as_json(model: HistGradientBoostingClassifier, scale: float, shift: float) -> dict[str, Any]:
    """Return the trees in the form that `worker.extraction.confidence` reads, tempered."""
    trees = []
    for [predictor] in model._predictors:
        nodes = predictor.nodes
        own = np.arange(len(nodes))
        leaf = nodes["is_leaf"].astype(bool)
        trees.append(
            {
                "feature": np.where(leaf, 0, nodes["feature_idx"]).tolist(),
                "threshold": [0.0 if end else float(t) for end, t in zip(leaf, nodes["num_threshold"], strict=True)],
                "left": np.where(leaf, own, nodes["left"]).tolist(),
                "right": np.where(leaf, own, nodes["right"]).tolist(),
                "value": [round(scale * float(v), 7) for v in nodes["value"]],
                "depth": int(nodes["depth"].max()),
            }
        )
    return {"features": list(FEATURES), "bias": scale * float(model._baseline_prediction[0, 0]) + shift, "trees": trees}


def choose_thresholds(labels: Labels, confidence: Matrix) -> Thresholds:
    """Choose the thresholds with the best sum of all figures; the mean of the ten best is steadier than the best."""
    tried = []
    for event in np.arange(0.1, 0.32, 0.03):
        for likeliest in np.arange(0.04, event, 0.03):
            for present in np.arange(0.2, 0.55, 0.05):
                thresholds = Thresholds(event=float(event), likeliest=float(likeliest), present=float(present))
                tried.append((sum(labels.figures(confidence, thresholds).values()), thresholds))
    best = [t for _, t in sorted(tried, key=lambda pair: -pair[0])[:10]]
    return Thresholds(
        event=round(float(np.mean([t.event for t in best])), 3),
        likeliest=round(float(np.mean([t.likeliest for t in best])), 3),
        present=round(float(np.mean([t.present for t in best])), 3),
    )


def reliability(p: Matrix, right: np.ndarray) -> tuple[list[tuple[float, float, int]], float]:
    """Return (mean confidence, share right, count) by tenths, and the expected calibration error."""
    rows = []
    error = 0.0
    for low in np.arange(0, 1, 0.1):
        inside = (p >= low) & (p < low + 0.1)
        if inside.any():
            rows.append((float(p[inside].mean()), float(right[inside].mean()), int(inside.sum())))
            error += inside.mean() * abs(rows[-1][0] - rows[-1][1])
    return rows, error


def report(name: str, labels: Labels, confidence: Matrix, thresholds: Thresholds) -> None:
    """Print figures at the thresholds, the reliability of what they admit, and the curve over single thresholds."""
    print(name, {k: round(v, 3) for k, v in labels.figures(confidence, thresholds).items()})
    admitted = np.array(
        [
            thresholds.admit(confidence=float(p), likeliest=bool(best), present=float(present))
            for p, best, present in zip(confidence, labels.likeliest, labels.present, strict=True)
        ]
    )
    rows, error = reliability(confidence[admitted], labels.right[admitted])
    print(f"  expected calibration error of events {error:.3f}")
    for mean, share, count in rows:
        print(f"    said {mean:.2f} right {share:.2f} of {count}")
    for t in (0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        single = labels.figures(confidence, Thresholds(event=t, likeliest=t, present=0.0))
        right = labels.right[confidence >= t]
        precision = right.mean() if len(right) else 0.0
        print(f"    at {t:.2f}: precision {precision:.2f}", {k: round(v, 3) for k, v in single.items()})


def main() -> None:
    """Calibrate, choose the thresholds, report."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--heads", type=Path, required=True)
    ap.add_argument("--records", type=Path, required=True)
    ap.add_argument("--write", type=Path, nargs="*", default=[])
    ap.add_argument("--domain", default="negotiations", help="pack whose terms and cues are fused with the heads")
    ap.add_argument("--condition", type=float, default=0.3, help="show a condition above this probability")
    a = ap.parse_args()
    heads = Heads.load(a.heads)
    heads.calibration = Calibration()
    reader = Reader(
        load_domain(a.domain), gazetteer=load_gazetteer(), labeller=EncoderLabeller(heads), nlp=load_parser()
    )
    held_out = [r for r in read_records(a.records / "train.jsonl", heads.tokenizer) if r.held_out]
    dev = read_records(a.records / "dev.jsonl", heads.tokenizer)
    heads.calibration = calibration = fit_temperatures(read(reader, held_out))
    readings = {"held out": read(reader, held_out), "dev": read(reader, dev)}
    fusion = fit_fusion(readings["held out"])
    for name, some in readings.items():
        print(f"{name}: heads alone: {accuracy(some, Fusion())}; fused: {accuracy(some, fusion)}")
    labels = {name: Labels(some, fusion) for name, some in readings.items()}
    trees = fit_trees(labels["held out"])
    folds, confidence = crossed(readings["held out"])
    unseen = Labels.together(folds)
    scale, shift = temper(confidence, unseen.right)
    confidence = tempered(confidence, scale, shift)
    on_dev = tempered(trees.predict_proba(labels["dev"].lines)[:, 1], scale, shift)
    everything = Labels.together([unseen, labels["dev"]])
    thresholds = choose_thresholds(everything, np.concatenate((confidence, on_dev)))
    print(calibration, fusion, thresholds, f"scale {scale:.3f} shift {shift:.3f}", sep="\n")
    report("held out", unseen, confidence, thresholds)
    report("dev", labels["dev"], on_dev, thresholds)
    for folder in a.write:
        card = json.loads((folder / "card.json").read_text(encoding="utf8"))
        card |= {
            "format": FORMAT,
            "calibration": asdict(calibration),
            "fusion": asdict(fusion),
            "thresholds": asdict(thresholds) | {"condition": a.condition},
        }
        (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf8")
        (folder / "confidence.json").write_text(json.dumps(trees_as_json(trees, scale, shift)) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
