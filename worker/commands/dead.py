"""What became of articles that cannot be processed? `stancewire dead list|show|replay|drop`."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.codes import Reason
from worker.commands.failures import CommandError, ExitCode
from worker.commands.server import RedisUrl, connected
from worker.commands.terminal import console, error_console, one_line, printable, write_json

if TYPE_CHECKING:
    from worker.connection import Client
    from worker.publishing.dead_letters import DeadLetter
    from worker.publishing.keys import Keys
    from worker.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Look after articles that cannot be processed: list, show, replay, drop.")

SHOWN_MESSAGE = 4_000

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids as `dead list` shows them.")]
OfReason = Annotated[Reason | None, typer.Option("--reason", help="Only those with this reason.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]


@app.command("list")
def list_letters(
    reason: OfReason = None,
    last: Annotated[int, typer.Option("--lines", "-n", help="How many at most, the newest first.", min=1)] = 50,
    redis_url: RedisUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List dead letters, the newest first.

    \b
    Examples:
      stancewire dead list
      stancewire dead list --reason not_json --json
    """
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    with connected(redis_url) as (settings, client):
        found = [letter for _, letter in islice(letters(client, settings, reason, newest_first=True), last)]
    if as_json:
        for letter in found:
            write_json(
                {"id": letter.dead_id, **letter.article.model_dump(mode="json", exclude={"data", "data_base64"})}
            )
        return
    if not found:
        typer.echo("no dead letters")
        return
    table = Table("id", "failed at", "reason", "article", "error", box=None, pad_edge=False, header_style="bold")
    for letter in found:
        article = letter.article
        name = article.article_id or f"entry {article.entry_id}"
        row = (letter.dead_id, f"{article.failed_at:%Y-%m-%d %H:%M:%S}", article.reason, name, article.error)
        table.add_row(*(Text(one_line(cell, width=120)) for cell in row))
    console().print(table)


@app.command()
def show(
    dead_id: Annotated[str, typer.Argument(metavar="ID", help="Id as `dead list` shows it.")],
    redis_url: RedisUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter: why, when, where, what was tried, and the message.

    \b
    Example:
      stancewire dead show 1795507200000-0
    """
    with connected(redis_url) as (settings, client):
        _, letter = find(client, settings, dead_id)
    article = letter.article
    if as_json:
        write_json({"id": letter.dead_id, **article.model_dump(mode="json")}, indent=True)
        return
    facts = {
        "id": letter.dead_id,
        "article": article.article_id or "-",
        "entry": article.entry_id,
        "reason": article.reason.value,
        "error": article.error,
        "attempts": str(article.attempts),
        "failed at": article.failed_at.isoformat(),
        "worker": article.worker,
    }
    for name, value in facts.items():
        typer.echo(f"{name:<10} {one_line(value)}")
    for line in article.history:
        typer.echo(f"{'attempt':<10} {one_line(line)}")
    message = article.data if article.data is not None else f"(not UTF-8; base64) {article.data_base64 or 'not kept'}"
    typer.echo()
    typer.echo(printable(message[:SHOWN_MESSAGE]))
    if len(message) > SHOWN_MESSAGE:
        error_console().print(f"... {len(message) - SHOWN_MESSAGE:,} more characters; --json shows all")


@app.command()
def replay(ids: Ids = None, reason: OfReason = None, every: All = False, redis_url: RedisUrl = None) -> None:
    """Feed dead articles again, as they came; each letter is gone with that.

    \b
    Examples:
      stancewire dead replay 1795507200000-0
      stancewire dead replay --reason timeout
    """
    from worker.publishing.dead_letters import replay_dead_letter  # noqa: PLC0415

    with connected(redis_url) as (settings, client):
        count = 0
        for keys, letter in chosen(client, settings, ids, reason, every=every):
            try:
                count += replay_dead_letter(client, keys, letter) is not None
            except ValueError as error:
                error_console().print(one_line(str(error)))
    typer.echo(f"{count} fed again")


@app.command()
def drop(
    ids: Ids = None,
    reason: OfReason = None,
    every: All = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    redis_url: RedisUrl = None,
) -> None:
    """Remove dead letters for good.

    \b
    Examples:
      stancewire dead drop 1795507200000-0
      stancewire dead drop --all --yes
    """
    from worker.publishing.dead_letters import drop_dead_letter  # noqa: PLC0415

    with connected(redis_url) as (settings, client):
        found = [(keys, letter.dead_id) for keys, letter in chosen(client, settings, ids, reason, every=every)]
        if found and not yes and not ids and not typer.confirm(f"Remove {len(found)} dead letters for good?"):
            raise CommandError("nothing was removed")
        count = sum(drop_dead_letter(client, keys, dead_id) for keys, dead_id in found)
    typer.echo(f"{count} removed")


def partitions(settings: "Settings") -> "tuple[Keys, ...]":
    """Return the keys of every partition."""
    from worker.publishing.keys import partition_keys  # noqa: PLC0415

    return partition_keys(prefix=settings.key_prefix, partitions=settings.partitions)


def letters(
    client: "Client", settings: "Settings", reason: Reason | None, *, newest_first: bool = False
) -> "Iterator[tuple[Keys, DeadLetter]]":
    """Yield the dead letters of every partition with its keys."""
    from worker.publishing.dead_letters import dead_letters  # noqa: PLC0415

    for keys in partitions(settings):
        for letter in dead_letters(client, keys, reason=reason, newest_first=newest_first):
            yield keys, letter


def find(client: "Client", settings: "Settings", dead_id: str) -> "tuple[Keys, DeadLetter]":
    """Return the dead letter of this id."""
    from worker.publishing.dead_letters import dead_letter  # noqa: PLC0415

    for keys in partitions(settings):
        letter = dead_letter(client, keys, dead_id)
        if letter is not None:
            return keys, letter
    raise CommandError(
        f"no dead letter has the id {one_line(dead_id, width=60)}", hint="`stancewire dead list` shows the ids."
    )


def chosen(
    client: "Client", settings: "Settings", ids: list[str] | None, reason: Reason | None, *, every: bool
) -> "list[tuple[Keys, DeadLetter]]":
    """Return the dead letters that the arguments name: by id, by reason, or all."""
    if sum((bool(ids), reason is not None, every)) != 1:
        raise CommandError(
            "name the letters by ids, by --reason, or take --all (one of the three)", code=ExitCode.USAGE
        )
    if ids:
        return [find(client, settings, dead_id) for dead_id in ids]
    return list(letters(client, settings, reason))
