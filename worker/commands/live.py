"""What does a person see of a run? A live view on a terminal, plain lines elsewhere, and a table in the end."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from worker.commands.lines import describe, name_of, stance_text
from worker.commands.tail import Entry
from worker.commands.tally import DEAD, POSITIONS, Tally
from worker.commands.terminal import console, one_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.table import Table
    from rich.text import Text

    from worker.supervisor import ServiceStatus

NEWEST = 8
ROWS = 40
WIDE = 100
REFRESHES = 4
TELL_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class Moment:
    """How the run stands."""

    tally: Tally
    waiting: int
    in_progress: int
    services: "Sequence[ServiceStatus]"
    server: str
    started: float
    feeding: bool


class View(Protocol):
    """Shows a run as it goes."""

    def outcome(self, topic: str, entry: Entry) -> None:
        """Show what has just come out."""

    def moment(self, moment: Moment) -> None:
        """Show how it stands."""


class SilentView:
    """Shows nothing: for programs."""

    def outcome(self, topic: str, entry: Entry) -> None:
        """Show nothing."""

    def moment(self, moment: Moment) -> None:
        """Show nothing."""


class LineView:
    """Shows each position and each refusal on a line, and how it stands every few seconds: for logs and pipes."""

    def __init__(self) -> None:
        """Know of no service yet."""
        self._ready: dict[str, bool] = {}
        self._told = time.monotonic()

    def outcome(self, topic: str, entry: Entry) -> None:
        """Print a position or a refusal."""
        if topic in {POSITIONS, DEAD}:
            console().print(describe(topic, entry.data), soft_wrap=True)

    def moment(self, moment: Moment) -> None:
        """Print a line where a service has become ready, or is so no longer, and the figures now and then."""
        if time.monotonic() - self._told >= TELL_EVERY:
            self._told = time.monotonic()
            console().print(figures(moment))
        for service in moment.services:
            if self._ready.get(service.name, False) != service.ready:
                console().print(f"{service.name} {'ready' if service.ready else one_line(service.detail)}")
                self._ready[service.name] = service.ready


class LiveView:
    """Redraws figures and the newest positions in place."""

    def __init__(self, live: "Live") -> None:
        """Draw on this."""
        self._live = live
        self._newest: list[Entry] = []

    def outcome(self, topic: str, entry: Entry) -> None:
        """Keep the newest positions."""
        if topic == POSITIONS:
            self._newest = [*self._newest, entry][-NEWEST:]

    def moment(self, moment: Moment) -> None:
        """Draw anew."""
        self._live.update(dashboard(moment, self._newest))


@contextmanager
def view(*, silent: bool) -> Iterator[View]:
    """Give the view that fits where standard output goes."""
    if silent:
        yield SilentView()
    elif not console().is_terminal:
        yield LineView()
    else:
        from rich.live import Live  # noqa: PLC0415

        with Live(console=console(), refresh_per_second=REFRESHES, transient=True) as live:
            yield LiveView(live)


def dashboard(moment: Moment, newest: Sequence[Entry]) -> "RenderableType":
    """Return the live view."""
    from rich.console import Group  # noqa: PLC0415
    from rich.progress_bar import ProgressBar  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    tally, now = moment.tally, time.monotonic()
    top = Table.grid(expand=True)
    top.add_column()
    top.add_column(justify="right")
    states = Text("  ").join(service_state(service) for service in moment.services)
    top.add_row(states, Text(f"{moment.server}  {now - moment.started:,.0f} s", style="dim"))
    bar = Table.grid(expand=True)  # a bar alone ends without a line break
    bar.add_row(ProgressBar(total=max(len(tally.fed), 1), completed=min(tally.done, len(tally.fed))))
    lines = [describe(POSITIONS, entry.data) for entry in newest]
    for line in lines:
        line.truncate(console().width, overflow="ellipsis")
    return Group(top, bar, figures(moment), Text(), *lines)


def figures(moment: Moment) -> "Text":
    """Return throughput, backlog, failures and finds on a line."""
    from rich.text import Text  # noqa: PLC0415

    tally = moment.tally
    failed = tally.refused.total()
    return Text("   ").join(
        [
            Text(f"{tally.done:,} of {len(tally.fed):,}{'+' if moment.feeding else ''} articles"),
            Text(f"{tally.speed(time.monotonic()):,.1f} articles/s"),
            Text(f"{moment.waiting:,} waiting, {moment.in_progress:,} in progress"),
            Text(f"{failed:,} refused", style="red" if failed else "dim"),
            Text(f"{len(tally.positions):,} positions", style="bold"),
        ]
    )


def service_state(service: "ServiceStatus") -> Any:
    """Return a service with its state in colour."""
    from rich.text import Text  # noqa: PLC0415

    state = "ready" if service.ready else one_line(service.detail, width=40)
    restarts = f" (restarted {service.restarts} times)" if service.restarts else ""
    return Text.assemble((service.name, "bold"), " ", (state, "green" if service.ready else "yellow"), restarts)


def print_summary(tally: Tally, seconds: float, *, screen: "Console | None" = None, rows: int = ROWS) -> None:
    """Print the surest positions in a table, what was refused, and the figures of the run."""
    from rich.text import Text  # noqa: PLC0415

    screen = screen or console()
    shown = sorted(tally.positions, key=lambda data: -confidence(data))[:rows]
    if shown:
        screen.print(positions_table(sorted(shown, key=place), width=screen.width))
    if len(tally.positions) > rows:
        left = len(tally.positions) - rows
        screen.print(Text(f"... and {left:,} less sure ones; --output FILE keeps them all", style="dim"))
    for origin, reason, error in tally.refusals()[:rows]:
        screen.print(
            Text.assemble((f"refused {one_line(origin)}: ", "red"), f"{one_line(reason)}: {one_line(error, width=200)}")
        )
    skipped = ", ".join(f"{reason} {count}" for reason, count in sorted(tally.skipped.items()))
    refused = ", ".join(f"{reason} {count}" for reason, count in sorted(tally.refused.items()))
    screen.print(
        f"{tally.done:,} articles in {seconds:.1f} s: {len(tally.positions):,} positions"
        f"; skipped: {one_line(skipped) or 'none'}; refused: {one_line(refused) or 'none'}"
    )


def positions_table(positions: Sequence[dict[str, Any]], *, width: int) -> "Table":
    """Return the table of positions, under a line for each article."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    wide = width >= WIDE
    table = Table(box=None, header_style="bold", pad_edge=False, expand=True)
    table.add_column("party", no_wrap=True, max_width=26)
    table.add_column("stance", no_wrap=True)
    table.add_column("issue", no_wrap=True)
    if wide:
        table.add_column("towards", no_wrap=True, max_width=22)
    table.add_column("p", justify="right", no_wrap=True)
    table.add_column("evidence", no_wrap=True, ratio=1, overflow="ellipsis")
    article = ""
    for data in positions:
        if article_name(data) != article:
            article = article_name(data)
            table.add_row(Text(article, style="cyan"))
        cells = [
            Text(f"  {one_line(str(name_of(data.get('party'))))}", style="bold"),
            stance_text(str(data.get("stance"))),
            Text(one_line(str(data.get("issue")))),
            *([Text(one_line(str(name_of(data.get("addressee")) or "")))] if wide else []),
            Text(f"{confidence(data):.2f}", style="dim"),
            Text(one_line(evidence(data), width=200), style="italic"),
        ]
        table.add_row(*cells)
    return table


def place(data: dict[str, Any]) -> tuple[str, int]:
    """Return where a position stands: its article, and the place in its text."""
    span = data.get("evidence")
    return article_name(data), int(span.get("start", 0)) if isinstance(span, dict) else 0


def article_name(data: dict[str, Any]) -> str:
    """Return what an article goes by."""
    article = data.get("article")
    return one_line(str(article.get("id")), width=60) if isinstance(article, dict) else "?"


def confidence(data: dict[str, Any]) -> float:
    """Return how sure a position is."""
    value = data.get("confidence")
    return float(value) if isinstance(value, int | float) else 0.0


def evidence(data: dict[str, Any]) -> str:
    """Return the words that carry a position."""
    span = data.get("evidence")
    return str(span.get("text", "")) if isinstance(span, dict) else ""
