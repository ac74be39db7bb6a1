"""How do records become tensors? Chunks of several records side by side, and what each head should say of them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from schemas.codes import Attribution, Issue, Stance, TimeFrame
from training.records import Event, Record
from worker.extraction.encoding import SLOTS, Chunk, Packing, pack

ISSUES = [i.value for i in Issue]
STANCES = [s.value for s in Stance]
ATTRIBUTIONS = [a.value for a in Attribution]
TIMES = [t.value for t in TimeFrame]


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
    present, has_condition, weight, issue, attribution, time, addressee = [], [], [], [], [], [], []
    sentence, sentence_weight = [], []
    events_at, event_issue, event_stance = [], [], []
    tags = torch.full(inputs["ids"].shape, -100, dtype=torch.long)
    for i, sample in enumerate(samples):
        record, chunk = sample.record, sample.chunk
        value = 0.4 if record.is_item else 1.0
        for target in chunk.sentences:
            here = [e for e in record.events if target in e.sentences]
            sentence.append(float(bool(here)))
            sentence_weight.append(value)
        _tag_conditions(tags[i].numpy(), record.events, chunk)
        for line, row in enumerate(chunk.candidates):
            target, party = chunk.rows[int(row)]
            here = [e for e in record.events if e.party == party and target in e.sentences]
            present.append(float(bool(here)))
            has_condition.append(float(any(e.condition for e in here)))
            weight.append(value)
            share = np.zeros(len(ISSUES), np.float32)
            for e in here:
                share[ISSUES.index(e.issue)] += 1.0 / len(here)
                events_at.append(len(present) - 1)
                event_issue.append(ISSUES.index(e.issue))
                event_stance.append(STANCES.index(e.stance))
            issue.append(share)
            attribution.append(ATTRIBUTIONS.index(here[0].attribution) if here else -100)
            time.append(TIMES.index(here[0].time) if here else -100)
            addressee.append(_addressee(here, chunk, line))
    return {
        "present": torch.tensor(present),
        "has_condition": torch.tensor(has_condition),
        "weight": torch.tensor(weight),
        "issue": torch.from_numpy(np.array(issue)),
        "attribution": torch.tensor(attribution),
        "time": torch.tensor(time),
        "addressee": torch.tensor(addressee),
        "sentence": torch.tensor(sentence),
        "sentence_weight": torch.tensor(sentence_weight),
        "events_at": torch.tensor(events_at, dtype=torch.long),
        "event_issue": torch.tensor(event_issue, dtype=torch.long),
        "event_stance": torch.tensor(event_stance, dtype=torch.long),
        "tags": tags,
    }


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
