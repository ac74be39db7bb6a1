#!/usr/bin/env python3
"""What does the attribution walk cost beside the parse? Best of several rounds, milliseconds of CPU an article.

python -m bench.attribution ARTICLES.jsonl [--rounds 3] [--count 60]
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from time import process_time

from training.attribution_train import parser_of_the_product
from worker.extraction.attribution import find_attributions


def cheapest(rounds: int, work: Callable[[], object]) -> float:
    """Return the CPU seconds of the cheapest round."""
    costs = []
    for _ in range(rounds):
        began = process_time()
        work()
        costs.append(process_time() - began)
    return min(costs)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=60)
    options = parser.parse_args()
    lines = options.articles.read_text("utf-8").splitlines()[: options.count]
    bodies = [json.loads(line)["body"] for line in lines]
    nlp = parser_of_the_product()
    docs = list(nlp.pipe(bodies))
    found = sum(len(find_attributions(doc)) for doc in docs)
    parse = cheapest(options.rounds, lambda: list(nlp.pipe(bodies))) * 1000 / len(docs)
    walk = cheapest(options.rounds, lambda: [find_attributions(doc) for doc in docs]) * 1000 / len(docs)
    words = sum(len(doc) for doc in docs) / len(docs)
    print(f"{len(docs)} articles of {words:.0f} tokens and {found / len(docs):.1f} attributions")
    print(f"parse {parse:.1f} ms, walk {walk:.1f} ms an article: {walk / parse:.1%} of the parse")


if __name__ == "__main__":
    main()
