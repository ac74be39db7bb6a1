"""How do records become tensors? Chunks of several records side by side, and what each head should say of them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from schemas.codes import Attribution, Issue, Stance, TimeFrame
from training.records import Array, Event, Opinion, Record
from worker.extraction.encoding import SLOTS, Chunk, Packing, pack

ISSUES = [i.value for i in Issue]
STANCES = [s.value for s in Stance]
ATTRIBUTIONS = [a.value for a in Attribution]
TIMES = [t.value for t in TimeFrame]


COLUMNS: dict[str, type[np.generic]] = {
    "present": np.float32,
    "has_condition": np.float32,
    "weight": np.float32,
    "issue": np.float32,
    "attribution": np.float32,
    "time": np.float32,
    "addressee": np.int64,
    "sentence": np.float32,
    "sentence_weight": np.float32,
    "events_at": np.int64,
    "event_weight": np.float32,
    "event_issue": np.int64,
    "event_stance": np.float32,
}
"""The labels of a batch, one line a candidate, a sentence or an event."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One chunk and the record it comes from."""

    record: Record
    chunk: Chunk


@dataclass(slots=True)
class Batch:
    """Chunks side by side: the inputs of the model by name, and the labels by head."""

    samples: list[Sample]
    inputs: dict[str, Tensor]
    labels: dict[str, Tensor]


def draw_samples(records: Sequence[Record], rng: random.Random) -> list[Sample]:
    """Pack all records anew, with random chunk sizes, contexts and tags."""
    samples = []
    for record in records:
        packing = Packing(
            budget=rng.choice((128, 192, 224, 256)),
            context=rng.choice((40, 56, 80)),
            headline=rng.choice((0, 28, 28)),
            lookahead=rng.choice((0, 20, 20)),
        )
        slots = rng.sample(range(SLOTS), SLOTS)
        samples += [Sample(record, chunk) for chunk in pack(record.tokens, packing=packing, slots=slots)]
    return samples


def fixed_samples(records: Sequence[Record]) -> list[Sample]:
    """Pack all records as the worker does."""
    return [Sample(record, chunk) for record in records for chunk in pack(record.tokens)]


def batches(samples: Sequence[Sample], tokens: int, rng: random.Random | None = None) -> Iterator[Batch]:
    """Group samples of like length into batches of at most `tokens` padded tokens; shuffle the batches with `rng`."""
    noise = (lambda: rng.uniform(0, 12)) if rng else (lambda: 0.0)
    ordered = sorted(samples, key=lambda s: len(s.chunk.ids) + noise())
    groups: list[list[Sample]] = [[]]
    longest = 0
    for sample in ordered:
        longest = max(longest, len(sample.chunk.ids))
        if groups[-1] and longest * (len(groups[-1]) + 1) > tokens:
            groups.append([])
            longest = len(sample.chunk.ids)
        groups[-1].append(sample)
    if rng:
        rng.shuffle(groups)
    for group in groups:
        if group:
            yield collate(group)


def model_inputs(chunks: Sequence[Chunk]) -> dict[str, Tensor]:
    """Lay chunks side by side; weight matrices get one column for each token of the padded batch, row by row."""
    width = max(len(c.ids) for c in chunks)
    columns = width * len(chunks)
    ids = torch.zeros(len(chunks), width, dtype=torch.long)
    mask = torch.zeros(len(chunks), width, dtype=torch.long)
    sentence_weights, row_weights, party_weights = [], [], []
    marks, row_sentence, candidates, pairs, pair_kinds = [], [], [], [], []
    sentence_base = row_base = 0
    most = max(c.pairs.shape[1] for c in chunks)
    for i, c in enumerate(chunks):
        size = len(c.ids)
        ids[i, :size] = torch.from_numpy(c.ids)
        mask[i, :size] = 1
        for source, out in (
            (c.sentence_weights, sentence_weights),
            (c.row_weights, row_weights),
            (c.party_weights, party_weights),
        ):
            wide = torch.zeros(len(source), columns)
            wide[:, i * width : i * width + size] = torch.from_numpy(source)
            out.append(wide)
        marks.append(torch.from_numpy(c.sentence_marks) + i * width)
        row_sentence.append(torch.from_numpy(c.row_sentence) + sentence_base)
        candidates.append(torch.from_numpy(c.candidates) + row_base)
        missing = most - c.pairs.shape[1]
        pairs.append(torch.nn.functional.pad(torch.from_numpy(c.pairs) + row_base, (0, missing)))
        pair_kinds.append(torch.nn.functional.pad(torch.from_numpy(c.pair_kinds), (0, missing)))
        sentence_base += len(c.sentences)
        row_base += len(c.rows)
    return {
        "ids": ids,
        "mask": mask,
        "sentence_weights": torch.cat(sentence_weights),
        "sentence_marks": torch.cat(marks),
        "row_weights": torch.cat(row_weights),
        "party_weights": torch.cat(party_weights),
        "row_sentence": torch.cat(row_sentence),
        "candidates": torch.cat(candidates),
        "pairs": torch.cat(pairs),
        "pair_kinds": torch.cat(pair_kinds),
    }


