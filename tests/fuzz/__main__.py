"""How long does everything hold against a fuzzer? `python -m tests.fuzz MINUTES`, shared by all targets (`make fuzz`).

An input that breaks something ends the run with its traceback and stands in .fuzz/ afterwards; a test with an input of
one's own writing that does the same belongs into tests/unit.
"""

import re
import subprocess
import sys
from pathlib import Path

TARGETS = ("decoder", "cleaner", "pipeline")
FOLDER = Path(__file__).resolve().parents[2] / ".fuzz"
LONGEST_INPUT = {"decoder": 4096, "cleaner": 4096, "pipeline": 512}
LONGEST_RUN = 2
"""Seconds that one input may take."""


def main() -> int:
    """Run each target for its share of the time; 1 where one found something."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    seconds = max(1, int(minutes * 60 / len(TARGETS)))
    broken = [target for target in TARGETS if not holds(target, seconds)]
    if broken:
        print(f"broken: {', '.join(broken)}; the inputs stand in {FOLDER.name}/")
    return 1 if broken else 0


def holds(target: str, seconds: int) -> bool:
    """Fuzz one target for so long, going on from what earlier runs have found worth trying."""
    corpus = FOLDER / target
    corpus.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST_INPUT[target]}", f"-timeout={LONGEST_RUN}"]
    options += ["-rss_limit_mb=4096", f"-artifact_prefix={FOLDER}/{target}-", "-print_final_stats=1"]
    command = [sys.executable, "-m", "tests.fuzz.target", target, *options, str(corpus)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    runs = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stdout + done.stderr)
    print(
        f"{target}: {int(runs[1]) if runs else 0:,} inputs in {seconds} s"
        + ("" if done.returncode == 0 else ": BROKEN")
    )
    if done.returncode != 0:
        print((done.stdout + done.stderr)[-4000:])
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
