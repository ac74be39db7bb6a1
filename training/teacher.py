"""Fit a large teacher in a given time: `python -m training.teacher --records DIR --encoder DIR --out DIR --minutes N`.

The teacher (all-mpnet-base-v2) never ships: `training.teach` writes its opinions, from which the small student learns.
It sees the same chunks as the student. To be fitted on two cores within the hour, its weights are held in bfloat16 with
a float32 copy for the optimizer, the lowest layers stay as they are and the highest are left out; the learning rate
falls with the clock, so that the run ends well whatever else the machine does.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers.models.mpnet import modeling_mpnet

from training.batches import batches, draw_samples
from training.model import StanceModel, layers_in
from training.records import read_records
from training.train import batch_loss, begin, evaluate, hide_words, parameter_groups, show
from worker.extraction.encoding import load_tokenizer


def _attention(
    self: modeling_mpnet.MPNetSelfAttention,
    hidden_states: Tensor,
    attention_mask: Tensor | None = None,
    position_bias: Tensor | None = None,
    **_: object,
) -> tuple[Tensor]:
    """Compute MPNet's attention in few steps (its own is several times slower on a CPU)."""
    shape = (*hidden_states.shape[:-1], -1, self.attention_head_size)
    query, key, value = (f(hidden_states).view(shape).transpose(1, 2) for f in (self.q, self.k, self.v))
    bias = position_bias if attention_mask is None else position_bias + attention_mask
    scores = query @ key.transpose(-1, -2) * self.attention_head_size**-0.5 + bias.to(query.dtype)
    mixed = scores.softmax(-1) @ value
    return (self.o(mixed.transpose(1, 2).reshape(hidden_states.shape)),)


class Teacher(StanceModel):
    """The student's model with a larger encoder, trimmed and in bfloat16."""

    def __init__(self, encoder_path: Path, *, layers: int, frozen: int, dropout: float = 0.15) -> None:
        super().__init__(encoder_path, layers=layers, dropout=dropout)
        modeling_mpnet.MPNetSelfAttention.forward = _attention
        self.encoder.encoder.relative_attention_bias.requires_grad_(False)
        self.encoder.embeddings.requires_grad_(False)
        for layer in self.encoder.encoder.layer[:frozen]:
            layer.requires_grad_(False)
        self.frozen = frozen

    def halve(self) -> None:
        """Hold the encoder in bfloat16."""
        self.encoder.to(torch.bfloat16)

    def states(self, ids: Tensor, mask: Tensor | None) -> Tensor:
        """Return the encoder's last states."""
        if self.own_ids is not None:
            ids = self.own_ids[ids]
        return self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()


