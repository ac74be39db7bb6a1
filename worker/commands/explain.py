"""Why were these positions extracted? `stancewire explain`, on the terminal and as a page; without any server."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.commands.articles import STANDARD_INPUT, find_files, read_articles
from worker.commands.attribute import load_parser
from worker.commands.extract import DomainPack, GivenFormat, Paths, ProfileName, Threshold, require_domain
from worker.commands.failures import CommandError, ExitCode
from worker.commands.lines import stance_text
from worker.commands.terminal import UNSAFE, console, error_console, one_line, printable

if TYPE_CHECKING:
    from rich.text import Text

    from worker.evaluation.explanation import ExplainedArticle, ExplainedEvent, Explainer
    from worker.extraction.profile import Profile
    from worker.settings import Settings

STYLES = {
    "evidence": "on grey23",
    "party": "bold green",
    "speaker": "underline blue",
    "cue": "red",
    "condition": "magenta",
    "proposition": "italic",
}
REPLACEMENT = "\ufffd"


def explain(
    paths: Paths = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page for a browser instead, which needs nothing else.")
    ] = None,
    given: GivenFormat = None,
    domain: DomainPack = None,
    threshold: Threshold = None,
    profile: ProfileName = None,
) -> None:
    """Show articles with the evidence, party, speaker, cue and condition of each position marked, and why it was found.

    \b
    Examples:
      stancewire explain story.html
      stancewire explain articles.jsonl --html explained.html
    """
    refused = 0
    explained = []
    for article in explain_all(paths, given, domain=domain, threshold=threshold, profile=profile):
        if article is None:
            refused += 1
        elif html is None:
            show(article)
        else:
            explained.append(article)
    if html is not None:
        from worker.evaluation.explanation_page import page  # noqa: PLC0415

        html.write_text(page(explained), encoding="utf-8", errors="replace")
        typer.echo(html)
    if refused:
        raise CommandError(f"{refused} article{'s were' if refused > 1 else ' was'} refused", code=ExitCode.REFUSED)


def explain_all(
    paths: list[str] | None,
    given: "GivenFormat",
    *,
    domain: str | None,
    threshold: float | None,
    profile: "Profile | None" = None,
) -> "Iterator[ExplainedArticle | None]":
    """Yield each article explained; None for one that cannot be read, after saying why."""
    from schemas.decoding import DecodingError, decode_article  # noqa: PLC0415 (pydantic takes its time)
    from worker.loading import decoding_limits  # noqa: PLC0415
    from worker.settings import load_settings  # noqa: PLC0415

    files = find_files(paths or [STANDARD_INPUT])
    settings = load_settings(domain=domain, threshold=threshold, profile=profile)
    explainer = load_explainer(settings)
    limits = decoding_limits(settings)
    for source in read_articles(files, given=given):
        try:
            message = decode_article(source.payload, limits=limits)
        except DecodingError as error:
            error_console().print(f"{printable(source.origin)}: refused ({error.reason}): {printable(error.message)}")
            yield None
        else:
            yield explainer.explain(message)


def load_explainer(settings: "Settings") -> "Explainer":
    """Load what the pipeline uses, and a parser for attribution."""
    with error_console().status("Loading the language model"):
        from schemas.messages import Extractor  # noqa: PLC0415
        from worker.evaluation.explanation import Explainer  # noqa: PLC0415
        from worker.extraction.domain import load_domain  # noqa: PLC0415
        from worker.extraction.loading import load_extractor  # noqa: PLC0415
        from worker.loading import cleaning_limits  # noqa: PLC0415

        require_domain(settings.domain)
        extractor = load_extractor(
            settings.domain, model=settings.model, threshold=settings.threshold, profile=settings.profile
        )
        provenance = Extractor(version="", model=extractor.model, domain=extractor.domain)
        return Explainer(
            extractor, load_domain(settings.domain), load_parser(), provenance, limits=cleaning_limits(settings)
        )


def show(article: "ExplainedArticle") -> None:
    """Print an explained article for a person."""
    from rich.text import Text  # noqa: PLC0415

    screen = console()
    screen.rule(Text(one_line(article.message.article_id)), align="left")
    screen.print(marked(article))
    screen.print()
    if article.outcome:
        screen.print(Text(article.outcome, style="yellow"))
    for event in article.events:
        show_event(event)


def marked(article: "ExplainedArticle") -> "Text":
    """Return the text with its marks in colour, a number behind each piece of evidence."""
    from rich.text import Text  # noqa: PLC0415

    from worker.evaluation.explanation import MarkKind, segments  # noqa: PLC0415

    shown = re.sub(UNSAFE, REPLACEMENT, article.cleaned.text)  # one for one: the marks count characters
    text = Text()
    for segment in segments(len(shown), article.marks):
        kinds = [kind for kind in MarkKind if any(mark.kind is kind for mark in segment.marks)]
        text.append(shown[segment.start : segment.end], style=" ".join(STYLES[kind] for kind in kinds))
        ending = [mark for mark in segment.marks if mark.kind is MarkKind.EVIDENCE and mark.end == segment.end]
        for mark in ending:
            text.append(f"[{mark.event}]", style="bold cyan")
    return text


def show_event(explained: "ExplainedEvent") -> None:
    """Print an event and why it was found."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    event, screen = explained.event, console()
    line = Text.assemble((f"[{explained.number}] ", "bold cyan"), (one_line(event.party.name), "bold"), " ")
    line.append_text(stance_text(event.stance)).append(f" {event.issue}")
    if event.addressee:
        line.append(f" → {one_line(event.addressee.name)}")
    if event.speaker:
        line.append(f"  ({one_line(event.speaker.name)})", "dim")
    screen.print(line.append(f"  {event.confidence:.2f}", "bold"))
    rows = [("evidence", event.evidence.text)]
    rows += [("condition", event.condition.text)] if event.condition else []
    rows += [(why.question, why.answer) for why in explained.why]
    grid = Table.grid(padding=(0, 2))
    for name, value in rows:
        grid.add_row(Text(f"    {name}", style="dim"), Text(one_line(value)))
    screen.print(grid)
