"""How far does extraction agree with an annotation? `stancewire evaluate`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.commands.extract import ProfileName
from worker.commands.failures import CommandError, ExitCode
from worker.commands.terminal import console, error_console, one_line, write_json
from worker.extraction.profile import Profile

if TYPE_CHECKING:
    from worker.evaluation.figures import Difference, Figures
    from worker.evaluation.gold import GoldArticle, Prediction

BATCH = 16


def evaluate(
    gold: Annotated[
        Path, typer.Argument(help="Folder of annotated articles, one JSON file each: id, units, boilerplate, events.")
    ],
    articles: Annotated[
        Path | None,
        typer.Argument(
            help="JSONL of the articles, or of what `stancewire extract` printed for them; default: GOLD.jsonl if it "
            "is there, else the units make the article."
        ),
    ] = None,
    show: Annotated[
        int, typer.Option(help="Also list so many missed and superfluous events and confusions.", min=0)
    ] = 0,
    only: Annotated[str, typer.Option(help="Only articles whose id contains this.")] = "",
    profile: ProfileName = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Score extracted positions against annotated articles.

    Prints precision, recall and F1 of positions (party, issue and stance in an article), of mentions and of the
    sentences that carry a position; accuracy of the other labels; and how well cleaning did.

    \b
    Examples:
      stancewire evaluate gold/dev
      stancewire extract dev.jsonl > mine.jsonl; stancewire evaluate gold/dev mine.jsonl --show 20
    """
    from worker.evaluation.gold import GoldError, load_gold  # noqa: PLC0415 (pydantic takes its time)
    from worker.evaluation.score import evaluate as score  # noqa: PLC0415

    if not gold.is_dir():
        raise CommandError(
            f"no such folder: {gold}", hint="GOLD is a folder with one JSON file an article.", code=ExitCode.USAGE
        )
    try:
        annotated = [article for article in load_gold(gold) if only in article.id]
        figures = score(annotated, predictions_for(annotated, gold, articles, profile=profile))
    except GoldError as error:
        raise CommandError(str(error)) from None
    if as_json:
        write_json(figures.as_document(), indent=True)
    else:
        print_figures(figures, show)


def predictions_for(
    annotated: "list[GoldArticle]", gold: Path, articles: Path | None, *, profile: Profile | None = None
) -> "dict[str, Prediction]":
    """Return the predictions that a file holds, else what the pipeline makes of the articles."""
    from worker.evaluation.gold import GoldError, load_predictions, read_lines  # noqa: PLC0415

    beside = gold.parent / f"{gold.name}.jsonl"
    file = articles or (beside if beside.is_file() else None)
    if file is None:
        units = {article.id: {"id": article.id, "body": "\n".join(article.units)} for article in annotated}
        return extract_all(units, profile=profile)
    first = next((line for _, line in read_lines(file)), None)
    if not isinstance(first, dict):
        raise GoldError(f"{file}: holds no JSON objects, one a line")
    if "positions" in first:
        return load_predictions(file)
    wanted = {article.id for article in annotated}
    messages = {line.get("id"): line for _, line in read_lines(file) if isinstance(line, dict)}
    return extract_all({key: message for key, message in messages.items() if key in wanted}, profile=profile)


def extract_all(
    messages: "Mapping[str, Mapping[str, object]]", *, profile: Profile | None = None
) -> "dict[str, Prediction]":
    """Run the pipeline over article messages and return what it says of each; a refused one is left out."""
    import orjson  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    from worker.commands.extract import load_pipeline  # noqa: PLC0415
    from worker.evaluation.gold import Prediction  # noqa: PLC0415
    from worker.outcome import Processed  # noqa: PLC0415

    pipeline = load_pipeline(profile=profile)
    screen = error_console()
    payloads = [orjson.dumps(message) for message in messages.values()]
    found = {}
    steps = range(0, len(payloads), BATCH)
    for start in track(steps, "extracting", console=screen, disable=not screen.is_terminal, transient=True):
        for outcome in pipeline.run(payloads[start : start + BATCH]):
            if isinstance(outcome, Processed):
                positions = [position.model_dump(mode="json") for position in outcome.positions]
                article_id = outcome.summary.article_id
                found[article_id] = Prediction.model_validate(
                    {"article_id": article_id, "cleaned_text": outcome.cleaned_text, "positions": positions}
                )
    return found


def print_figures(figures: "Figures", show: int) -> None:
    """Print the figures for a person."""
    from rich.table import Table  # noqa: PLC0415

    screen = console()
    table = Table("", "precision", "recall", "F1", "right", "superfluous", "missed", box=None, header_style="bold")
    for name, counts in figures.retrieval.items():
        shares = (f"{value:.3f}" for value in (counts.precision, counts.recall, counts.f1))
        table.add_row(name, *shares, str(counts.right), str(counts.superfluous), str(counts.missed))
    screen.print(table)
    accuracies = (f"{name} {count.same / count.of:.3f}" for name, count in figures.accuracy.items() if count.of)
    screen.print("accuracy where words and party are right:", "  ".join(accuracies) or "nothing to compare")
    cleaning = figures.cleaning
    if cleaning.body:
        removed = f"{cleaning.removed / cleaning.boilerplate:.3f}" if cleaning.boilerplate else "-"
        screen.print(f"cleaning: boilerplate removed {removed}  body kept {cleaning.kept / cleaning.body:.3f}")
    if figures.articles_missing:
        screen.print(
            f"no prediction for {len(figures.articles_missing)}:", one_line(", ".join(figures.articles_missing))
        )
    for title, differences in (("missed", figures.missed), ("superfluous", figures.superfluous)):
        for difference in differences[:show]:
            screen.print(describe(title, difference), soft_wrap=True)
    for (kind, there, said), count in figures.confusions.most_common(show):
        screen.print(f"confused {kind}: {there} taken for {one_line(said)}, {count} times")


def describe(title: str, difference: "Difference") -> str:
    """Tell a missed or superfluous event in one line."""
    labels = f"{difference.party} | {difference.issue} | {difference.stance}"
    return one_line(f"{title}: {difference.article_id}: {labels} | {difference.text}")
