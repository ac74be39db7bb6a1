"""Which commands are there? The application `stancewire` with its subcommands, one module each beside this one."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from worker.commands import (
    attribute,
    clean,
    dead,
    doctor,
    domain,
    evaluate,
    explain,
    extract,
    feed,
    run,
    schema,
    services,
    status,
    tail,
)
from worker.commands.failures import EXIT_CODES, report

RUNNING = "Running"
WATCHING = "Looking at what happens"
LANGUAGE = "Language, without any server"
SETUP = "Setting up"


class ReportingGroup(TyperGroup):
    """A command group in which no failure ends in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the subcommand; what it raises becomes a line or two and an exit code."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # the reader at the other end of the pipe has seen enough
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if type(error).__module__.startswith("typer."):
                raise  # wrong usage: Typer shows what would be right
            raise typer.Exit(report(error)) from None


app = typer.Typer(
    name="stancewire",
    cls=ReportingGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.command(rich_help_panel=RUNNING)(run.run)
app.command(rich_help_panel=RUNNING)(services.intake)
app.command(rich_help_panel=RUNNING)(services.worker)
app.command(rich_help_panel=RUNNING)(feed.feed)
app.command(rich_help_panel=WATCHING)(tail.tail)
app.command(rich_help_panel=WATCHING)(status.status)
app.add_typer(dead.app, name="dead", rich_help_panel=WATCHING)
app.command(rich_help_panel=LANGUAGE)(extract.extract)
app.command(rich_help_panel=LANGUAGE)(clean.clean)
app.command(rich_help_panel=LANGUAGE)(attribute.attribute)
app.command(rich_help_panel=LANGUAGE)(explain.explain)
app.command(rich_help_panel=LANGUAGE)(evaluate.evaluate)
app.add_typer(domain.app, name="domain", rich_help_panel=LANGUAGE)
app.command(rich_help_panel=SETUP)(schema.schema)
app.command(rich_help_panel=SETUP)(doctor.doctor)


def show_version(wanted: bool) -> None:
    """Print the version and stop, if asked to."""
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"stancewire {version('stancewire')}")
        raise typer.Exit


@app.callback()
def stancewire(
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Read news about negotiations and publish who stands where.

    Try it without setting anything up: stancewire run FOLDER
    """
