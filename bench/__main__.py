#!/usr/bin/env python3
"""What does every benchmark say, in a short run? `make bench`; each can be run by itself: `python -m bench.X -h`.

    python -m bench [--feed ARTICLES] [--negotiations ARTICLES] [--gold GOLD] [--rounds 5] [--full]

`--feed` takes a mixed feed, `--negotiations` articles on negotiations; by default both are the sample articles, whose
figures say little. `--gold` (a folder of annotated articles) adds what the gate loses. Results are JSON files in
`--output` (build/bench), and pictures where matplotlib is installed (`uv sync --group bench`).
"""

import importlib.util
import subprocess
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

from bench.measuring import RESULTS

SAMPLES = ["examples/articles"]


def commands(options: Namespace) -> list[list[str]]:
    """Return the benchmarks with their arguments."""
    share = 1 if options.full else 5
    rounds = ["--rounds", str(options.rounds)]
    feed, talks = options.feed, options.negotiations
    found = [
        ["bench.pipeline", *feed, "--name", "feed", "--bar", "5", "--count", str(1500 // share), *rounds],
        ["bench.pipeline", *talks, "--name", "negotiations", "--bar", "0.5", "--count", str(200 // share), *rounds],
        ["bench.budget", *feed, "--name", "feed", "--count", str(1500 // share)],
        ["bench.budget", *talks, "--name", "negotiations", "--count", str(200 // share)],
        ["bench.system", *feed, "--count", str(1500 // share), *rounds],
        ["bench.empty_system", "--count", str(10_000 // share), *rounds],
        ["bench.latency", *feed, "--count", str(1500 // share)],
        ["bench.start", *feed, *rounds],
        [
            "bench.growth",
            *talks,
            "--longest",
            str(100_000 // share),
            "--largest",
            str(10**6 if options.full else 10**4),
        ],
        ["bench.partitions", "--count", str(10_000 // share)],
    ]
    if options.gold:
        found.append(["bench.gate", *options.gold])
    return [[*command, "--output", options.output] for command in found]


def main() -> int:
    """Run them one after the other; one that fails does not stop the others."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--feed", nargs="+", default=SAMPLES, help="articles of a mixed feed")
    parser.add_argument("--negotiations", nargs="+", default=SAMPLES, help="articles on negotiations")
    parser.add_argument("--gold", nargs="+", help="folders of annotated articles")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of measurements (%(default)s)")
    parser.add_argument("--full", action="store_true", help="as long as the published figures (an hour)")
    parser.add_argument("--output", default=str(RESULTS), help="folder for results (%(default)s)")
    options = parser.parse_args()
    failed = 0
    for command in commands(options):
        print(f"\n$ python -m {' '.join(command)}", flush=True)
        failed += subprocess.run([sys.executable, "-m", *command], check=False).returncode != 0
    if importlib.util.find_spec("matplotlib"):
        subprocess.run([sys.executable, "-m", "bench.plots", options.output], check=False)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
