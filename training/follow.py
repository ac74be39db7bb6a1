"""Fit a student that follows a teacher's states: `python -m training.follow --records DIR --lessons DIR ...`.

Beside annotations and opinions the student learns, for every token of annotated and unlabelled texts, to give the
teacher's last state (by a linear map that is thrown away afterwards) and its condition tags: far more is said by a
text's states than by the answers about its few candidates. The lessons are those of `training.lessons`. As with
the teacher, weights are held in bfloat16 with a float32 copy, and the learning rate falls with the clock.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.batches import Batch, batches
from training.lessons import Lesson, draw_lesson, read_lesson, read_texts
from training.model import StanceModel, load_model
from training.opinions import Opinions, read_opinions, with_opinions
from training.records import Record, read_records
from training.teacher import Master, rate_share, ticks
from training.train import WEIGHTS, begin, evaluate, hide_words, losses, parameter_groups, show
from worker.extraction.encoding import load_tokenizer

SAMPLE = 40_000
"""Tokens on which the spread of the teacher's states is measured."""


class Follower(nn.Module):
    """The student with a map of its states to the teacher's."""

    def __init__(self, student: StanceModel, lesson: Lesson) -> None:
        super().__init__()
        self.student = student
        some = lesson.states[torch.randperm(len(lesson.states))[:SAMPLE]].float()
        self.register_buffer("mean", some.mean(0))
        self.register_buffer("spread", some.std(0))
        self.map = nn.Linear(student.encoder.config.hidden_size, some.shape[1])

    def forward(self, batch: Batch, lesson: Lesson, *, smoothing: float) -> dict[str, Tensor]:
        """Return losses by what is learnt: the heads' own and `states` and `taught_tags`."""
        inputs = dict(batch.inputs)
        states = self.student.states(inputs.pop("ids"), inputs.pop("mask"))
        flat = states.reshape(-1, states.shape[-1])
        logits = self.student.heads(flat, **inputs)
        parts = losses(logits, batch, smoothing=smoothing)
        told, tags, places = lesson.of(batch)
        parts["states"] = nn.functional.mse_loss(self.map(flat[places]), (told - self.mean) / self.spread)
        inside = (inputs["sentence_weights"] > 0).any(0)[places]
        said = -(tags * logits["tags"][places].log_softmax(-1)).sum(-1)
        parts["taught_tags"] = said[inside].mean()
        return parts


def texts_with_opinions(
    annotated: list[Record], others: list[Record], said: Opinions, *, trust: float
) -> tuple[list[Record], list[Record]]:
    """Attach opinions; texts without any stay, in their order, as lessons are drawn from all."""
    taught = [replace(r, opinions=said.get(r.id, {}), trust=1.0) for r in others]
    return with_opinions(annotated, said, trust=trust, keep=True), taught


def quicken(student: StanceModel) -> None:
    """Do without what makes a step three times as long."""
    student.encoder.embeddings.requires_grad_(False)
    student.encoder.set_attn_implementation("eager")  # fused attention goes back six times as slowly in bfloat16
    for module in student.encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # hidden words and the teacher's states keep the student from overfitting


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--records", type=Path, required=True)
    ap.add_argument("--lessons", type=Path, required=True, help="folder of training.lessons, made of the same records")
    ap.add_argument("--encoder", type=Path, required=True, help="the student's")
    ap.add_argument("--start", type=Path, required=True, help="weights to start from")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--minutes", type=float, required=True)
    ap.add_argument("--rate", type=float, default=2e-4)
    ap.add_argument("--head-rate", type=float, default=4e-4)
    ap.add_argument("--layer-decay", type=float, default=0.92)
    ap.add_argument("--tokens", type=int, default=1536)
    ap.add_argument("--dropout", type=float, default=0.1)
    ap.add_argument("--smoothing", type=float, default=0.02)
    ap.add_argument("--hide", type=float, default=0.06)
    ap.add_argument("--trust", type=float, default=0.6)
    ap.add_argument("--states", type=float, default=3.0, help="weight of the teacher's states")
    ap.add_argument("--ema", type=float, default=0.995)
    ap.add_argument("--seed", type=int, default=5)
    ap.add_argument("--threads", type=int, default=2)
    return ap.parse_args()


def main() -> None:
    """Train until the time is over, judge after each lesson, keep the averaged weights."""
    a = read_arguments()
    rng = begin(a)
    tokenizer = load_tokenizer(a.encoder / "tokenizer.json")
    annotated, others = read_texts(a.records, tokenizer)
    held_out = [r for r in read_records(a.records / "train.jsonl", tokenizer) if r.held_out]
    dev = read_records(a.records / "dev.jsonl", tokenizer)
    annotated, others = texts_with_opinions(annotated, others, read_opinions(a.lessons / "opinions.pt"), trust=a.trust)
    numbers = json.loads((a.lessons / "lessons.json").read_text())["numbers"]
    of = len(numbers)
    drawn = [draw_lesson(annotated, others, number, of) for number in numbers]
    lessons = [read_lesson(a.lessons, number, samples) for number, samples in zip(numbers, drawn, strict=True)]
    student = load_model(a.encoder, a.start, dropout=a.dropout)
    quicken(student)
    follower = Follower(student, lessons[0])
    groups = parameter_groups(student, a.rate, a.head_rate, a.layer_decay)
    groups.append({"params": list(follower.map.parameters()), "lr": 2e-3})
    student.encoder.to(torch.bfloat16)
    follower.train()
    master = Master(student, groups, a.ema)
    weights = {**WEIGHTS, "states": a.states, "taught_tags": 1.0}
    clock = ticks(a.minutes)
    progress: float | None = next(clock)
    epoch = 0
    while progress is not None:
        began = time.perf_counter()
        seen: dict[str, list[float]] = {}
        for batch in batches(drawn[epoch % of], a.tokens, rng):
            hide_words(batch, a.hide)
            parts = follower(batch, lessons[epoch % of], smoothing=a.smoothing)
            torch.stack([weights[name] * part for name, part in parts.items()]).sum().backward()
            master.step(rate_share(progress))
            for name, part in parts.items():
                seen.setdefault(name, []).append(part.item())
            progress = next(clock, None)
            if progress is None:
                break
            if master.steps % 40 == 0:
                print(f"step {master.steps} {progress:.2f} states {np.mean(seen['states'][-40:]):.3f}", flush=True)
        epoch += 1
        spent = time.perf_counter() - began
        print(f"epoch {epoch} {spent:.0f}s " + " ".join(f"{k} {np.mean(v):.3f}" for k, v in seen.items()), flush=True)
        master.show(master.averages)
        torch.save(
            {k: v.float() if v.is_floating_point() else v for k, v in student.state_dict().items()}, a.out / "model.pt"
        )
        for name, records in (("heldout", held_out), ("dev", dev)):
            print(show(name, evaluate(student, records)), flush=True)
        follower.train()
        master.show(master.copies)


if __name__ == "__main__":
    main()
