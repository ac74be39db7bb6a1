"""Is every party that could hold a position proposed before a head has to choose, and at what price?

    python -m bench.candidates GOLD [--missed N]

For train and dev, with the gold's sentences: the share of annotated events whose party is a candidate in one of the
event's sentences, the share whose party the article names at all, and candidates a sentence. `--missed` prints the
N parties that are missed most often on train (never those of dev), with what is proposed in their place.
"""

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from training.build_records import articles, is_candidate, load_scorer


def candidates(record: dict[str, Any]) -> dict[int, set[int]]:
    """The parties proposed in each sentence of a record."""
    spans = record["sentences"]
    proposed: dict[int, set[int]] = {sentence: set() for sentence in range(len(spans))}
    for mention in record["mentions"]:
        at = next(i for i, (start, end) in enumerate(spans) if start <= mention["start"] <= end)
        proposed[at].add(mention["party"])
    return proposed


def main() -> None:
    """Print a table of the recall of candidates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--missed", type=int, default=0, metavar="N", help="print the N parties of train missed most")
    arguments = parser.parse_args()
    fold = load_scorer(arguments.gold / "score.py").party
    missed: Counter[str] = Counter()
    instead: dict[str, str] = {}
    print("| split | events | candidate in a sentence of theirs | named in the article | candidates a sentence |")
    print("|---|---|---|---|---|")
    for split in ("train", "dev"):
        events = found = named = sentences = pairs = 0
        for record in articles(arguments.gold, split, fold):
            proposed = candidates(record)
            sentences += len(proposed)
            pairs += sum(map(len, proposed.values()))
            for event in record["events"]:
                events += 1
                named += event["party"] is not None
                found += is_candidate(record, event)
                if split == "train" and not is_candidate(record, event):
                    missed[event["party_name"]] += 1
                    here = {record["parties"][p] for s in event["sentences"] for p in proposed[s]}
                    instead[event["party_name"]] = ", ".join(sorted(here))
        print(
            f"| {split} | {events} | {found / events:.3f} | {named / events:.3f} | {pairs / sentences:.2f} |",
            flush=True,
        )
    for party, count in missed.most_common(arguments.missed):
        print(f"{count:4} {party}: {instead[party]}")


if __name__ == "__main__":
    main()
