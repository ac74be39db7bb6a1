"""What is in a topic? `stancewire tail`: its newest entries, and those to come."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from worker.commands.lines import describe
from worker.commands.server import RedisUrl, connected
from worker.commands.terminal import console, write_json

if TYPE_CHECKING:
    from worker.connection import Client

WAIT_MS = 1_000
READ_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a topic: its id, the fields beside the message, the message (raw text if it is no JSON)."""

    entry_id: str
    attributes: dict[str, str]
    data: Any

    @property
    def moment(self) -> datetime:
        """When the server received it."""
        return datetime.fromtimestamp(int(self.entry_id.partition("-")[0]) / 1000, UTC)


def complete_topic(incomplete: str) -> list[str]:
    """Return the topics that begin so, for the shell's completion."""
    return [topic for topic in TOPICS if topic.startswith(incomplete)]


TOPICS = ("positions", "articles.processed", "articles.dead", "articles", "shifts")


def tail(
    topic: Annotated[str, typer.Argument(help=", ".join(TOPICS), autocompletion=complete_topic)] = "positions",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Stay, and print entries as they come.")] = False,
    last: Annotated[
        int, typer.Option("--lines", "-n", help="How many of the newest entries to print first.", min=0)
    ] = 10,
    redis_url: RedisUrl = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line: entry_id, attributes and data.")
    ] = False,
) -> None:
    """Print the newest entries of a topic, oldest first.

    \b
    Examples:
      stancewire tail positions --follow
      stancewire tail articles.dead -n 1 --json
    """
    if topic not in TOPICS:
        raise typer.BadParameter(f"no topic is called {topic}; there are {', '.join(TOPICS)}", param_hint="TOPIC")
    from worker.publishing.keys import partition_keys  # noqa: PLC0415 (redis and pydantic take their time)

    show: Callable[[Entry], None] = print_json if as_json else lambda entry: print_line(topic, entry)
    with connected(redis_url) as (settings, client):
        prefix, partitions = settings.key_prefix, settings.partitions
        streams = [keys.before + topic for keys in partition_keys(prefix=prefix, partitions=partitions)]
        positions = {stream: newest_id(client, stream) for stream in streams}
        for entry in newest(client, streams, last):
            show(entry)
        if follow:
            for entry in coming(client, positions):
                show(entry)


def newest_id(client: "Client", stream: str) -> str:
    """Return the id of the newest entry of a stream, from which following goes on."""
    found: Any = client.xrevrange(stream, count=1)
    return found[0][0].decode() if found else "0"


def newest(client: "Client", streams: Sequence[str], count: int) -> list[Entry]:
    """Return the newest entries of the streams together, oldest first."""
    if not count:
        return []
    rows: list[Any] = [row for stream in streams for row in client.xrevrange(stream, count=count) or ()]
    entries = [read_entry(entry_id, fields) for entry_id, fields in rows]
    return sorted(entries, key=lambda entry: tuple(map(int, entry.entry_id.split("-"))))[-count:]


def coming(client: "Client", positions: dict[str, str]) -> Iterator[Entry]:
    """Yield entries as they come, for ever; `positions` is the last seen id of each stream."""
    while True:
        seen: Any = dict(positions)
        answer: Any = client.xread(seen, count=READ_AT_ONCE, block=WAIT_MS)
        for stream, rows in answer or []:
            for entry_id, fields in rows:
                yield read_entry(entry_id, fields)
                positions[stream.decode()] = entry_id.decode()


def read_entry(entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    """Take an entry apart; whatever a producer wrote into it can be shown."""
    texts = {name.decode(errors="replace"): value for name, value in fields.items()}
    raw = texts.pop("data", b"")
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError:
        data = raw.decode(errors="replace")
    attributes = {name: value.decode(errors="replace") for name, value in texts.items()}
    return Entry(entry_id.decode(), attributes, data)


def print_json(entry: Entry) -> None:
    """Print an entry for a program."""
    write_json({"entry_id": entry.entry_id, "attributes": entry.attributes, "data": entry.data})


def print_line(topic: str, entry: Entry) -> None:
    """Print an entry for a person."""
    from rich.text import Text  # noqa: PLC0415

    line = describe(topic, entry.data)
    console().print(Text.assemble((f"{entry.moment:%H:%M:%S} ", "dim"), line), soft_wrap=True)
