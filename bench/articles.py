"""Which articles are measured with? Any that `stancewire extract` takes, in an order that a seed gives."""

import random
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import orjson

from bench.measuring import RESULTS
from worker.commands.articles import find_files, read_articles

BATCH = 25
"""Articles that a worker is given at once, by default."""


def arguments(description: str | None, *, rounds: int = 5, count: int = 200) -> ArgumentParser:
    """Return a parser of the arguments that all benchmarks share."""
    parser = ArgumentParser(description=description, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="*", default=["examples/articles"], help="files or folders of articles")
    parser.add_argument("--count", type=int, default=count, help="articles to measure with at most (%(default)s)")
    parser.add_argument("--rounds", type=int, default=rounds, help="pairs of measurements (%(default)s)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder for results (%(default)s)")
    return parser


def chosen(options: Namespace) -> list[bytes]:
    """Return the messages that the arguments name, shuffled by a fixed seed and cut to `--count`."""
    payloads = [source.payload for source in read_articles(find_files(options.articles))]
    random.Random(5).shuffle(payloads)  # noqa: S311
    return payloads[: options.count]


def copies(payloads: Sequence[bytes], count: int, *, run: str = "") -> Iterator[bytes]:
    """Yield `count` messages, each under an id of its own, so that none is a duplicate."""
    for number, payload in enumerate(islice(cycle(payloads), count)):
        yield orjson.dumps({**orjson.loads(payload), "id": f"{run}{number}"})


def in_batches(payloads: Sequence[bytes], size: int = BATCH) -> Iterator[Sequence[bytes]]:
    """Yield the messages in batches."""
    for start in range(0, len(payloads), size):
        yield payloads[start : start + size]
