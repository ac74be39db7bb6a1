"""What do heads, terms and cues together say of items without labels? A teacher for the heads alone.

    python -m training.teach_fused --heads DIR --records unlabelled.jsonl --out FILE

The opinions are as `training.teach` writes them: issue and stance fused, the rest as the heads say it.
"""

import argparse
import random
from dataclasses import replace
from pathlib import Path

import torch

from training.records import Record, read_records
from worker.extraction.domain import load_domain
from worker.extraction.encoder import CandidateLabels, Heads
from worker.extraction.encoding import pack
from worker.extraction.fusion import Fusion
from worker.extraction.gazetteer import load_gazetteer
from worker.extraction.labelling import EncoderLabeller
from worker.extraction.paragraphs import load_parser
from worker.extraction.reading import Reader

Row = tuple[int, int]


def opinions(record: Record, heads: Heads, reader: Reader, fusion: Fusion) -> dict[Row, tuple[object, ...]]:
    """Return an opinion on every candidate of a record."""
    said = {(c.sentence, c.party): c for chunk in heads.label(pack(record.tokens)) for c in chunk.candidates}
    article = reader.read(record.text, record.sentences, year=record.year)
    for candidate in article.candidates:
        labels = candidate.labels
        row = labels.sentence, record.party_of.get(article.parties[labels.party].name, -1)
        if row in said:
            fused = fusion.fuse(candidate)
            said[row] = replace(said[row], issues=fused.issues, stances=fused.stances)
    return {row: _opinion(labels) for row, labels in said.items()}


def _opinion(labels: CandidateLabels) -> tuple[object, ...]:
    return (
        labels.present,
        labels.issues,
        labels.stances,
        labels.attribution,
        labels.time,
        labels.has_condition,
        dict(labels.addressees),
    )


def main() -> None:
    """Write opinions on a sample of items."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--heads", type=Path, required=True)
    ap.add_argument("--records", type=Path, required=True)
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--limit", type=int, default=6000, help="items drawn")
    ap.add_argument("--domain", default="negotiations")
    a = ap.parse_args()
    heads = Heads.load(a.heads)
    reader = Reader(
        load_domain(a.domain), gazetteer=load_gazetteer(), labeller=EncoderLabeller(heads), nlp=load_parser()
    )
    fusion = Fusion.from_card(heads.card["fusion"])
    records = read_records(a.records, heads.tokenizer)
    records = random.Random(5).sample(records, min(a.limit, len(records)))  # noqa: S311
    said = {record.id: opinions(record, heads, reader, fusion) for record in records}
    torch.save(said, a.out)
    print(f"{len(said)} items")


if __name__ == "__main__":
    main()
