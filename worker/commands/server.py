"""Which server does a command talk to? The one that the settings name, else the embedded one if it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from worker.commands.failures import CommandError, ExitCode

if TYPE_CHECKING:
    from worker.connection import Client
    from worker.settings import Settings

RedisUrl = Annotated[
    str | None,
    typer.Option(
        help="Server, such as redis://host:6379/0; default: STANCEWIRE_REDIS_URL, else the embedded one here.",
        show_default=False,
    ),
]


def server_settings(redis_url: str | None) -> "Settings":
    """Return the settings with the address of a server: the one given, the one set, or the embedded one that runs."""
    from worker.embedded import running_server  # noqa: PLC0415 (redis takes its time)
    from worker.settings import load_settings  # noqa: PLC0415

    settings = load_settings(redis_url=redis_url)
    if settings.redis_url is not None:
        return settings
    holder = running_server(settings)
    if holder is None or holder.url is None:
        raise CommandError(
            "no server: none is set, and no embedded server runs here",
            hint="Set STANCEWIRE_REDIS_URL=redis://host:6379/0, or start everything with: stancewire run --watch",
            code=ExitCode.SERVER,
        )
    return settings.with_server(holder.url)


@contextmanager
def connected(redis_url: str | None) -> "Iterator[tuple[Settings, Client]]":
    """Give the settings and a client of the server, and close the client in the end."""
    from worker.connection import connect  # noqa: PLC0415

    settings = server_settings(redis_url)
    client = connect(settings)
    try:
        yield settings, client
    finally:
        client.close()
