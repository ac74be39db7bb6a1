"""What is a run asked for, and how does a person say it?"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chaos.schedule import IN_WORDS, USUAL, Kind

ARTICLES_A_MINUTE = 4200


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked for."""

    minutes: float = 1.0
    articles: int = 4200
    seed: int = 1
    fsync: str = "everysec"
    every: float = 2.0
    """Seconds between faults on average."""
    kinds: tuple[Kind, ...] = USUAL
    settle_within: float = 300.0
    log: Path | None = None
    """Where the processes write their log lines; None: to a file that is thrown away."""


def read_options(
    program: str,
    description: str | None,
    arguments: Sequence[str] | None = None,
    *,
    kinds: Sequence[Kind] = USUAL,
) -> tuple[Options, bool]:
    """Return what is asked for, and whether the answer is to be JSON."""
    explained = "\n".join(f"  {kind:<14} {IN_WORDS[kind]}" for kind in Kind)
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=f"faults:\n{explained}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    defaults = Options()
    parser.add_argument("--minutes", type=_positive, default=defaults.minutes, help="how long (%(default)s)")
    parser.add_argument(
        "--articles", type=int, help=f"how many are fed in that time ({ARTICLES_A_MINUTE:,} for each minute)"
    )
    parser.add_argument("--seed", type=int, default=defaults.seed, help="repeats a schedule (%(default)s)")
    parser.add_argument(
        "--fsync",
        choices=("always", "everysec"),
        default=defaults.fsync,
        help="when the server's log reaches the disk (%(default)s)",
    )
    parser.add_argument(
        "--every", type=_positive, default=defaults.every, help="seconds between faults on average (%(default)s)"
    )
    parser.add_argument(
        "--kinds", nargs="+", choices=[kind.value for kind in Kind], metavar="FAULT", help="these faults only"
    )
    parser.add_argument("--log", type=Path, help="keep the log lines of all processes in this file")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    given = parser.parse_args(arguments)
    articles = given.articles if given.articles is not None else max(1, round(given.minutes * ARTICLES_A_MINUTE))
    if articles < 1:
        parser.error("--articles must be at least 1")
    options = Options(
        minutes=given.minutes,
        articles=articles,
        seed=given.seed,
        fsync=given.fsync,
        every=given.every,
        kinds=tuple(Kind(kind) for kind in given.kinds or kinds),
        log=given.log,
    )
    return options, given.json


def _positive(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return number
