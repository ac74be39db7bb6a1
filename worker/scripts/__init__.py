"""Which steps on the server are atomic? The Lua scripts beside this file, each with a header that lists its keys."""

import re
from functools import cache
from importlib.resources import files

from redis.commands.core import Script

from worker.connection import Client

INCLUDE = re.compile(r"^--include (\w+)\n", re.MULTILINE)


@cache
def source(name: str) -> str:
    """Return the text of the script `name`, with what it includes by lines of `--include PART`."""
    text = files(__name__).joinpath(f"{name}.lua").read_text(encoding="utf-8")
    return INCLUDE.sub(lambda line: source(f"included/{line[1]}"), text)


def script(client: Client, name: str) -> Script:
    """Return the script `name` for a client; it is loaded into the server when it is first called."""
    return client.register_script(source(name))
