"""Which positions do these articles hold? `stancewire extract`, without any server."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from worker.commands.articles import STANDARD_INPUT, Format, Source, find_files, read_articles
from worker.commands.failures import CommandError, ExitCode
from worker.commands.terminal import error_console, one_line, write_json
from worker.extraction.profile import Profile

if TYPE_CHECKING:
    from worker.outcome import Outcome
    from worker.pipeline import Pipeline

BATCH = 16

Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE|FOLDER|-", help="JSONL, JSON, .txt, .html, folders of them; - is standard input."),
]
GivenFormat = Annotated[
    Format | None,
    typer.Option("--format", help="What the input holds, where its name does not say so.", show_default=False),
]

DomainPack = Annotated[
    str | None, typer.Option("--domain", help="Domain pack: a built-in name or a TOML file.", show_default=False)
]
ProfileName = Annotated[
    Profile | None,
    typer.Option(
        "--profile",
        help="default: with the learned heads; fast: without, more than twice as fast, less often right.",
        show_default=False,
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option("--threshold", help="Confidence below which no position is given.", min=0, max=1, show_default=False),
]


def extract(
    paths: Paths = None,
    given: GivenFormat = None,
    domain: DomainPack = None,
    threshold: Threshold = None,
    profile: ProfileName = None,
) -> None:
    """Print the positions of each article, one JSON object a line, in order. Needs no server.

    Each line is an object with article_id, cleaned_text and positions. An article that is skipped has no positions and
    says why under skipped; one that is refused says why under refused and error, and the exit code is 4.

    \b
    Examples:
      stancewire extract articles.jsonl > positions.jsonl
      curl -s https://news.example/story | stancewire extract --format html -
    """
    refused = 0
    for source, outcome in extracted(paths, given, domain=domain, threshold=threshold, profile=profile):
        line = described(source, outcome)
        refused += "refused" in line
        write_json(line)
    if refused:
        message = f"{refused} article{'s were' if refused > 1 else ' was'} refused; the reason stands in its line"
        raise CommandError(message, code=ExitCode.REFUSED)


def extracted(
    paths: list[str] | None,
    given: Format | None,
    *,
    domain: str | None = None,
    threshold: float | None = None,
    profile: Profile | None = None,
) -> "Iterator[tuple[Source, Outcome]]":
    """Yield each article of the paths with what the pipeline makes of it, a few at a time."""
    sources = read_articles(find_files(paths or [STANDARD_INPUT]), given=given)
    pipeline = load_pipeline(domain=domain, threshold=threshold, profile=profile)
    for batch in batches(sources, BATCH):
        yield from zip(batch, pipeline.run([source.payload for source in batch]), strict=True)


def load_pipeline(
    *, domain: str | None = None, threshold: float | None = None, profile: Profile | None = None
) -> "Pipeline":
    """Load the pipeline, as the settings say where nothing else is given, and say so while it takes a moment."""
    with error_console().status("Loading the language model"):
        from worker.loading import pipeline_options  # noqa: PLC0415 (spaCy takes a second to import)
        from worker.pipeline import load_pipeline as load  # noqa: PLC0415
        from worker.settings import load_settings  # noqa: PLC0415

        settings = load_settings(domain=domain, threshold=threshold, profile=profile)
        require_domain(settings.domain)
        return load(**pipeline_options(settings))


def require_domain(name_or_path: str) -> None:
    """Load a domain pack, so that one that is not there, or is wrong, is told as what it is."""
    from worker.extraction.domain import load_domain  # noqa: PLC0415

    try:
        load_domain(name_or_path)
    except (FileNotFoundError, ValueError) as error:
        hint = f"See what is wrong with it: stancewire domain check {name_or_path}"
        raise CommandError(one_line(str(error), width=300), hint=hint, code=ExitCode.USAGE) from None


def batches(sources: Iterator[Source], size: int) -> Iterator[list[Source]]:
    """Yield lists of at most `size` articles."""
    while batch := list(islice(sources, size)):
        yield batch


def described(source: Source, outcome: "Outcome") -> dict[str, object]:
    """Return the line that tells what became of one article."""
    from worker.outcome import Refused  # noqa: PLC0415

    if isinstance(outcome, Refused):
        return {
            "article_id": outcome.article_id or source.origin,
            "cleaned_text": "",
            "positions": [],
            "refused": outcome.reason,
            "error": outcome.error,
        }
    line: dict[str, object] = {
        "article_id": outcome.summary.article_id,
        "cleaned_text": outcome.cleaned_text,
        "positions": list(outcome.positions),
    }
    if outcome.summary.skipped:
        line["skipped"] = outcome.summary.skipped
    return line
