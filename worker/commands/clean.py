"""What does cleaning make of these articles? `stancewire clean`, without any server."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.commands.articles import STANDARD_INPUT, Source, find_files, read_articles
from worker.commands.extract import GivenFormat, Paths
from worker.commands.failures import CommandError, ExitCode
from worker.commands.terminal import console, error_console, one_line, printable, write_json

if TYPE_CHECKING:
    from schemas.messages import ArticleMessage
    from worker.cleaning.article import CleanedArticle

SHOWN_REMOVAL = 90


def clean(
    paths: Paths = None,
    given: GivenFormat = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, with every removed stretch.")
    ] = False,
    text_only: Annotated[bool, typer.Option("--text", help="Only the cleaned text.")] = False,
) -> None:
    """Show the cleaned text of articles, what is known of them, and what was removed and why. Needs no server.

    \b
    Examples:
      stancewire clean page.html
      stancewire clean --json articles.jsonl | jq .dateline
    """
    from schemas.decoding import DecodingError, decode_article  # noqa: PLC0415 (pydantic takes its time)
    from worker.cleaning import clean as clean_article  # noqa: PLC0415
    from worker.loading import cleaning_limits, decoding_limits  # noqa: PLC0415
    from worker.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    decoding, cleaning = decoding_limits(settings), cleaning_limits(settings)
    refused = 0
    for source in read_articles(find_files(paths or [STANDARD_INPUT]), given=given):
        try:
            message = decode_article(source.payload, limits=decoding)
        except DecodingError as error:
            refused += 1
            error_console().print(f"{printable(source.origin)}: refused ({error.reason}): {printable(error.message)}")
            continue
        article = clean_article(message, limits=cleaning)
        if as_json:
            write_json(as_document(message, article))
        elif text_only:
            console().print(printable(article.text), soft_wrap=True)
        else:
            show(source, message, article)
    if refused:
        raise CommandError(f"{refused} article{'s were' if refused > 1 else ' was'} refused", code=ExitCode.REFUSED)


def as_document(message: "ArticleMessage", article: "CleanedArticle") -> dict[str, object]:
    """Return the cleaned article as JSON shows it."""
    return {
        "article_id": message.article_id,
        "cleaned_text": article.text,
        "headline": headline(article),
        "title": article.title,
        "dateline": article.dateline and {"place": article.dateline.place, "day": article.dateline.day},
        "published_at": article.published_at,
        "language": article.language,
        "source": article.source,
        "byline": article.byline,
        "skipped": article.skip,
        "lines": [{"start": line.start, "end": line.end, "kind": line.kind} for line in article.lines],
        "removed": [
            {"reason": part.reason, "raw_start": part.raw_start, "raw_end": part.raw_end, "text": part.text}
            for part in article.removed
        ],
    }


def headline(article: "CleanedArticle") -> str | None:
    """Return the headline that stands in the text."""
    return next((article.text[line.start : line.end] for line in article.lines if line.kind == "headline"), None)


def show(source: Source, message: "ArticleMessage", article: "CleanedArticle") -> None:
    """Print one cleaned article for a person."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    screen = console()
    screen.rule(Text(one_line(source.origin)), align="left")
    dateline = article.dateline
    facts = {
        "id": message.article_id,
        "headline": headline(article),
        "title": article.title,
        "dateline": dateline and (f"{dateline.place}, {dateline.day}" if dateline.day else dateline.place),
        "date": article.published_at and article.published_at.isoformat(),
        "language": article.language,
        "source": article.source,
        "byline": article.byline,
        "skipped": article.skip,
        "length": f"{len(article.text):,} of {len(message.body):,} characters",
    }
    grid = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        grid.add_row(
            Text(name, style="bold"), Text(one_line(str(value)) if value else "-", style="" if value else "dim")
        )
    screen.print(grid)
    screen.print()
    for line in article.lines:
        style = {"headline": "bold", "deck": "italic", "subheading": "bold dim", "reporting": "dim"}.get(line.kind, "")
        screen.print(Text(printable(article.text[line.start : line.end]), style=style))
    visible = [part for part in article.removed if part.text.strip() and part.reason != "markup"]
    if visible:
        screen.print()
        screen.print(Text("removed", style="bold"))
        grid = Table.grid(padding=(0, 2))
        for part in visible:
            grid.add_row(Text(part.reason, style="yellow"), Text(one_line(part.text, width=SHOWN_REMOVAL), style="dim"))
        screen.print(grid)
    screen.print()
