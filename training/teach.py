"""What does a fitted model say of texts? `python -m training.teach --weights FILE ... --records FILE ... --out FILE`.

Writes the averaged opinions of one or more models, for `training.train --taught`: a student learns from them beside
the annotated events, and alone where a text is not annotated.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.batches import Batch, Sample, batches, fixed_samples
from training.model import load_model
from training.records import read_records
from training.teacher import load_teacher
from worker.extraction.encoding import load_tokenizer

FIELDS = ("present", "issue", "stance", "attribution", "time", "has_condition")
BINARY = frozenset({"present", "has_condition"})


def answers(batch: Batch, logits: Mapping[str, Tensor]) -> Iterable[tuple[str, tuple[int, int], list[object]]]:
    p = {k: (logits[k].sigmoid() if k in BINARY else logits[k].softmax(-1)).numpy() for k in (*FIELDS, "addressee")}
    n = 0
    for sample in batch.samples:
        chunk = sample.chunk
        for line, row in enumerate(chunk.candidates):
            parties = [None, *(chunk.rows[int(r)][1] for r in chunk.pairs[line])]
            addressee = dict(zip(parties, p["addressee"][n].tolist(), strict=False))
            yield sample.record.id, chunk.rows[int(row)], [*(p[k][n] for k in FIELDS), addressee]
            n += 1


def mean_of(values: Sequence[Sequence[object]]) -> tuple[object, ...]:
    *numbers, addressees = zip(*values, strict=True)
    known = dict.fromkeys(p for a in addressees for p in a)  # type: ignore[attr-defined]
    mean = {p: float(np.mean([a.get(p, 0.0) for a in addressees])) for p in known}  # type: ignore[attr-defined]
    return (*(np.mean(n, 0) for n in numbers), mean)


def main() -> None:
    """Write opinions on records."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--weights", type=Path, nargs="+", required=True)
    ap.add_argument("--encoder", type=Path, required=True)
    ap.add_argument("--records", type=Path, nargs="+", required=True, help="train.jsonl, items.jsonl, unlabelled.jsonl")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--limit", type=int, default=0, help="records read of each file at most (0: all)")
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--large", action="store_true", help="the weights are of training.teacher")
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    tokenizer = load_tokenizer(a.encoder / "tokenizer.json")
    said: dict[str, dict[tuple[int, int], list[list[object]]]] = defaultdict(lambda: defaultdict(list))
    samples: list[Sample] = []
    for path in a.records:
        samples += fixed_samples(read_records(path, tokenizer)[: a.limit or None])
    for weights in a.weights:
        model = (load_teacher if a.large else load_model)(a.encoder, weights)
        model.eval()
        with torch.no_grad():
            for batch in batches(samples, 4096):
                for record, key, values in answers(batch, model(**batch.inputs)):
                    said[record][key].append(values)
    mean = {i: {key: mean_of(values) for key, values in rows.items()} for i, rows in said.items()}
    torch.save(mean, a.out)
    print(f"{len(mean)} texts, {np.mean([o[0] for rows in mean.values() for o in rows.values()]):.3f} present")


if __name__ == "__main__":
    main()
