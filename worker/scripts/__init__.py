"""Which steps on the server are atomic? The Lua scripts beside this file, each with a header that lists its keys."""

from functools import cache
from importlib.resources import files

from redis.commands.core import Script

from worker.connection import Client


@cache
def source(name: str) -> str:
    """Return the text of the script `name`."""
    return files(__name__).joinpath(f"{name}.lua").read_text(encoding="utf-8")


def script(client: Client, name: str) -> Script:
    """Return the script `name` for a client; it is loaded into the server when it is first called."""
    return client.register_script(source(name))
