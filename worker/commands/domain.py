"""Is this domain pack right? `stancewire domain check` and `domain list`, for analysts who write one."""

from pathlib import Path
from typing import Annotated

import typer

from worker.commands.failures import CommandError, ExitCode
from worker.commands.terminal import printable, write_json

app = typer.Typer(
    no_args_is_help=True, help="Look after domain packs: what the program knows of a kind of negotiation."
)


@app.command()
def check(
    pack: Annotated[str, typer.Argument(help="A TOML file, or the name of a pack that is built in.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what is wrong as a JSON array.")] = False,
) -> None:
    """Check a domain pack and say what is wrong with it, line by line.

    \b
    Examples:
      stancewire domain check rail-pay.toml
      stancewire domain check negotiations
    """
    from worker.extraction.domain import pack_path  # noqa: PLC0415 (pydantic takes its time)
    from worker.extraction.domain_check import check_domain  # noqa: PLC0415

    try:
        path = pack_path(pack)
    except FileNotFoundError as error:
        raise CommandError(str(error), code=ExitCode.USAGE) from None
    problems = check_domain(path)
    if as_json:
        write_json([{"file": str(path), "line": problem.line, "message": problem.message} for problem in problems])
    else:
        for problem in problems:
            typer.echo(printable(f"{path}:{problem.line}: {problem.message}"))
    if problems:
        raise CommandError(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {path.name}")
    if not as_json:
        typer.echo(summary(path))


@app.command("list")
def list_packs() -> None:
    """List the packs that are built in.

    \b
    Example:
      stancewire domain list
    """
    from worker.extraction.domain import builtin_domains, pack_path, read_pack  # noqa: PLC0415

    for name in builtin_domains():
        typer.echo(f"{name}\t{read_pack(pack_path(name)).domain.description}")


def summary(path: Path) -> str:
    """Say what a sound pack holds, all that it extends included."""
    from worker.extraction.domain import load_domain  # noqa: PLC0415

    domain = load_domain(str(path))
    cues = len({cue.text for _, cue in domain.cue_forms()})
    terms, parties = len(domain.issue_terms), len(domain.parties)
    return (
        f"{path.name} is sound: with what it extends, {terms:,} issue terms, {cues:,} stance cues, {parties:,} parties"
    )
