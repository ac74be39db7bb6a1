"""What does the teacher think, token by token? `python -m training.lessons --weights FILE --records DIR --out DIR ...`.

A lesson is one pass over texts, packed in a way that its number fixes: all annotated texts and a part of the others.
Written are the teacher's states and condition tags of each token, which a student of another width can follow
(`training.train --lessons`), and its opinions on parties in sentences, averaged over lessons.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.batches import Batch, Sample, batches, draw_samples
from training.records import Record, read_records
from training.teach import answers, mean_of
from training.teacher import load_teacher
from worker.extraction.encoding import load_tokenizer

TAGS = 3


def draw_lesson(annotated: Sequence[Record], others: Sequence[Record], number: int, of: int) -> list[Sample]:
    """Pack the texts of one lesson, always in the same way."""
    return draw_samples([*annotated, *others[number % of :: of]], random.Random(f"lesson {number}"))  # noqa: S311


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the teacher wrote of one lesson: a line of `states` (bfloat16) and `tags` (probabilities) for each token."""

    samples: dict[int, int]
    states: Tensor
    tags: Tensor

    def of(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Return the teacher's states and tags of a batch's tokens, and where these lie in the flattened batch."""
        width = batch.inputs["ids"].shape[1]
        lines, places = [], []
        for i, sample in enumerate(batch.samples):
            size = len(sample.chunk.ids)
            lines.append(torch.arange(size) + self.samples[id(sample)])
            places.append(torch.arange(size) + i * width)
        line = torch.cat(lines)
        return self.states[line].float(), self.tags[line].float(), torch.cat(places)


def first_lines(samples: Sequence[Sample]) -> list[int]:
    """Return the line of each sample's first token."""
    return np.cumsum([0, *(len(s.chunk.ids) for s in samples)]).tolist()


def read_lesson(folder: Path, number: int, samples: Sequence[Sample]) -> Lesson:
    """Read the lesson that these samples are; states stay on disk. ValueError if it is of other samples."""
    starts = first_lines(samples)
    width = json.loads((folder / "lessons.json").read_text())["width"]

    def mapped(name: str, columns: int) -> Tensor:
        path = folder / f"{name}{number}.bin"
        size = starts[-1] * columns
        if path.stat().st_size != 2 * size:
            raise ValueError(f"{path}: written for other records or another packing; make the lessons anew")
        return torch.from_file(str(path), shared=False, size=size, dtype=torch.bfloat16).reshape(-1, columns)

    return Lesson(
        {id(s): start for s, start in zip(samples, starts, strict=False)}, mapped("states", width), mapped("tags", TAGS)
    )


def main() -> None:
    """Write lessons and opinions."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--weights", type=Path, required=True, help="of training.teacher")
    ap.add_argument("--encoder", type=Path, required=True)
    ap.add_argument("--records", type=Path, required=True, help="folder of training.build_records")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument(
        "--numbers", type=int, nargs="+", default=[0, 1], help="of the lessons; others are packed otherwise"
    )
    ap.add_argument("--threads", type=int, default=2)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    a.out.mkdir(parents=True, exist_ok=True)
    tokenizer = load_tokenizer(a.encoder / "tokenizer.json")
    annotated, others = read_texts(a.records, tokenizer)
    teacher = load_teacher(a.encoder, a.weights)
    width = int(teacher.encoder.config.hidden_size)
    (a.out / "lessons.json").write_text(json.dumps({"numbers": a.numbers, "width": width, "weights": str(a.weights)}))
    said: dict[str, dict[tuple[int, int], list[list[object]]]] = defaultdict(lambda: defaultdict(list))
    for number in a.numbers:
        samples = draw_lesson(annotated, others, number, len(a.numbers))
        starts = first_lines(samples)
        start_of = {id(s): start for s, start in zip(samples, starts, strict=False)}
        states = torch.empty(starts[-1], width, dtype=torch.bfloat16)
        tags = torch.empty(starts[-1], TAGS, dtype=torch.bfloat16)
        with torch.no_grad():
            for batch in batches(samples, 4096):
                seen = teacher.states(batch.inputs["ids"], batch.inputs["mask"])
                where = {k: v for k, v in batch.inputs.items() if k not in ("ids", "mask")}
                logits = teacher.heads(seen.reshape(-1, width), **where)
                tagged = logits["tags"].softmax(-1).reshape(*seen.shape[:2], TAGS)
                for i, sample in enumerate(batch.samples):
                    start, size = start_of[id(sample)], len(sample.chunk.ids)
                    states[start : start + size] = seen[i, :size].to(torch.bfloat16)
                    tags[start : start + size] = tagged[i, :size].to(torch.bfloat16)
                for record, key, values in answers(batch, logits):
                    said[record][key].append(values)
        for name, tensor in (("states", states), ("tags", tags)):
            (a.out / f"{name}{number}.bin").write_bytes(tensor.view(torch.int16).numpy().tobytes())
        print(f"lesson {number}: {len(samples)} chunks, {starts[-1]} tokens", flush=True)
    torch.save({i: {key: mean_of(v) for key, v in rows.items()} for i, rows in said.items()}, a.out / "opinions.pt")


def read_texts(records: Path, tokenizer: Tokenizer) -> tuple[list[Record], list[Record]]:
    """Read annotated texts but those held out, and the others."""
    articles = [r for r in read_records(records / "train.jsonl", tokenizer) if not r.held_out]
    items = read_records(records / "items.jsonl", tokenizer)
    return articles + items, read_records(records / "unlabelled.jsonl", tokenizer)


if __name__ == "__main__":
    main()
