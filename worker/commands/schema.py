"""How does a producer or consumer learn the contract? `stancewire schema`."""

from pathlib import Path
from typing import Annotated

import typer

from worker.commands.failures import CommandError, ExitCode
from worker.commands.terminal import write_bytes


def schema(
    message: Annotated[
        str,
        typer.Argument(
            help="article-message, position-event, processed-article, dead-article, event-attributes or asyncapi"
        ),
    ] = "asyncapi",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write every document into this folder.")
    ] = None,
) -> None:
    """Print the contract: JSON Schema of a message, or the AsyncAPI 3 document of all topics.

    \b
    Examples:
      stancewire schema article-message
      stancewire schema --output contract/
    """
    from schemas.export import documents, write_documents  # noqa: PLC0415 (pydantic takes its time)

    if output is not None:
        for path in write_documents(output):
            typer.echo(path)
        return
    files = documents()
    names = {name.removesuffix(".json").removesuffix(".schema"): name for name in files}
    if message not in names:
        raise CommandError(
            f"no message is called {message}", hint=f"There are: {', '.join(names)}", code=ExitCode.USAGE
        )
    write_bytes(files[names[message]])
