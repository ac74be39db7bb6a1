"""Turn annotated articles and items into training records: sentences, party mentions as the worker finds them, labels.

    python -m training.build_records GOLD OUT [--articles FILE ...] [--show-missed N]

GOLD holds train/, dev/, train.jsonl, dev.jsonl, train_items.jsonl and score.py (its `party` folds names of one party).
Writes OUT/{train,dev,items,unlabelled}.jsonl and prints the candidate recall of each. `--articles` adds unlabelled
articles (messages, JSONL, gzip or not) that pass the gate to unlabelled.jsonl: a teacher may speak of them, too.
"""

import argparse
import gzip
import importlib.util
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

from schemas.decoding import decode_article
from worker.cleaning import clean
from worker.extraction.domain import DEFAULT_DOMAIN, load_domain
from worker.extraction.extractor import read_sentences
from worker.extraction.gate import gate_article
from worker.extraction.gazetteer import load_gazetteer
from worker.extraction.position import CharSpan
from worker.extraction.voices import read_voices, with_carried

Json = dict[str, Any]


def load_scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("gold_score", path)
    assert spec is not None and spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def article_text(gold: Json, body: str) -> tuple[str, list[CharSpan], dict[int, int]]:
    """Join the units that are no boilerplate, with the line breaks that the body has between them."""
    boilerplate = set(gold["boilerplate"])
    text, spans, position_of, at = "", [], {}, 0
    for index, raw_unit in enumerate(gold["units"]):
        found = body.find(raw_unit, at)
        broken = found < 0 or "\n" in body[at:found] or at == 0
        at = found + len(raw_unit) if found >= 0 else at
        if index in boilerplate:
            continue
        unit = " ".join(raw_unit.split())
        text += ("\n" if broken else " ") if text else ""
        position_of[index] = len(spans)
        spans.append((len(text), len(text) + len(unit)))
        text += unit
    return text, spans, position_of


def find_condition(text: str, condition: str | None, span: CharSpan) -> list[int] | None:
    if not condition:
        return None
    pattern = r"\W+".join(re.escape(word) for word in re.findall(r"\w+", condition))
    match = re.compile(pattern, re.IGNORECASE).search(text, *span) if pattern else None
    return [match.start(), match.end()] if match else None


def record(
    identity: str,
    source: str,
    text: str,
    spans: list[CharSpan],
    events: list[Json],
    year: int | None,
    fold: Callable[[str], str],
) -> Json:
    voices = read_voices(text, spans, gazetteer=load_gazetteer(), year=year)
    parties: dict[str, int] = {}
    party_of: dict[str, int] = {}
    names: list[str] = []
    mentions = []
    for voice, (start, _) in zip(voices, spans, strict=True):
        for mention in with_carried(voice, start):
            if mention.party is None:
                continue
            index = parties.setdefault(fold(mention.party.name), len(parties))
            party_of[mention.party.name] = index
            if index == len(names):
                names.append(mention.party.name)
            mentions.append({"start": mention.start, "end": mention.end, "party": index, "kind": mention.kind})
    labelled = []
    for event in events:
        sentences = event["sentences"]
        span = (spans[sentences[0]][0], spans[sentences[-1]][1])
        addressee = event.get("addressee")
        first = re.split(r",| and ", addressee)[0] if addressee else None
        labelled.append(
            {
                "sentences": sentences,
                "party": parties.get(fold(event["party"])),
                "party_name": event["party"],
                "speaker": event.get("speaker"),
                "issue": event["issue"],
                "stance": event["stance"],
                "addressee": parties.get(fold(addressee), parties.get(fold(first))) if addressee and first else None,
                "addressee_name": addressee,
                "attribution": event["attribution"],
                "time": event["time"],
                "condition": find_condition(text, event.get("condition"), span),
            }
        )
    return {
        "id": identity,
        "source": source,
        "year": year,
        "text": text,
        "sentences": spans,
        "parties": names,
        "party_of": party_of,
        "mentions": mentions,
        "events": labelled,
    }


