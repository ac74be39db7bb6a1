"""What do linear heads reach? Logistic regressions on hashed words around a masked party, as a floor under the encoder.

    python -m training.linear RECORDS

RECORDS holds train.jsonl, items.jsonl and dev.jsonl of `training.build_records`. Prints, on dev, who-F1 (does the party
hold a position in the sentence) and the accuracy of issue and stance given sentence and party, by share of the training
events, so that it is plain whether more labels or more model is wanted next.
"""

import argparse
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

Json = dict[str, Any]
_WINDOW = 60
"""Characters before and after a mention that count as near it."""


def views(record: Json) -> Iterator[tuple[str, list[tuple[str, str]], str]]:
    """Yield, for each candidate, its masked sentence as text, its (issue, stance) labels, and the record's source."""
    text = record["text"]
    for index, (start, end) in enumerate(record["sentences"]):
        here = [m for m in record["mentions"] if start <= m["start"] and m["end"] <= end]
        for party in dict.fromkeys(m["party"] for m in here):
            masked, at, near = [], start, []
            for m in sorted(here, key=lambda m: (m["start"], m["end"])):
                if m["start"] < at:
                    continue
                masked += [text[at : m["start"]], " qself " if m["party"] == party else " qother "]
                at = m["end"]
                if m["party"] == party:
                    near += re.findall(r"\w+", text[max(start, m["start"] - _WINDOW) : m["start"]])[-6:]
                    near += ["n_" + w for w in re.findall(r"\w+", text[m["end"] : min(end, m["end"] + _WINDOW)])[:6]]
            words = "".join([*masked, text[at:end]])
            labels = [
                (e["issue"], e["stance"]) for e in record["events"] if e["party"] == party and index in e["sentences"]
            ]
            yield words + " " + " ".join("near_" + w for w in near), labels, record["source"]


def read(path: Path) -> list[tuple[str, list[tuple[str, str]], str]]:
    with path.open(encoding="utf-8") as lines:
        return [view for line in lines for view in views(json.loads(line))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path)
    arguments = parser.parse_args()
    hashing = HashingVectorizer(n_features=2**18, ngram_range=(1, 2), alternate_sign=False, norm="l2", binary=True)
    train = read(arguments.records / "train.jsonl") + read(arguments.records / "items.jsonl")
    dev = read(arguments.records / "dev.jsonl")
    random.Random(1).shuffle(train)  # noqa: S311
    seen, unseen = hashing.transform([v[0] for v in train]), hashing.transform([v[0] for v in dev])
    for share in (0.125, 0.25, 0.5, 1.0):
        size = int(share * len(train))
        print(f"share {share:5.3f}", *figures(seen[:size], train[:size], unseen, dev))


def figures(x: csr_matrix, train: list[Any], unseen: csr_matrix, dev: list[Any]) -> Iterator[str]:
    holds = np.array([bool(v[1]) for v in train])
    truth = np.array([bool(v[1]) for v in dev])
    who = LogisticRegression(C=10, max_iter=300, class_weight="balanced").fit(x, holds).decision_function(unseen)
    best = max(
        2 * (truth & (who > t)).sum() / max(1, truth.sum() + (who > t).sum())
        for t in np.quantile(who, np.arange(0.3, 0.95, 0.02))
    )
    yield f"events {sum(len(v[1]) for v in train)} who-F1 {best:.3f}"
    rows, asked = np.flatnonzero(holds), np.flatnonzero(truth)
    for name, part in (("issue", 0), ("stance", 1)):
        labels = np.array([train[i][1][0][part] for i in rows])
        said = LogisticRegression(C=20, max_iter=300).fit(x[rows], labels).predict(unseen[asked])
        right = [s == e[part] for s, i in zip(said, asked, strict=True) for e in dev[i][1]]
        yield f"{name} {np.mean(right):.3f}"


if __name__ == "__main__":
    main()
