"""Fit the encoder and its heads: `python -m training.train --records DIR --encoder DIR --out DIR`.

DIR of records holds train.jsonl, items.jsonl and dev.jsonl (made by `training.build_records`).
"""

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.batches import Batch, batches, draw_samples, fixed_samples
from training.metrics import Answer, condition_span, figures
from training.model import StanceModel
from training.opinions import read_opinions, with_opinions
from training.records import Record, read_records
from worker.extraction.encoding import load_tokenizer

WEIGHTS = {
    "present": 1.0, "issue": 1.0, "stance": 1.0, "attribution": 0.4, "time": 0.2, "addressee": 0.3,
    "has_condition": 0.2, "sentence": 0.4, "tags": 1.0,
}  # fmt: skip
MASK = 103
TAG_WEIGHTS = torch.tensor([1.0, 4.0, 2.0])  # outside, beginning, inside of a condition


def losses(logits: dict[str, Tensor], batch: Batch, *, smoothing: float) -> dict[str, Tensor]:
    """Return each head's loss: means over what the head is asked in the batch, items counting less."""
    y = batch.labels
    weight = y["weight"]
    positive = weight * y["present"]
    total = positive.sum().clamp(min=1.0)
    stance = logits["stance"][y["events_at"], y["event_issue"]]
    binary = nn.functional.binary_cross_entropy_with_logits
    out = {
        "present": (binary(logits["present"], y["present"], reduction="none") * weight).sum() / weight.sum(),
        "issue": (cross(logits["issue"], y["issue"], smoothing) * positive).sum() / total,
        "stance": (cross(stance, y["event_stance"], smoothing) * y["event_weight"]).sum()
        / y["event_weight"].sum().clamp(min=1.0),
        "has_condition": (binary(logits["has_condition"], y["has_condition"], reduction="none") * positive).sum()
        / total,
        "sentence": (binary(logits["sentence"], y["sentence"], reduction="none") * y["sentence_weight"]).sum()
        / y["sentence_weight"].sum().clamp(min=1.0),
        "attribution": (cross(logits["attribution"], y["attribution"], 0.0) * positive).sum() / total,
        "time": (cross(logits["time"], y["time"], 0.0) * positive).sum() / total,
        "addressee": (cross(logits["addressee"], y["addressee"], 0.0) * positive).sum() / total,
    }
    if (y["tags"] >= 0).any():
        out["tags"] = nn.functional.cross_entropy(
            logits["tags"], y["tags"].reshape(-1), ignore_index=-100, weight=TAG_WEIGHTS
        )
    return out


def cross(logits: Tensor, target: Tensor, smoothing: float) -> Tensor:
    """Return each line's cross entropy with a target distribution (0 where the target is all zero)."""
    share = target * (1 - smoothing) + target.sum(-1, keepdim=True) * smoothing / target.shape[-1]
    return -(share * logits.log_softmax(-1)).sum(-1)


def answers_of(batch: Batch, logits: dict[str, Tensor]) -> tuple[list[Answer], dict[tuple[str, int], tuple[int, int]]]:
    """Turn logits into answers by candidate and condition spans by sentence."""
    p = {k: v.detach().float() for k, v in logits.items()}
    present, has_condition = p["present"].sigmoid().numpy(), p["has_condition"].sigmoid().numpy()
    soft = {k: p[k].softmax(-1).numpy() for k in ("issue", "stance", "attribution", "time", "addressee", "tags")}
    width = batch.inputs["ids"].shape[1]
    answers: list[Answer] = []
    spans = {}
    for i, sample in enumerate(batch.samples):
        chunk = sample.chunk
        for line, sentence in enumerate(chunk.sentences):
            span = condition_span(chunk, line, soft["tags"][i * width : (i + 1) * width])
            if span:
                spans[sample.record.id, sentence] = span
        for line, row in enumerate(chunk.candidates):
            n = len(answers)
            sentence, party = chunk.rows[int(row)]
            answers.append(
                Answer(
                    sample.record, sentence, party, float(present[n]), soft["issue"][n], soft["stance"][n],
                    soft["attribution"][n], soft["time"][n], float(has_condition[n]), soft["addressee"][n],
                    [chunk.rows[int(r)][1] for r in chunk.pairs[line]],
                )
            )  # fmt: skip
    return answers, spans