def articles(gold: Path, split: str, fold: Callable[[str], str]) -> Iterator[Json]:
    bodies = {m["id"]: m for m in map(json.loads, (gold / f"{split}.jsonl").read_text("utf-8").splitlines())}
    for path in sorted((gold / split).glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        message = bodies[document["id"]]
        text, spans, position_of = article_text(document, message["body"])
        events = [
            {**e, "sentences": sorted(position_of[s] for s in e["sents"] if s in position_of)}
            for e in document["events"]
        ]
        year = int(message["published_at"][:4]) if message.get("published_at") else None
        yield record(document["id"], "article", text, spans, [e for e in events if e["sentences"]], year, fold)


def items(lines: Iterable[str], fold: Callable[[str], str]) -> Iterator[Json]:
    for line in filter(str.strip, lines):
        item = json.loads(line)
        events = [{**e, "sentences": [0]} for e in item.get("events", ())]
        text = " ".join(item["text"].split())
        yield record(item["id"], "item", text, [(0, len(text))], events, int(item["date"][:4]), fold)


def unlabelled(gold: Path, fold: Callable[[str], str]) -> Iterator[Json]:
    with gzip.open(gold / "chronicle_unlabelled.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from (found for found in items(lines, fold) if found["mentions"])


def unlabelled_articles(paths: Iterable[Path], fold: Callable[[str], str]) -> Iterator[Json]:
    """Clean messages as the worker does and yield those that concern a negotiation."""
    domain = load_domain(DEFAULT_DOMAIN)
    for path in paths:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            for line in lines:
                message = decode_article(line)
                article = clean(message)
                spans = read_sentences(article)
                if article.skip is None and gate_article(article.text, spans, domain=domain).passes:
                    year = article.published_at.year if article.published_at else None
                    yield record(message.id or article.text[:40], "article", article.text, spans, [], year, fold)


def is_candidate(found: Json, event: Json) -> bool:
    spans = [found["sentences"][s] for s in event["sentences"]]
    return any(
        m["party"] == event["party"] and any(start <= m["start"] and m["end"] <= end for start, end in spans)
        for m in found["mentions"]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--show-missed", type=int, default=0, metavar="N", help="print N events whose party is no candidate"
    )
    parser.add_argument("--articles", type=Path, nargs="*", default=[], help="messages without labels")
    arguments = parser.parse_args()
    fold = load_scorer(arguments.gold / "score.py").party
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, stream in (
        ("train", articles(arguments.gold, "train", fold)),
        ("dev", articles(arguments.gold, "dev", fold)),
        ("items", items((arguments.gold / "train_items.jsonl").read_text("utf-8").splitlines(), fold)),
        ("unlabelled", chain(unlabelled(arguments.gold, fold), unlabelled_articles(arguments.articles, fold))),
    ):
        counts: Counter[str] = Counter()
        missed: list[str] = []
        with (arguments.out / f"{name}.jsonl").open("w", encoding="utf-8") as out:
            for found in stream:
                out.write(json.dumps(found, ensure_ascii=False) + "\n")
                counts["candidates"] += len(
                    {
                        (m["party"], next(i for i, (s, e) in enumerate(found["sentences"]) if s <= m["start"] <= e))
                        for m in found["mentions"]
                    }
                )
                for event in found["events"]:
                    counts["events"] += 1
                    counts["anywhere"] += event["party"] is not None
                    counts["candidate"] += is_candidate(found, event)
                    if not is_candidate(found, event):
                        sentence = " ".join(found["text"][slice(*found["sentences"][s])] for s in event["sentences"])
                        missed.append(f"{event['party_name']} <{event['speaker']}> | {sentence[:300]}")
        print(name, dict(counts), f"recall {counts['candidate'] / max(1, counts['events']):.3f}")
        for line in missed[
            :: max(1, len(missed) // arguments.show_missed) if arguments.show_missed else len(missed) + 1
        ]:
            print("  MISSED", line)


if __name__ == "__main__":
    main()
