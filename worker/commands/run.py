"""How does everything run in one terminal? `stancewire run`: server, intake, workers, articles, and what comes out."""

import contextlib
import io
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Annotated

import typer

from worker.commands.articles import Source, find_files, read_articles
from worker.commands.extract import GivenFormat, ProfileName, batches
from worker.commands.failures import CommandError, ExitCode
from worker.commands.feed import BATCH, Patience, append_patiently
from worker.commands.live import Moment, View, print_summary, view
from worker.commands.server import RedisUrl
from worker.commands.services import stop_on_signals
from worker.commands.status import measure_partitions
from worker.commands.tally import OutcomeReader, Tally
from worker.commands.terminal import error_console, write_json

if TYPE_CHECKING:
    from worker.connection import Client
    from worker.observability.backlog import Backlog
    from worker.settings import Settings
    from worker.supervisor import Supervisor

TICK_MS = 250
CHECK_SERVICES_EVERY = 1.0
MEASURE_EVERY = 0.5
LOG_LINES = 15


def run(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE|FOLDER|-", help="What to feed: JSONL, JSON, .txt, .html, folders."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Stay when all is done, until Ctrl-C.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the position events to this JSONL file.")
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(
            "--concurrency", "-c", help="Worker processes; default: one a processor.", min=1, show_default=False
        ),
    ] = None,
    given: GivenFormat = None,
    profile: ProfileName = None,
    redis_url: RedisUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="No view; a JSON object of the figures in the end.")] = False,
) -> None:
    """Run everything: a server if none is set, intake, workers; feed the articles and show what comes out.

    Ends by itself when every article that was fed is done; with --watch, or without anything to feed, it stays until
    Ctrl-C. Where no server is set it starts one of its own: with --watch its data stay in STANCEWIRE_STATE_DIRECTORY
    (.stancewire), without they are thrown away in the end, so that the same articles can be run again.

    \b
    Examples:
      stancewire run examples/articles
      stancewire run articles.jsonl --output positions.jsonl
      stancewire run --watch
    """
    from worker.settings import load_settings  # noqa: PLC0415 (pydantic takes its time)

    stay = watch or not paths
    files = find_files(paths or [])
    settings = load_settings(redis_url=redis_url, concurrency=concurrency, profile=profile)
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        if output is not None:
            stack.enter_context(output.open("wb")).close()  # say now, not in the end, that it cannot be written
        settings, address = stack.enter_context(server_for(settings, keep=stay))
        session = stack.enter_context(running_session(settings, address))
        session.feed(read_articles(files, given=given) if files else iter(()))
        with view(silent=as_json) as shown:
            ended = session.follow(shown, stay=stay, started=started)
        if not ended:
            error_console().print("stopping: what is being worked on is finished first (Ctrl-C again stops at once)")
    finish(session.tally, time.monotonic() - started, output=output, as_json=as_json)
    if not ended and not stay:
        raise typer.Exit(ExitCode.INTERRUPTED)


def finish(tally: Tally, seconds: float, *, output: Path | None, as_json: bool) -> None:
    """Write the positions, print the figures."""
    if output is not None:
        import orjson  # noqa: PLC0415

        output.write_bytes(b"".join(orjson.dumps(position) + b"\n" for position in tally.positions))
    if as_json:
        figures = {
            "fed": len(tally.fed),
            "processed": tally.processed,
            "positions": len(tally.positions),
            "skipped": dict(tally.skipped),
            "refused": dict(tally.refused),
            "seconds": round(seconds, 3),
        }
        write_json(figures)
    else:
        print_summary(tally, seconds)