class Master:
    """The float32 copy of what is fitted, its optimizer and its moving average."""

    def __init__(self, model: Teacher, groups: list[dict[str, object]], keep: float) -> None:
        self.model = model
        self.keep = keep
        self.live: list[nn.Parameter] = []
        copies = []
        for group in groups:
            live = [p for p in group["params"] if p.requires_grad]  # type: ignore[attr-defined]
            if live:
                self.live += live
                copies.append({"params": [p.detach().float().clone() for p in live], "lr": group["lr"]})
        self.copies: list[Tensor] = [c for group in copies for c in group["params"]]  # type: ignore[attr-defined]
        self.averages = [c.clone() for c in self.copies]
        self.optimizer = torch.optim.AdamW(copies, weight_decay=0.01, fused=True)
        self.rates = [float(group["lr"]) for group in self.optimizer.param_groups]
        self.steps = 0

    def step(self, share: float) -> None:
        """Take one step with `share` of the full learning rate."""
        for copy, live in zip(self.copies, self.live, strict=True):
            copy.grad = None if live.grad is None else live.grad.float()
            live.grad = None
        nn.utils.clip_grad_norm_(self.copies, 1.0)
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * share
        self.optimizer.step()
        self.steps += 1
        keep = min(self.keep, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(self.averages, self.copies, 1 - keep)
        self.show(self.copies)

    def show(self, values: list[Tensor]) -> None:
        """Put `values` into the model."""
        with torch.no_grad():
            for live, value in zip(self.live, values, strict=True):
                live.copy_(value)


def rate_share(progress: float, warm: float = 0.06) -> float:
    """Return the learning rate's share at a point (0 to 1) of the run: up, then down to almost nothing."""
    return max(0.02, min(progress / warm + 0.02, (1 - progress) / (1 - warm)))


def ticks(minutes: float) -> Iterator[float]:
    """Yield the share of the time that has passed, until it is over."""
    began = time.perf_counter()
    while (passed := (time.perf_counter() - began) / (60 * minutes)) < 1:
        yield passed


def load_teacher(encoder: Path, weights: Path) -> Teacher:
    """Load a fitted teacher for its opinions."""
    state = torch.load(weights, weights_only=True)
    teacher = Teacher(encoder, layers=layers_in(state), frozen=0)
    teacher.halve()
    teacher.load_state_dict(state)
    return teacher.eval()


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--records", type=Path, required=True)
    ap.add_argument("--encoder", type=Path, required=True, help="all-mpnet-base-v2, with the student's tokenizer.json")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--minutes", type=float, required=True)
    ap.add_argument("--layers", type=int, default=10)
    ap.add_argument("--frozen", type=int, default=4)
    ap.add_argument("--rate", type=float, default=6e-5)
    ap.add_argument("--head-rate", type=float, default=8e-4)
    ap.add_argument("--layer-decay", type=float, default=0.92)
    ap.add_argument("--tokens", type=int, default=2048)
    ap.add_argument("--smoothing", type=float, default=0.05)
    ap.add_argument("--hide", type=float, default=0.06)
    ap.add_argument("--ema", type=float, default=0.98)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--report-from", type=int, default=2, help="first epoch after which it is judged")
    return ap.parse_args()


def main() -> None:
    """Train until the time is over, judge after each epoch, keep the averaged weights."""
    a = read_arguments()
    rng = begin(a)
    tokenizer = load_tokenizer(a.encoder / "tokenizer.json")
    articles = read_records(a.records / "train.jsonl", tokenizer)
    dev = read_records(a.records / "dev.jsonl", tokenizer)
    held_out = [r for r in articles if r.held_out]
    train = [r for r in articles if not r.held_out] + read_records(a.records / "items.jsonl", tokenizer)
    model = Teacher(a.encoder, layers=a.layers, frozen=a.frozen)
    model.name_tags(tokenizer.get_vocab())
    groups = parameter_groups(model, a.rate, a.head_rate, a.layer_decay)
    model.halve()
    model.train()
    master = Master(model, groups, a.ema)
    clock = ticks(a.minutes)
    progress: float | None = next(clock)
    epoch = 0
    while progress is not None:
        epoch += 1
        began = time.perf_counter()
        seen: dict[str, list[float]] = {}
        for batch in batches(draw_samples(train, rng), a.tokens, rng):
            hide_words(batch, a.hide)
            batch_loss(model, batch, smoothing=a.smoothing, twice=0.0, seen=seen).backward()
            master.step(rate_share(progress))
            progress = next(clock, None)
            if progress is None:
                break
            if master.steps % 20 == 0:
                print(f"step {master.steps} {progress:.2f} {time.perf_counter() - began:.0f}s", flush=True)
        spent = time.perf_counter() - began
        print(f"epoch {epoch} {spent:.0f}s " + " ".join(f"{k} {np.mean(v):.3f}" for k, v in seen.items()), flush=True)
        if progress is None or epoch >= a.report_from:
            master.show(master.averages)
            torch.save(model.state_dict(), a.out / f"epoch{epoch}.pt")
            for name, records in (("heldout", held_out), ("dev", dev)):
                print(show(name, evaluate(model, records)), flush=True)
            master.show(master.copies)


if __name__ == "__main__":
    main()
