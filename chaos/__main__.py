#!/usr/bin/env python3
"""Is every article processed exactly once, whatever dies? Attack a whole system by a seeded schedule, then compare.

    make chaos MINUTES=2
    make chaos MINUTES=12 ARGS="--seed 7 --fsync always"
    python -m chaos --minutes 3 --every 8 --kinds kill-server hang
    python -m chaos --minutes 1 --kinds power-cut

Starts a server, two intakes and two workers with two processes each, which reach the server through a proxy. Feeds them
articles of many sorts (with and without positions, to be skipped, broken, fed twice) while processes are killed and
frozen, the server too, connections cut, slowed and held, the server's memory filled, and workers restarted with another
version of the extractor. A deterministic stand-in takes the extractor's place; everything else is real. Timeouts are
about twenty times shorter than by default. Where faults follow each other closely, as by default, recovery times show
little but the backlog that they leave together; `--every 8` tells the kinds apart.

When all has come to rest, the same articles run through a calm system, once with each version. Then every article that
was fed must have had exactly one effect, equal event by event to that of one of the calm runs, and nothing may be left.

Exit codes: 0 every promise kept, 1 one broken, 2 wrong usage, 130 stopped by Ctrl-C.
"""

import json
import signal
import sys
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from chaos.options import read_options
from chaos.report import as_object, show
from chaos.run import run
from chaos.target import DidNotStartError

KEPT, BROKEN, STOPPED = 0, 1, 130


def main() -> int:
    """Run, show, say by the exit code whether every promise was kept."""
    options, as_json = read_options("python -m chaos", __doc__)
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


if __name__ == "__main__":
    sys.exit(main())
