#!/usr/bin/env python3
"""What does the gate lose, and what does it save? Extraction with it beside extraction without, on annotated articles.

    python -m bench.gate GOLD [GOLD ...] [--only PART_OF_IDS]

GOLD is a folder of annotated articles with their messages in GOLD.jsonl beside it, as `stancewire evaluate` takes it.
Lost is what extraction without a gate finds rightly and extraction with it does not.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before numpy is there
    os.environ.setdefault(variable, "1")

from argparse import ArgumentParser, RawDescriptionHelpFormatter  # noqa: E402
from collections.abc import Iterator, Sequence  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from pathlib import Path  # noqa: E402
from time import process_time  # noqa: E402

from bench.measuring import RESULTS, write_result  # noqa: E402
from worker.commands.evaluate import predictions_for  # noqa: E402
from worker.evaluation.figures import Figures  # noqa: E402
from worker.evaluation.gold import GoldArticle, load_gold  # noqa: E402
from worker.evaluation.score import evaluate  # noqa: E402
from worker.extraction import extractor  # noqa: E402
from worker.extraction.domain import Domain  # noqa: E402
from worker.extraction.gate import GatedArticle, gate_article  # noqa: E402
from worker.extraction.position import CharSpan  # noqa: E402


def everything(text: str, sentences: Sequence[CharSpan], *, domain: Domain) -> GatedArticle:
    """Let every article pass with every sentence, as doubtful as its evidence makes it."""
    evidence = gate_article(text, sentences, domain=domain).evidence
    return GatedArticle(True, tuple(range(len(sentences))), evidence)


@contextmanager
def no_gate() -> Iterator[None]:
    """Extract without a gate meanwhile."""
    gate = extractor.gate_article
    extractor.gate_article = everything
    try:
        yield
    finally:
        extractor.gate_article = gate


def scored(folders: Sequence[Path], only: str) -> tuple[Figures, float]:
    """Return the figures over all folders together and the seconds that extraction took."""
    articles: list[GoldArticle] = []
    predictions = {}
    started = process_time()
    for folder in folders:
        annotated = [article for article in load_gold(folder) if only in article.id]
        articles += annotated
        predictions |= predictions_for(annotated, folder, None)
    return evaluate(articles, predictions), process_time() - started


def main() -> None:
    """Measure, print, write."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--only", default="", help="only articles whose id contains this")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder for results (%(default)s)")
    options = parser.parse_args()
    gated, gated_seconds = scored(options.gold, options.only)
    with no_gate():
        ungated, ungated_seconds = scored(options.gold, options.only)
    result: dict[str, object] = {"seconds": {"gated": gated_seconds, "ungated": ungated_seconds}}
    for name in ("positions", "mentions", "detection"):
        ours, free = gated.retrieval[name], ungated.retrieval[name]
        lost = (free.right - ours.right) / max(1, free.right)
        result[name] = {
            "right": ours.right,
            "right_ungated": free.right,
            "lost": lost,
            "f1": ours.f1,
            "f1_ungated": free.f1,
        }
        print(
            f"{name}: right {ours.right} of {free.right} without a gate (lost {lost:.2%}); "
            f"F1 {ours.f1:.3f} against {free.f1:.3f}"
        )
    print(f"{gated_seconds:.1f} s against {ungated_seconds:.1f} s; {write_result(options.output, 'gate', result)}")


if __name__ == "__main__":
    main()
