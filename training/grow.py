"""How does a student get deeper and stay what it is? `python -m training.grow --weights FILE --after 1 3 5 --out FILE`.

After each named layer a copy of it is put whose two outputs are nought and whose normalisations are set to give back
what comes in (mean and deviation as measured on texts), so that the deeper model says what the fitted one said and
has more to learn with. (Net2Net, Chen et al. 2016, for layers that normalise last.)
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from training.batches import batches, fixed_samples
from training.model import StanceModel, layers_in, load_model
from training.records import Record, read_records
from worker.extraction.encoding import load_tokenizer

State = Mapping[str, Tensor]


def spread(model: StanceModel, records: Sequence[Record]) -> list[tuple[float, float]]:
    """Return the usual mean and standard deviation of a state after each layer, over its numbers."""
    sums = torch.zeros(layers_in(model.state_dict()), 2, dtype=torch.float64)
    count = 0
    with torch.no_grad():
        for batch in batches(fixed_samples(records), 4096):
            kept = batch.inputs["mask"].bool()
            out = model.encoder(batch.inputs["ids"], attention_mask=batch.inputs["mask"], output_hidden_states=True)
            for i, states in enumerate(out.hidden_states[1:]):
                own = states[kept]
                sums[i, 0] += own.mean(-1).sum()
                sums[i, 1] += own.std(-1, correction=0).sum()
            count += int(kept.sum())
    return [(float(m), float(s)) for m, s in sums / count]


def grown(state: State, after: Sequence[int], spreads: Sequence[tuple[float, float]]) -> dict[str, Tensor]:
    """Return the weights with a layer that changes nothing after each layer of `after`."""
    place = {i: i + sum(1 for j in after if j < i) for i in range(layers_in(state))}
    out = {}
    for name, value in state.items():
        if "layer." not in name:
            out[name] = value
            continue
        before, rest = name.split("layer.", 1)
        number, part = rest.split(".", 1)
        i = int(number)
        out[f"{before}layer.{place[i]}.{part}"] = value
        if i in after:
            mean, deviation = spreads[i]
            new = value.clone()
            if part.startswith(("attention.output.dense", "output.dense")):
                new = torch.zeros_like(value)
            elif "LayerNorm" in part:
                new = torch.full_like(value, deviation if part.endswith("weight") else mean)
            out[f"{before}layer.{place[i] + 1}.{part}"] = new
    return out


def main() -> None:
    """Write the deeper weights."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--weights", type=Path, required=True)
    ap.add_argument("--encoder", type=Path, required=True)
    ap.add_argument("--texts", type=Path, required=True, help="records to measure the states on")
    ap.add_argument("--after", type=int, nargs="+", default=[1, 3, 5], help="layers (from 0) to put a new one after")
    ap.add_argument("--out", type=Path, required=True)
    a = ap.parse_args()
    model = load_model(a.encoder, a.weights).eval()
    texts = read_records(a.texts, load_tokenizer(a.encoder / "tokenizer.json"))
    a.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(grown(model.state_dict(), a.after, spread(model, texts)), a.out)


if __name__ == "__main__":
    main()
