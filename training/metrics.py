"""How good are the heads? Figures of each question by itself, and of whole events at a swept threshold."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.batches import ATTRIBUTIONS, ISSUES, STANCES, TIMES
from training.records import Record
from worker.extraction.encoding import Chunk

Array = NDArray[np.float32]


@dataclass(slots=True)
class Answer:
    """What the heads say of one candidate; probabilities."""

    record: Record
    sentence: int
    party: int
    present: float
    issue: Array
    stance: Array
    attribution: Array
    time: Array
    has_condition: float
    addressee: Array
    addressee_parties: list[int]

    def labels(self, second: float) -> list[tuple[str, str, float]]:
        """Return (issue, stance, probability): the likeliest issue and all others above `second`."""
        best = int(self.issue.argmax())
        chosen = [i for i in range(len(ISSUES)) if i == best or self.issue[i] > second]
        return [
            (ISSUES[i], STANCES[int(self.stance[i].argmax())], self.present * (1.0 if i == best else self.issue[i]))
            for i in chosen
        ]


def f1(true_positive: int, predicted: int, gold: int) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * true_positive / (predicted + gold) if predicted + gold else 0.0


THRESHOLDS = np.arange(0.1, 0.8, 0.05)


def figures(
    records: Sequence[Record], answers: Sequence[Answer], spans: dict[tuple[str, int], tuple[int, int]]
) -> dict[str, float]:
    """Compute all figures; the swept ones at their own best threshold, named with `@`."""
    out: dict[str, float] = {}
    by_sentence: dict[tuple[str, int], float] = defaultdict(float)
    for a in answers:
        key = (a.record.id, a.sentence)
        by_sentence[key] = max(by_sentence[key], a.present)
    gold_sentences = {(r.id, s) for r in records for e in r.events for s in e.sentences}
    out["detection"], out["detection@"] = _sweep(
        lambda t: ({k for k, p in by_sentence.items() if p > t}, gold_sentences)
    )
    gold_party = {
        (r.id, s, e.party if e.party is not None else (i, e.issue))
        for r in records
        for i, e in enumerate(r.events)
        for s in e.sentences
    }
    out["who"], out["who@"] = _sweep(
        lambda t: ({(a.record.id, a.sentence, a.party) for a in answers if a.present > t}, gold_party)
    )
    for name, with_sentence, with_stance in (("mentions", 1, 1), ("positions", 0, 1), ("party_issue", 0, 0)):
        gold = _gold(records, with_sentence, with_stance)
        out[name], out[name + "@"] = _sweep(
            lambda t, s=with_sentence, st=with_stance, g=gold: (_predicted(answers, t, s, st), g)
        )
    out |= _oracle(answers)
    out["condition"] = _conditions(records, spans)
    out["reach"] = np.mean([e.party is not None for r in records for e in r.events])
    return {k: float(v) for k, v in out.items()}


def _sweep(sets) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    best = (0.0, 0.0)
    for t in THRESHOLDS:
        predicted, gold = sets(float(t))
        best = max(best, (f1(len(predicted & gold), len(predicted), len(gold)), float(t)))
    return best


def _gold(records: Sequence[Record], with_sentence: int, with_stance: int) -> set[tuple[object, ...]]:
    return {
        (r.id, e.party if e.party is not None else "unreachable", e.issue)
        + ((e.stance,) if with_stance else ())
        + ((e.sentences[0],) if with_sentence else ())
        for r in records
        for e in r.events
    }


def _predicted(answers: Iterable[Answer], t: float, with_sentence: int, with_stance: int) -> set[tuple[object, ...]]:
    return {
        (a.record.id, a.party, issue) + ((stance,) if with_stance else ()) + ((a.sentence,) if with_sentence else ())
        for a in answers
        if a.present > t
        for issue, stance, p in a.labels(0.35)
        if p > t * 0.5
    }


def _oracle(answers: Iterable[Answer]) -> dict[str, float]:
    hits: dict[str, list[bool]] = defaultdict(list)
    for a in answers:
        here = [e for e in a.record.events if e.party == a.party and a.sentence in e.sentences]
        if not here:
            continue
        best = int(a.issue.argmax())
        for e in here:
            hits["stance"].append(STANCES[int(a.stance[ISSUES.index(e.issue)].argmax())] == e.stance)
            hits["issue"].append(ISSUES[best] == e.issue)
            hits["both"].append(hits["issue"][-1] and STANCES[int(a.stance[best].argmax())] == e.stance)
            hits["attribution"].append(ATTRIBUTIONS[int(a.attribution.argmax())] == e.attribution)
            hits["time"].append(TIMES[int(a.time.argmax())] == e.time)
            choice = int(a.addressee.argmax())
            said = a.addressee_parties[choice - 1] if choice else None
            hits["addressee"].append(said == e.addressee)
    return {k: float(np.mean(v)) for k, v in hits.items()}


def condition_span(chunk: Chunk, line: int, probabilities: Array, threshold: float = 0.4) -> tuple[int, int] | None:
    """Return the characters of the likeliest condition in target sentence number `line`, if any is likely."""
    tokens = np.flatnonzero(chunk.sentence_weights[line])
    inside = probabilities[tokens, 1] + probabilities[tokens, 2]
    begin = probabilities[tokens, 1]
    if not len(tokens) or inside.max() < threshold:
        return None
    first = int((begin + 0.5 * inside).argmax())
    last = first
    while last + 1 < len(tokens) and inside[last + 1] > 0.35:
        last += 1
    while first > 0 and inside[first - 1] > 0.5:
        first -= 1
    return int(chunk.starts[tokens[first]]), int(chunk.ends[tokens[last]])


def _conditions(records: Sequence[Record], spans: dict[tuple[str, int], tuple[int, int]]) -> float:
    gold = {(r.id, s, e.condition) for r in records for e in r.events if e.condition for s in e.sentences[:1]}
    hit = sum(
        1
        for i, s, (start, end) in gold
        if (i, s) in spans
        and min(end, spans[i, s][1]) - max(start, spans[i, s][0])
        >= 0.5 * min(end - start, spans[i, s][1] - spans[i, s][0])
    )
    return f1(hit, len(spans), len(gold))
