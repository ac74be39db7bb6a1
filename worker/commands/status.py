"""How does it stand? `stancewire status`: backlog, work in progress, what was done, from the server's own books."""

import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.commands.server import RedisUrl, connected
from worker.commands.terminal import console, one_line, write_json

if TYPE_CHECKING:
    from worker.connection import Client
    from worker.observability.backlog import Backlog
    from worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures of all partitions together."""

    server: str
    address: str
    waiting: int
    waiting_is_exact: bool
    in_progress: int
    oldest_in_progress_seconds: float
    queued_tasks: int
    processed: int
    positions: int
    dead: int
    consumers: int
    last_done: datetime | None


def status(
    redis_url: RedisUrl = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Stay, and show it anew every second.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as a JSON object.")] = False,
) -> None:
    """Show what is waiting, what is being worked on, what was done and what failed.

    \b
    Examples:
      stancewire status --watch
      stancewire status --json | jq .waiting
    """
    with connected(redis_url) as (settings, client):
        while True:
            standing = measure(client, settings)
            if as_json:
                write_json({**asdict(standing), "last_done": standing.last_done})
            else:
                if watch and console().is_terminal:
                    console().clear()
                show(standing)
            if not watch:
                return
            time.sleep(1)


def measure(client: "Client", settings: "Settings") -> Standing:
    """Ask the server for the figures of every partition and add them up."""
    from worker.connection import check_server  # noqa: PLC0415

    server = check_server(client)
    backlogs = measure_partitions(client, settings)
    last = max(backlog.last_done_ms for backlog in backlogs)
    return Standing(
        server=server,
        address=settings.shown_redis_url or "",
        waiting=sum(backlog.lag for backlog in backlogs),
        waiting_is_exact=all(backlog.lag_is_exact for backlog in backlogs),
        in_progress=sum(backlog.pending for backlog in backlogs),
        oldest_in_progress_seconds=round(max(backlog.oldest_pending_seconds for backlog in backlogs), 1),
        queued_tasks=backlogs[0].queued_tasks,
        processed=sum(backlog.processed for backlog in backlogs),
        positions=sum(backlog.positions for backlog in backlogs),
        dead=sum(backlog.dead for backlog in backlogs),
        consumers=len(consumers(client, settings)),
        last_done=datetime.fromtimestamp(last / 1000, UTC) if last else None,
    )


def measure_partitions(client: "Client", settings: "Settings") -> "list[Backlog]":
    """Return the backlog of each partition."""
    from worker.observability.backlog import measure_backlog  # noqa: PLC0415
    from worker.publishing.keys import partition_keys  # noqa: PLC0415

    every = partition_keys(prefix=settings.key_prefix, partitions=settings.partitions)
    return [measure_backlog(client, keys, settings) for keys in every]


def consumers(client: "Client", settings: "Settings") -> set[str]:
    """Return the names of the consumers that the group knows."""
    from redis.exceptions import ResponseError  # noqa: PLC0415

    from worker.publishing.keys import partition_keys  # noqa: PLC0415

    names: set[str] = set()
    for keys in partition_keys(prefix=settings.key_prefix, partitions=settings.partitions):
        try:
            answer: Any = client.xinfo_consumers(keys.articles, settings.group)
        except ResponseError:  # no stream or no group yet
            continue
        names |= {consumer["name"].decode(errors="replace") for consumer in answer}
    return names


def show(standing: Standing) -> None:
    """Print the figures for a person."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    about = "" if standing.waiting_is_exact else " at most"
    oldest = f", the oldest for {standing.oldest_in_progress_seconds:,.0f} s" if standing.in_progress else ""
    last = f"{standing.last_done:%Y-%m-%d %H:%M:%S} UTC" if standing.last_done else "never"
    rows = {
        "server": f"{standing.server} at {standing.address}",
        "waiting": f"{standing.waiting:,}{about}",
        "in progress": f"{standing.in_progress:,}{oldest}",
        "queued tasks": f"{standing.queued_tasks:,}",
        "processed": f"{standing.processed:,}, last {last}",
        "positions": f"{standing.positions:,}",
        "dead": f"{standing.dead:,}" + ("  (see: stancewire dead list)" if standing.dead else ""),
        "consumers": f"{standing.consumers:,}",
    }
    grid = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        style = "red" if name == "dead" and standing.dead else ""
        grid.add_row(Text(name, style="bold"), Text(one_line(value), style=style))
    console().print(grid)
