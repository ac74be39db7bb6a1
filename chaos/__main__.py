#!/usr/bin/env python3
"""Is every article processed exactly once, whatever dies? Attack a whole system by a seeded schedule, then compare.

    make chaos MINUTES=2
    make chaos MINUTES=12 ARGS="--seed 7 --fsync always"
    python -m chaos --minutes 1 --every 8 --kinds kill-server hang

Starts a server, two intakes and two workers with two processes each, which reach the server through a proxy. Feeds them
articles of many sorts (with and without positions, to be skipped, broken, fed twice) while processes are killed and
frozen, the server too, connections cut, slowed and held, the server's memory filled, and workers restarted with another
version of the extractor. A deterministic stand-in takes the extractor's place; everything else is real. Timeouts are
about twenty times shorter than by default.

When all has come to rest, the same articles run through a calm system, once with each version. Then every article that
was fed must have had exactly one effect, equal event by event to that of one of the calm runs, and nothing may be left.

Exit codes: 0 every promise kept, 1 one broken, 2 wrong usage, 130 stopped by Ctrl-C.
"""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from chaos.report import as_object, show
from chaos.run import DidNotStartError, Options, run
from chaos.schedule import IN_WORDS, Kind

ARTICLES_A_MINUTE = 5000
KEPT, BROKEN, STOPPED = 0, 1, 130


def read_options(arguments: Sequence[str] | None = None) -> tuple[Options, bool]:
    """Return what is asked for, and whether the answer is to be JSON."""
    kinds = "\n".join(f"  {kind:<14} {words}" for kind, words in IN_WORDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m chaos",
        description=__doc__,
        epilog=f"faults:\n{kinds}",
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
        kinds=tuple(Kind(kind) for kind in given.kinds or Kind),
        log=given.log,
    )
    return options, given.json


def main() -> int:
    """Run, show, say by the exit code whether every promise was kept."""
    options, as_json = read_options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    errors = Console(stderr=True)
    columns = (TextColumn("{task.description:<22}"), BarColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=errors, transient=True) as progress:
            task = progress.add_task("starting", total=1.0)
            report = run(options, lambda phase, share: progress.update(task, description=phase, completed=share))
    except KeyboardInterrupt:
        errors.print("stopped; everything that was started has ended")
        return STOPPED
    except DidNotStartError as error:
        errors.print(f"the system did not start; it logged:\n{error}", markup=False)
        return BROKEN
    if as_json:
        print(json.dumps(as_object(report), indent=1))
    else:
        show(report, Console())
    return KEPT if report.verdict.kept else BROKEN


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _positive(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