def collate(samples: list[Sample]) -> Batch:
    """Build inputs and labels for some samples."""
    inputs = model_inputs([s.chunk for s in samples])
    return Batch(samples, inputs, _labels(samples, inputs))


def _labels(samples: Sequence[Sample], inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    tags = torch.full(inputs["ids"].shape, -100, dtype=torch.long)
    for i, sample in enumerate(samples):
        record, chunk = sample.record, sample.chunk
        if record.opinions is not None:
            _taught(columns, record.opinions, chunk)
            continue
        value = 0.4 if record.is_item else 1.0
        for target in chunk.sentences:
            columns["sentence"].append(float(any(target in e.sentences for e in record.events)))
            columns["sentence_weight"].append(value)
        _tag_conditions(tags[i].numpy(), record.events, chunk)
        for line, row in enumerate(chunk.candidates):
            target, party = chunk.rows[int(row)]
            here = [e for e in record.events if e.party == party and target in e.sentences]
            _annotated(columns, here, value)
            columns["addressee"].append(_addressee(here, chunk, line))
    labels = {name: torch.from_numpy(np.array(column, COLUMNS[name])) for name, column in columns.items()}
    labels["event_stance"] = labels["event_stance"].reshape(-1, len(STANCES))
    return labels | {"tags": tags}


def _one_hot(values: Sequence[str], value: str) -> Array:
    return np.eye(len(values), dtype=np.float32)[values.index(value)]


def _annotated(columns: dict[str, list[Any]], events: Sequence[Event], value: float) -> None:
    """Write the labels of a candidate with these gold events."""
    candidate = len(columns["present"])
    columns["present"].append(float(bool(events)))
    columns["has_condition"].append(float(any(e.condition for e in events)))
    columns["weight"].append(value)
    share = np.zeros(len(ISSUES), np.float32)
    for e in events:
        share[ISSUES.index(e.issue)] += 1.0 / len(events)
        columns["events_at"].append(candidate)
        columns["event_weight"].append(value)
        columns["event_issue"].append(ISSUES.index(e.issue))
        columns["event_stance"].append(_one_hot(STANCES, e.stance))
    columns["issue"].append(share)
    first = events[0] if events else None
    columns["attribution"].append(_one_hot(ATTRIBUTIONS, first.attribution) if first else np.zeros(len(ATTRIBUTIONS)))
    columns["time"].append(_one_hot(TIMES, first.time) if first else np.zeros(len(TIMES)))


def _taught(columns: dict[str, list[Any]], opinions: dict[int, Opinion], chunk: Chunk) -> None:
    """Write a teacher's opinions as labels; it is not asked about conditions' words nor addressees."""
    value = 0.25
    said = [opinions[chunk.rows[int(row)][1]] for row in chunk.candidates]
    columns["sentence"] += [max(o.present for o in said)] * len(chunk.sentences)
    columns["sentence_weight"] += [0.0] * len(chunk.sentences)
    for o in said:
        for issue in np.argsort(o.issue)[-2:]:
            columns["events_at"].append(len(columns["present"]))
            columns["event_weight"].append(value * o.present * float(o.issue[issue]))
            columns["event_issue"].append(int(issue))
            columns["event_stance"].append(o.stance[issue])
        columns["present"].append(o.present)
        columns["has_condition"].append(o.has_condition)
        columns["weight"].append(value)
        columns["issue"].append(o.issue)
        columns["attribution"].append(o.attribution)
        columns["time"].append(o.time)
        columns["addressee"].append(-100)


def _addressee(events: Sequence[Event], chunk: Chunk, line: int) -> int:
    """Return 0 for nobody, j + 1 for the party of the candidate's pair j, -100 where there is no event."""
    if not events:
        return -100
    parties = [chunk.rows[int(r)][1] for r in chunk.pairs[line]]
    for e in events:
        if e.addressee in parties and e.addressee != e.party:
            return parties.index(e.addressee) + 1
    return 0


def _tag_conditions(tags: np.ndarray, events: Sequence[Event], chunk: Chunk) -> None:
    """Write 0 outside, 1 at the beginning and 2 inside of a condition for the tokens of target sentences."""
    inside_target = chunk.sentence_weights.sum(0) > 0
    size = len(chunk.ids)
    tags[:size][inside_target] = 0
    for e in events:
        if e.condition is None or not set(e.sentences) & set(chunk.sentences):
            continue
        start, end = e.condition
        covered = np.flatnonzero(
            inside_target & (chunk.starts < end) & (chunk.ends > start) & (chunk.ends > chunk.starts)
        )
        if len(covered):
            tags[covered] = 2
            tags[covered[0]] = 1
