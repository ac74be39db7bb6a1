"""Are the probabilities honest? Fit the calibration on held-out articles: `python -m training.calibrate`.

    python -m training.calibrate --heads DIR --records DIR [--write DIR ...] [--report]

`--heads` are exported heads that were fitted without the held-out articles. `--write` names folders whose card gets the
result (the same, or heads fitted on all articles by the same recipe). Prints a reliability table on dev.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from training.batches import ISSUES, STANCES
from training.fusing import Reader, Reading, accuracy, fit_fusion, fuse_all
from training.metrics import f1
from training.records import Record, read_records
from worker.extraction.agreement import Agreement, joint
from worker.extraction.domain import load_domain
from worker.extraction.encoder import FORMAT, Calibration, CandidateLabels, Heads
from worker.extraction.fusion import Fusion
from worker.extraction.paragraphs import load_parser

UNLIKELY = 0.015


@dataclass(frozen=True, slots=True)
class Guess:
    """One event that the heads propose, and whether it is right."""

    record: str
    party: int
    sentence: int
    issue: str
    stance: str
    features: tuple[float, ...]
    right: bool


def guesses(labelled: Sequence[tuple[Record, list[CandidateLabels]]]) -> list[Guess]:
    """List every label that is not quite unlikely, with the features its confidence is computed from."""
    out = []
    for record, candidates in labelled:
        agreement = Agreement(candidates)
        for c in candidates:
            here = {(e.issue, e.stance) for e in record.events if e.party == c.party and c.sentence in e.sentences}
            for i, j in np.argwhere(joint(c) >= UNLIKELY).tolist():
                label = ISSUES[i], STANCES[j]
                features = agreement.features(c, i, j)
                out.append(Guess(record.id, c.party, c.sentence, *label, features, label in here))
    return out


def logit(p: np.ndarray | float) -> np.ndarray:
    """Return log odds, bounded."""
    p = np.clip(p, 1e-4, 1 - 1e-4)
    return np.log(p / (1 - p))


def fit_presence(heads: Heads, readings: Sequence[Reading]) -> Calibration:
    """Fit scale and shift of presence and the temperatures of issue and stance; `readings` are uncalibrated."""
    labelled = [(r.record, c) for r in readings for c in r.candidates]
    is_event = np.array([any(e.party == c.party and c.sentence in e.sentences for e in r.events) for r, c in labelled])
    present = logit(np.array([c.present for _, c in labelled]))[:, None]
    platt = LogisticRegression(C=10.0).fit(present, is_event)
    issue_pairs, stance_pairs = [], []
    for r, c in labelled:
        for e in r.events:
            if e.party == c.party and c.sentence in e.sentences:
                i = ISSUES.index(e.issue)
                issue_pairs.append((np.log(c.issues + 1e-9), i))
                stance_pairs.append((np.log(c.stances[i] + 1e-9), STANCES.index(e.stance)))
    return Calibration(
        present_scale=round(float(platt.coef_[0, 0]), 4),
        present_shift=round(float(platt.intercept_[0]), 4),
        issue_temperature=_temperature(issue_pairs),
        stance_temperature=_temperature(stance_pairs),
    )


def fit_event(proposed: Sequence[Guess]) -> tuple[float, ...]:
    """Fit the weights of a label's confidence, the bias last."""
    x = np.array([g.features for g in proposed])
    model = LogisticRegression(C=0.5, max_iter=2000).fit(x, np.array([g.right for g in proposed]))
    return tuple(round(w, 4) for w in (*model.coef_[0].tolist(), float(model.intercept_[0])))


def _temperature(pairs: Sequence[tuple[np.ndarray, int]]) -> float:
    logs = np.array([p for p, _ in pairs])
    gold = np.array([g for _, g in pairs])

    def loss(t: float) -> float:
        scaled = logs / t
        scaled -= np.logaddexp.reduce(scaled, axis=1)[:, None]
        return -float(scaled[np.arange(len(gold)), gold].mean())

    return round(float(min(np.arange(0.6, 3.0, 0.05), key=loss)), 2)