def evaluate(model: StanceModel, records: Sequence[Record], tokens: int = 4096) -> dict[str, float]:
    """Label the records as the worker would and compare with their events."""
    model.eval()
    answers: list[Answer] = []
    spans: dict[tuple[str, int], tuple[int, int]] = {}
    with torch.no_grad():
        for batch in batches(fixed_samples(records), tokens):
            more, found = answers_of(batch, model(**batch.inputs))
            answers += more
            spans |= found
    model.train()
    return figures(records, answers, spans)


def parameter_groups(model: StanceModel, rate: float, head_rate: float, decay: float) -> list[dict[str, object]]:
    """Give lower layers smaller learning rates."""
    layers = model.encoder.config.num_hidden_layers
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if name.startswith("heads."):
            own = head_rate
        elif "layer." in name:
            own = rate * decay ** (layers - 1 - int(name.split("layer.")[1].split(".")[0]))
        else:
            own = rate * decay**layers
        groups.setdefault(own, []).append(parameter)
    return [{"params": parameters, "lr": own} for own, parameters in groups.items()]


class Average:
    """An exponential moving average of a model's weights."""

    def __init__(self, model: nn.Module, keep: float) -> None:
        self.keep = keep
        self.steps = 0
        self.state = {k: v.detach().clone() for k, v in model.state_dict().items()}

    def update(self, model: nn.Module) -> None:
        """Take in the present weights."""
        self.steps += 1
        keep = min(self.keep, (1 + self.steps) / (10 + self.steps))
        for k, v in model.state_dict().items():
            if v.dtype.is_floating_point:
                self.state[k].lerp_(v, 1 - keep)


def show(name: str, result: dict[str, float]) -> str:
    """Write figures on one line."""
    return name.ljust(8) + " ".join(f"{k} {v:.3f}" if not k.endswith("@") else f"@{v:.2f}" for k, v in result.items())


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--records", type=Path, required=True)
    ap.add_argument("--encoder", type=Path, required=True, help="folder of all-MiniLM-L6-v2 (model and tokenizer.json)")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--start", type=Path, help="weights to start from")
    ap.add_argument("--epochs", type=int, default=20)
    ap.add_argument("--rate", type=float, default=1.5e-4)
    ap.add_argument("--head-rate", type=float, default=6e-4)
    ap.add_argument("--layer-decay", type=float, default=0.85)
    ap.add_argument("--tokens", type=int, default=2048, help="padded tokens a step")
    ap.add_argument("--dropout", type=float, default=0.15)
    ap.add_argument("--smoothing", type=float, default=0.05)
    ap.add_argument("--hide", type=float, default=0.08, help="share of words that training hides")
    ap.add_argument("--taught", type=Path, help="a teacher's opinions (see training.teach), unlabelled.jsonl included")
    ap.add_argument("--taught-share", type=float, default=0.2, help="share of unlabelled.jsonl drawn for each epoch")
    ap.add_argument("--trust", type=float, default=0.4, help="share of the opinions in the labels of annotated texts")
    ap.add_argument("--twice", type=float, default=0.0, help="weight of R-Drop's agreement between two passes")
    ap.add_argument("--ema", type=float, default=0.998)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--report-every", type=int, default=2)
    ap.add_argument("--with-held-out", action="store_true", help="fit on the held-out articles too (the last run)")
    return ap.parse_args()


def begin(a: argparse.Namespace) -> random.Random:
    """Set threads and seeds, note the arguments beside the results, and return the source of chance."""
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    a.out.mkdir(parents=True, exist_ok=True)
    (a.out / "arguments.json").write_text(json.dumps({k: str(v) for k, v in vars(a).items()}, indent=1))
    return random.Random(a.seed)  # noqa: S311