@contextlib.contextmanager
def server_for(settings: "Settings", *, keep: bool) -> "Iterator[tuple[Settings, str]]":
    """Give the settings with a server, and its address for people.

    The server is the one that is set, else an embedded one that ends with this command.
    """
    if settings.redis_url is not None:
        yield settings, settings.shown_redis_url or ""
        return
    from worker.embedded import start_embedded_server  # noqa: PLC0415

    folder = None if keep else Path(mkdtemp(prefix="stancewire-"))
    own = settings if folder is None else settings.model_copy(update={"state_directory": folder})
    try:
        with start_embedded_server(own) as server:
            yield own.with_server(server.url), f"redis://127.0.0.1:{server.port}/0" if server.port else server.url
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running_session(settings: "Settings", address: str) -> "Iterator[Session]":
    """Give a session with its processes started; they are stopped in the end, whatever happens.

    Ctrl-C and SIGTERM end it in order: the processes finish what they are at. A second one kills them.
    """
    from worker.connection import check_server, connect  # noqa: PLC0415
    from worker.observability.logs import configure_logging  # noqa: PLC0415
    from worker.publishing.keys import partition_keys  # noqa: PLC0415
    from worker.supervisor import ServiceFailedError, Supervisor, intake_service, worker_service  # noqa: PLC0415

    client = connect(settings)
    check_server(client)
    settings.state_directory.mkdir(parents=True, exist_ok=True)
    log = settings.state_directory / "run.log"
    with log.open("wb", buffering=0) as lines:
        with contextlib.redirect_stderr(io.TextIOWrapper(lines, encoding="utf-8", write_through=True)):
            configure_logging(settings)  # log lines of this process go where those of its children go
        supervisor = Supervisor(
            [intake_service(settings), worker_service(settings)],
            stop_grace=settings.stop_grace,
            stall_after=settings.stall_after,
            output=lines,
        )
        partitions = partition_keys(prefix=settings.key_prefix, partitions=settings.partitions)
        outcomes = OutcomeReader(client, partitions)
        session = Session(settings, address, client, supervisor, outcomes, stop_on_signals(supervisor))
        try:
            supervisor.start()
            yield session
        except ServiceFailedError as error:
            last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:])
            raise CommandError(f"{error}; its last lines were:\n{last}", hint="Run: stancewire doctor") from None
        finally:
            supervisor.stop()
            client.close()


@dataclass(slots=True)
class Session:
    """A run: its processes, what was fed, what came out."""

    settings: "Settings"
    address: str
    client: "Client"
    supervisor: "Supervisor"
    outcomes: OutcomeReader
    stop: threading.Event
    tally: Tally = field(default_factory=Tally)
    feeder: threading.Thread | None = None
    feeding_error: Exception | None = None

    def feed(self, sources: Iterator[Source]) -> None:
        """Append articles, beside what else is going on."""

        def append_all() -> None:
            try:
                for batch in batches(sources, BATCH):
                    self.tally.fed.extend(append_patiently(self.client, self.settings, batch, Patience(60)))
                    if self.stop.is_set():
                        return
            except Exception as error:
                self.feeding_error = error

        self.feeder = threading.Thread(target=append_all, name="feeder", daemon=True)
        self.feeder.start()

    def follow(self, shown: View, *, stay: bool, started: float) -> bool:
        """Show what comes out until all is done (or for ever, if it shall stay); False where it was told to stop."""
        next_check = next_measure = 0.0
        backlogs: list[Backlog] = []
        while not self.stop.is_set():
            self.read(shown, wait_ms=TICK_MS)
            if self.feeding_error is not None:
                raise self.feeding_error
            now = time.monotonic()
            if now >= next_check:
                self.supervisor.check()
                next_check = now + CHECK_SERVICES_EVERY
            if now >= next_measure:
                backlogs = measure_partitions(self.client, self.settings)
                next_measure = now + MEASURE_EVERY
            feeding = self.feeder is not None and self.feeder.is_alive()
            shown.moment(self._moment(backlogs, started=started, feeding=feeding))
            if not stay and not feeding and self.tally.all_done:
                self.drain(shown)
                return True
        return False

    def read(self, shown: View, *, wait_ms: int) -> int:
        """Count and show what has come out; returns how much it was."""
        found = self.outcomes.read(wait_ms=wait_ms)
        for topic, entry in found:
            self.tally.count(topic, entry)
            shown.outcome(topic, entry)
        return len(found)

    def drain(self, shown: View) -> None:
        """Count and show what is left in the topics: there may be more positions than are read at once."""
        while self.read(shown, wait_ms=1):
            pass

    def _moment(self, backlogs: "list[Backlog]", *, started: float, feeding: bool) -> Moment:
        return Moment(
            tally=self.tally,
            waiting=sum(backlog.lag for backlog in backlogs),
            in_progress=sum(backlog.pending for backlog in backlogs),
            services=self.supervisor.statuses,
            server=self.address,
            started=started,
            feeding=feeding,
        )
