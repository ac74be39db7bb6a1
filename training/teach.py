"""What does a fitted model say of items without labels? `python -m training.teach --weights FILE ... --out FILE`.

Writes the averaged opinions of one or more models, for `training.train --taught`: a student learns from them beside
the annotated events.
"""

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from training.batches import batches, fixed_samples
from training.model import StanceModel
from training.records import Array, Opinion, Record, read_records
from worker.extraction.encoding import load_tokenizer

FIELDS = ("present", "issue", "stance", "attribution", "time", "has_condition")


def read_opinions(records: Path, opinions: Path, tokenizer: Tokenizer) -> list[Record]:
    """Read unlabelled records together with a teacher's opinions on them."""
    said = torch.load(opinions, weights_only=False)
    taught = []
    for record in read_records(records, tokenizer):
        if record.id in said:
            mine = {party: Opinion(*values) for party, values in said[record.id].items()}
            taught.append(replace(record, opinions=mine))
    return taught


def main() -> None:
    """Label the unlabelled items."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--weights", type=Path, nargs="+", required=True)
    ap.add_argument("--encoder", type=Path, required=True)
    ap.add_argument("--records", type=Path, required=True, help="unlabelled.jsonl")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--threads", type=int, default=2)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    tokenizer = load_tokenizer(a.encoder / "tokenizer.json")
    samples = fixed_samples(read_records(a.records, tokenizer))
    said: dict[str, dict[int, list[list[Array]]]] = defaultdict(lambda: defaultdict(list))
    for weights in a.weights:
        model = StanceModel(a.encoder)
        model.load_state_dict(torch.load(weights, weights_only=True))
        model.eval()
        with torch.no_grad():
            for batch in batches(samples, 4096):
                logits = model(**batch.inputs)
                p = {
                    k: (logits[k].sigmoid() if k in {"present", "has_condition"} else logits[k].softmax(-1)).numpy()
                    for k in FIELDS
                }
                n = 0
                for sample in batch.samples:
                    for row in sample.chunk.candidates:
                        party = sample.chunk.rows[int(row)][1]
                        said[sample.record.id][party].append([p[k][n] for k in FIELDS])
                        n += 1
    mean = {
        i: {party: tuple(np.mean(v, 0) for v in zip(*all_, strict=True)) for party, all_ in parties.items()}
        for i, parties in said.items()
    }
    torch.save(mean, a.out)
    print(f"{len(mean)} items, {np.mean([o[0] for m in mean.values() for o in m.values()]):.3f} present")


if __name__ == "__main__":
    main()