def main() -> None:
    """Train, report every other epoch, keep the averaged weights."""
    a = read_arguments()
    rng = begin(a)
    tokenizer = load_tokenizer(a.encoder / "tokenizer.json")
    articles = read_records(a.records / "train.jsonl", tokenizer)
    items = read_records(a.records / "items.jsonl", tokenizer)
    dev = read_records(a.records / "dev.jsonl", tokenizer)
    held_out = [r for r in articles if r.held_out]
    train = [r for r in articles if a.with_held_out or not r.held_out] + items
    taught: list[Record] = []
    if a.taught:
        said = read_opinions(a.taught)
        taught = with_opinions(read_records(a.records / "unlabelled.jsonl", tokenizer), said, trust=1.0)
        train = with_opinions(train, said, trust=a.trust, keep=True)
    print(f"{len(train)} records to fit, {len(taught)} taught, {len(held_out)} held out, {len(dev)} dev", flush=True)
    model = StanceModel(a.encoder, dropout=a.dropout)
    model.name_tags(tokenizer.get_vocab())
    if a.start:
        model.load_state_dict(torch.load(a.start, weights_only=True))
    model.train()
    optimizer = torch.optim.AdamW(parameter_groups(model, a.rate, a.head_rate, a.layer_decay), weight_decay=0.01)
    steps = a.epochs * len(list(batches(fixed_samples(train + taught[: int(a.taught_share * len(taught))]), a.tokens)))
    warm = max(1, int(0.06 * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / warm, max(0.02, (steps - s) / max(1, steps - warm)))
    )
    average = Average(model, a.ema)
    judge = StanceModel(a.encoder, dropout=a.dropout)
    for epoch in range(1, a.epochs + 1):
        began = time.perf_counter()
        seen: dict[str, list[float]] = {}
        drawn = train + rng.sample(taught, int(a.taught_share * len(taught)))
        for batch in batches(draw_samples(drawn, rng), a.tokens, rng):
            hide_words(batch, a.hide)
            loss = batch_loss(model, batch, smoothing=a.smoothing, twice=a.twice, seen=seen)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            average.update(model)
        spent = time.perf_counter() - began
        print(f"epoch {epoch} {spent:.0f}s " + " ".join(f"{k} {np.mean(v):.3f}" for k, v in seen.items()), flush=True)
        if epoch % a.report_every == 0 or epoch == a.epochs:
            judge.load_state_dict(average.state)
            for name, records in (("heldout", held_out), ("dev", dev)):
                print(show(name, evaluate(judge, records)), flush=True)
            torch.save(average.state, a.out / "model.pt")


def hide_words(batch: Batch, share: float) -> None:
    """Replace some common words by the mask, in place, so that no single word decides."""
    ids = batch.inputs["ids"]
    hidden = (torch.rand(ids.shape) < share) & (ids > MASK)
    ids[hidden] = MASK


def batch_loss(
    model: StanceModel, batch: Batch, *, smoothing: float, twice: float, seen: dict[str, list[float]]
) -> Tensor:
    """Return the weighted loss of a batch, with R-Drop's second pass where `twice`; note the parts in `seen`."""
    logits = model(**batch.inputs)
    parts = losses(logits, batch, smoothing=smoothing)
    loss = torch.zeros(())
    if twice:
        again = model(**batch.inputs)
        for k, v in losses(again, batch, smoothing=smoothing).items():
            parts[k] = (parts[k] + v) / 2
        loss = loss + twice * agreement(logits, again, batch)
    for k, v in parts.items():
        loss = loss + WEIGHTS[k] * v
        seen.setdefault(k, []).append(v.item())
    return loss


def agreement(one: dict[str, Tensor], two: dict[str, Tensor], batch: Batch) -> Tensor:
    """Return how far two passes with different dropout disagree on presence, issue and stance."""
    y = batch.labels
    positive = y["present"] > 0.5
    pairs = [
        (nn.functional.logsigmoid(torch.stack((x["present"], -x["present"]), -1)) for x in (one, two)),
        (x["issue"][positive].log_softmax(-1) for x in (one, two)),
        (x["stance"][y["events_at"], y["event_issue"]].log_softmax(-1) for x in (one, two)),
    ]
    total = torch.zeros(())
    for p, q in pairs:
        total = total + 0.5 * ((p.exp() - q.exp()) * (p - q)).sum(-1).sum() / max(1, len(p))
    return total


if __name__ == "__main__":
    main()
