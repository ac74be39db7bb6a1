#!/usr/bin/env python3
"""What does the gate lose, let through and cost? Gold articles with their unit texts, and a feed without labels.

cue_gate.py GOLD_DIR [--feed FEED.jsonl.gz] [--domain PACK] [--show]
"""

import argparse
import gzip
import html
import json
import re
import time
from pathlib import Path

from worker.extraction.domain import load_domain
from worker.extraction.gate import gate_article


def joined(units: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return the units as one text, a line each, and where each one stands."""
    spans, position = [], 0
    for unit in units:
        spans.append((position, position + len(unit)))
        position += len(unit) + 1
    return " ".join(units), spans


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--feed", type=Path)
    parser.add_argument("--domain", default="negotiations")
    parser.add_argument("--show", action="store_true", help="print the gold sentences that are lost")
    options = parser.parse_args()
    domain = load_domain(options.domain)
    gate_article("warm up", [(0, 7)], domain=domain)
    gold = lost = lost_with_article = body = passed = units_seen = 0
    seconds = 0.0
    for path in sorted(options.gold.glob("*.json")):
        article = json.loads(path.read_text())
        units = article["units"]
        text, spans = joined(units)
        start = time.perf_counter()
        gated = gate_article(text, spans, domain=domain)
        seconds += time.perf_counter() - start
        boilerplate = set(article["boilerplate"])
        carriers = {index for event in article["events"] for index in event["sents"]}
        passing = set(gated.sentences)
        gold += len(carriers)
        lost += len(carriers - passing)
        lost_with_article += 0 if gated.passes else len(carriers)
        body += len(units) - len(boilerplate)
        passed += len(passing - boilerplate)
        units_seen += len(units)
        if options.show:
            for index in sorted(carriers - passing):
                print(f"LOST {article['id'][:40]} {index} (article {gated.evidence:.1f}): {units[index]}")
    print(f"gold sentences {gold}, lost {lost} ({lost / gold:.2%}), of them with their article {lost_with_article}")
    print(f"body sentences passed {passed / body:.1%}; {seconds / units_seen * 1e6:.1f} microseconds a sentence")
    if options.feed:
        with gzip.open(options.feed, "rt", encoding="utf-8") as lines:
            texts = [html.unescape(re.sub(r"<[^>]+>", " ", json.loads(line)["body"])) for line in lines]
        passes = sum(gate_article(text, [(0, len(text))], domain=domain).passes for text in texts)
        print(f"feed articles {len(texts)}, passed {passes} ({passes / len(texts):.1%})")


if __name__ == "__main__":
    main()