def confidences(heads: Heads, proposed: Sequence[Guess]) -> np.ndarray:
    """Return each guess's calibrated probability to be right."""
    return np.array([heads.confidence(g.features) for g in proposed])


def reliability(p: np.ndarray, right: np.ndarray) -> tuple[list[tuple[float, float, int]], float]:
    """Return (mean confidence, share right, count) by tenths, and the expected calibration error."""
    rows = []
    error = 0.0
    for low in np.arange(0, 1, 0.1):
        inside = (p >= low) & (p < low + 0.1)
        if inside.any():
            rows.append((float(p[inside].mean()), float(right[inside].mean()), int(inside.sum())))
            error += inside.mean() * abs(rows[-1][0] - rows[-1][1])
    return rows, error


def set_f1(records: Sequence[Record], proposed: Sequence[Guess], keep: Callable[[int], bool]) -> float:
    """Return the F1 of each article's set of (party, issue, stance)."""
    gold: dict[str, set[object]] = defaultdict(set)
    for r in records:
        for n, e in enumerate(r.events):
            gold[r.id].add((e.party if e.party is not None else f"out {n}", e.issue, e.stance))
    predicted: dict[str, set[object]] = defaultdict(set)
    for n, g in enumerate(proposed):
        if keep(n):
            predicted[g.record].add((g.party, g.issue, g.stance))
    hits = sum(len(gold[i] & predicted[i]) for i in gold)
    return f1(hits, sum(map(len, predicted.values())), sum(map(len, gold.values())))


def main() -> None:
    """Calibrate, choose the threshold, report."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--heads", type=Path, required=True)
    ap.add_argument("--records", type=Path, required=True)
    ap.add_argument("--write", type=Path, nargs="*", default=[])
    ap.add_argument("--domain", default="negotiations", help="pack whose terms and cues are fused with the heads")
    ap.add_argument("--condition", type=float, default=0.5, help="show a condition above this probability")
    a = ap.parse_args()
    heads = Heads.load(a.heads)
    reader = Reader(load_domain(a.domain), load_parser())
    held_out = [r for r in read_records(a.records / "train.jsonl", heads.tokenizer) if r.held_out]
    dev = read_records(a.records / "dev.jsonl", heads.tokenizer)
    heads.calibration = Calibration()
    heads.calibration = calibration = fit_presence(heads, reader.read(heads, held_out))
    readings = {"held out": reader.read(heads, held_out), "dev": reader.read(heads, dev)}
    fusion = fit_fusion(readings["held out"])
    print("fusion", fusion)
    proposed = {name: guesses(fuse_all(r, fusion)) for name, r in readings.items()}
    heads.calibration = calibration = replace(calibration, event=fit_event(proposed["held out"]))
    print("calibration", asdict(calibration))
    threshold = 0.15
    for name, records in (("held out", held_out), ("dev", dev)):
        print(name, accuracy("heads alone", readings[name], Fusion()), accuracy("fused", readings[name], fusion))
        curve = report(name, records, proposed[name], heads)
        if name == "held out":
            threshold = max(curve, key=curve.__getitem__)
    for folder in a.write:
        path = folder / "card.json"
        card = json.loads(path.read_text(encoding="utf8"))
        card |= {
            "format": FORMAT,
            "calibration": asdict(calibration),
            "fusion": asdict(fusion),
            "thresholds": {"event": threshold, "condition": a.condition},
        }
        path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf8")


def report(name: str, records: Sequence[Record], proposed: Sequence[Guess], heads: Heads) -> dict[float, float]:
    """Print reliability and operating curve; return positions F1 by threshold."""
    p, right = confidences(heads, proposed), np.array([g.right for g in proposed])
    rows, error = reliability(p, right)
    print(f"{name}: expected calibration error {error:.3f}")
    for mean, share, count in rows:
        print(f"  said {mean:.2f} right {share:.2f} of {count}")
    curve = {
        round(float(t), 3): set_f1(records, proposed, lambda n, t=t: bool(p[n] > t)) for t in np.arange(0.06, 0.4, 0.02)
    }
    print("  positions F1 by threshold", {t: round(v, 3) for t, v in curve.items()})
    return curve


if __name__ == "__main__":
    main()
