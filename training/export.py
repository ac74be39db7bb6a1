"""Write fitted weights as the worker reads them: `python -m training.export --weights FILE --encoder DIR --out DIR`.

Large matrices and the word embeddings become int8 (one scale a column), what is small stays in 32 bits. Weights keep
seven bits, so that processors without VNNI do not saturate and every machine gives the same labels. Words that English
news do not need are dropped from the vocabulary.
"""

import argparse
import json
import math
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from training.batches import ATTRIBUTIONS, ISSUES, STANCES, TIMES, model_inputs
from training.model import OUTPUTS, StanceModel, load_model
from worker.extraction.encoder import FORMAT
from worker.extraction.encoding import TOKEN_LIMIT, PartyMention, load_tokenizer, pack, tokenize

LARGE = 40_000
"""Weights of at least so many numbers become int8."""

INPUTS = (
    "ids", "sentence_weights", "sentence_marks", "row_weights", "party_weights", "row_sentence", "candidates", "pairs",
    "pair_kinds",
)  # fmt: skip
AXES = {
    "ids": {1: "tokens"},
    "sentence_weights": {0: "sentences", 1: "tokens"},
    "sentence_marks": {0: "sentences"},
    "row_weights": {0: "rows", 1: "tokens"},
    "party_weights": {0: "rows", 1: "tokens"},
    "row_sentence": {0: "rows"},
    "candidates": {0: "candidates"},
    "pairs": {0: "candidates", 1: "parties"},
    "pair_kinds": {0: "candidates", 1: "parties"},
}


class OneChunk(nn.Module):
    """The model for a single chunk: no padding, so no mask (one of ones costs a sixth of the time)."""

    def __init__(self, model: StanceModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, *where: Tensor) -> tuple[Tensor, ...]:
        """Return the heads' logits in the order of `OUTPUTS`."""
        out = self.model(ids, None, **dict(zip(INPUTS[1:], where, strict=True)))
        return tuple(out[name] for name in OUTPUTS)


def example(tokenizer: Path) -> tuple[Tensor, ...]:
    """Return the inputs of some chunk."""
    text = "Arcadia rejects the offer.\nBorduria says it will talk if Arcadia stops."
    sentences = [(0, 26), (27, len(text))]
    mentions = [PartyMention(0, 7, 0, "party"), PartyMention(27, 35, 1, "party"), PartyMention(60, 67, 0, "party")]
    [chunk] = pack(tokenize(load_tokenizer(tokenizer), text, sentences, mentions))
    inputs = model_inputs([chunk])
    return tuple(inputs[name] for name in INPUTS)


def write_full(model: StanceModel, tokenizer: Path, path: Path) -> None:
    """Write the model in 32 bits."""
    torch.onnx.export(
        OneChunk(model.eval()),
        example(tokenizer),
        str(path),
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamic_axes=AXES,
        opset_version=17,
        dynamo=False,
    )


def quantize(full: Path, small: Path) -> None:
    """Write the int8 form of a model: its large matrices and embeddings."""
    graph = onnx.load(str(full)).graph
    large = {w.name for w in graph.initializer if math.prod(w.dims) >= LARGE}
    names = [node.name for node in graph.node if large.intersection(node.input)]
    names += [f"{name}_MatMul" for name in names]  # what the quantizer calls a Gemm that it has split
    quantize_dynamic(
        full,
        small,
        op_types_to_quantize=["MatMul", "Gather", "Gemm"],
        nodes_to_quantize=names,
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )


def kept_words(vocabulary: dict[str, int]) -> list[str]:
    """Return the vocabulary without what English news do not need, in order; the special tokens keep their numbers."""
    last_special = vocabulary["[MASK]"]
    ordered = sorted(vocabulary, key=vocabulary.__getitem__)
    return [
        word
        for word in ordered
        if vocabulary[word] <= last_special
        or (not word.startswith("[unused") and all(ord(c) < 0x250 or 0x2000 <= ord(c) < 0x20D0 for c in word))
    ]


def prune(model: StanceModel, tokenizer_path: Path) -> str:
    """Drop word embeddings in place; return the tokenizer's JSON with the new numbers."""
    spec = json.loads(tokenizer_path.read_text(encoding="utf8"))
    vocabulary = spec["model"]["vocab"]
    words = kept_words(vocabulary)
    table = model.encoder.embeddings.word_embeddings
    table.weight = nn.Parameter(table.weight[[vocabulary[w] for w in words]].detach())
    table.num_embeddings = len(words)
    positions = model.encoder.embeddings.position_embeddings
    positions.weight = nn.Parameter(positions.weight[:TOKEN_LIMIT].detach())
    spec["model"]["vocab"] = {word: number for number, word in enumerate(words)}
    spec |= {"truncation": None, "padding": None, "post_processor": None}
    return json.dumps(spec, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    """Export."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--weights", type=Path, required=True)
    ap.add_argument("--encoder", type=Path, required=True)
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--version", required=True, help="goes into every event's extractor.model")
    ap.add_argument("--full", action="store_true", help="keep 32 bits, to see what int8 costs")
    a = ap.parse_args()
    model = load_model(a.encoder, a.weights)
    a.out.mkdir(parents=True, exist_ok=True)
    (a.out / "tokenizer.json").write_text(prune(model, a.encoder / "tokenizer.json"), encoding="utf8")
    target = a.out / "heads.onnx"
    with tempfile.TemporaryDirectory() as folder:
        full = target if a.full else Path(folder) / "full.onnx"
        write_full(model, a.out / "tokenizer.json", full)
        if not a.full:
            quantize(full, target)
    card = {
        "format": FORMAT,
        "version": a.version,
        "labels": {"issues": ISSUES, "stances": STANCES, "attributions": ATTRIBUTIONS, "times": TIMES},
        "calibration": {},
        "thresholds": {"event": 0.15, "condition": 0.3},
    }
    (a.out / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf8")
    print(f"{target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
