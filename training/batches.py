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
    "addressee": np.float32,
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
    pairs = inputs["pairs"].shape[1]
    for i, sample in enumerate(samples):
        record, chunk = sample.record, sample.chunk
        present = []
        for line, row in enumerate(chunk.candidates):
            target, party = chunk.rows[int(row)]
            here = [e for e in record.events if e.party == party and target in e.sentences]
            opinion = record.opinions.get((target, party))
            parties = [chunk.rows[int(r)][1] for r in chunk.pairs[line]]
            _candidate(columns, here, opinion, record, parties, pairs)
            present.append((target, columns["present"][-1]))
        for target in chunk.sentences:
            said = any(target in e.sentences for e in record.events)
            believed = max((p for t, p in present if t == target), default=float(said))
            columns["sentence"].append(record.trust * believed + (1 - record.trust) * said)
            columns["sentence_weight"].append(record.weight)
        if record.trust < 1:
            _tag_conditions(tags[i].numpy(), record.events, chunk)
    labels = {name: torch.from_numpy(np.array(column, COLUMNS[name])) for name, column in columns.items()}
    labels["event_stance"] = labels["event_stance"].reshape(-1, len(STANCES))
    return labels | {"tags": tags}


def _one_hot(values: Sequence[str], value: str) -> Array:
    return np.eye(len(values), dtype=np.float32)[values.index(value)]


def _candidate(
    columns: dict[str, list[Any]],
    events: Sequence[Event],
    opinion: Opinion | None,
    record: Record,
    parties: Sequence[int],
    pairs: int,
) -> None:
    """Write the labels of one candidate: its gold events and the teacher's opinion, each by its share."""
    trust = record.trust if opinion else 0.0
    weight = record.weight if opinion or record.trust < 1 else 0.0
    gold = (1 - trust) * bool(events)
    taught = trust * opinion.present if opinion else 0.0
    present = gold + taught
    columns["present"].append(present)
    columns["weight"].append(weight)
    sums = {
        "issue": np.zeros(len(ISSUES), np.float32),
        "attribution": np.zeros(len(ATTRIBUTIONS), np.float32),
        "time": np.zeros(len(TIMES), np.float32),
        "addressee": np.zeros(1 + pairs, np.float32),
    }
    condition = 0.0
    candidate = len(columns["present"]) - 1

    def stance(issue: int, value: Array, share: float) -> None:
        columns["events_at"].append(candidate)
        columns["event_weight"].append(weight * share)
        columns["event_issue"].append(issue)
        columns["event_stance"].append(value)

    if events:
        for e in events:
            sums["issue"] += gold / len(events) * _one_hot(ISSUES, e.issue)
            stance(ISSUES.index(e.issue), _one_hot(STANCES, e.stance), gold)
        sums["attribution"] += gold * _one_hot(ATTRIBUTIONS, events[0].attribution)
        sums["time"] += gold * _one_hot(TIMES, events[0].time)
        sums["addressee"][_addressee(events, parties)] += gold
        condition += gold * any(e.condition for e in events)
    if opinion:
        sums["issue"] += taught * opinion.issue
        for issue in np.argsort(opinion.issue)[-2:]:
            stance(int(issue), opinion.stance[issue], taught * float(opinion.issue[issue]))
        sums["attribution"] += taught * opinion.attribution
        sums["time"] += taught * opinion.time
        known = np.array([opinion.addressee.get(p, 0.0) for p in (None, *parties)], np.float32)
        sums["addressee"][: len(known)] += taught * known / max(1e-6, float(known.sum()))
        condition += taught * opinion.has_condition
    for name, value in sums.items():
        columns[name].append(value / max(1e-6, present))
    columns["has_condition"].append(condition / max(1e-6, present))


def _addressee(events: Sequence[Event], parties: Sequence[int]) -> int:
    """Return 0 for nobody, j + 1 for the party number j of `parties`."""
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
