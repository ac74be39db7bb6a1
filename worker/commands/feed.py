"""How do files become entries of the stream? `stancewire feed`: in batches, patiently while the server is away."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from worker.commands.articles import STANDARD_INPUT, Source, find_files, read_articles, total_bytes
from worker.commands.extract import GivenFormat, Paths, batches
from worker.commands.failures import CommandError, ExitCode
from worker.commands.server import RedisUrl, connected
from worker.commands.terminal import error_console, one_line, write_json

if TYPE_CHECKING:
    from worker.connection import Client
    from worker.settings import Settings

BATCH = 100
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may be away."""

    seconds: float
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def pauses(self) -> Iterator[float]:
        """Yield the seconds to wait before each further try, doubling, until the patience is at its end."""
        deadline = self.clock() + self.seconds
        pause = FIRST_PAUSE
        while self.clock() < deadline:
            yield min(pause, max(deadline - self.clock(), 0.0))
            pause = min(pause * 2, LONGEST_PAUSE)


class Fed(NamedTuple):
    """An article that was appended; `article_id` is empty where the message cannot be read."""

    entry_id: str
    article_id: str
    origin: str


def feed(
    paths: Paths = None,
    given: GivenFormat = None,
    redis_url: RedisUrl = None,
    give_up_after: Annotated[
        float, typer.Option(help="Seconds to wait for a server that does not answer.", min=0)
    ] = 300,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was fed as a JSON object.")] = False,
) -> None:
    """Append articles to the stream that the workers read.

    Takes JSONL and JSON (article messages), plain text and HTML files, folders of them, and standard input. While the
    server does not answer, it waits and tries again. Articles that were fed before have no effect.

    \b
    Examples:
      stancewire feed articles.jsonl pages/
      zcat archive.jsonl.gz | stancewire feed -
    """
    files = find_files(paths or [STANDARD_INPUT])
    started = time.monotonic()
    with connected(redis_url) as (settings, client):
        fed = feed_all(
            client,
            settings,
            read_articles(files, given=given),
            patience=Patience(give_up_after),
            total=total_bytes(files),
        )
    seconds = time.monotonic() - started
    if as_json:
        write_json({"fed": fed, "seconds": round(seconds, 3)})
    else:
        error_console().print(f"fed {fed:,} article{'' if fed == 1 else 's'} in {seconds:.1f} s")


def feed_all(
    client: "Client", settings: "Settings", sources: Iterator[Source], *, patience: Patience, total: int | None
) -> int:
    """Append every article, with a progress bar where somebody watches, and return how many there were."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[fed]:,} articles"),
        TimeElapsedColumn(),
    )
    screen = error_console()
    fed = 0
    with Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as progress:
        task = progress.add_task("feeding", total=total, fed=0)
        for batch in batches(sources, BATCH):
            append_patiently(client, settings, batch, patience)
            fed += len(batch)
            progress.update(task, completed=batch[-1].read, fed=fed)
    return fed


def append_patiently(client: "Client", settings: "Settings", batch: list[Source], patience: Patience) -> list[Fed]:
    """Append a batch; while the server is away, full or read-only, wait and try again.

    A batch whose answer was lost may be appended twice: the workers give each article effect once.
    """
    from redis.exceptions import RedisError, ResponseError  # noqa: PLC0415

    from worker.connection import will_pass  # noqa: PLC0415

    pauses = patience.pauses()
    while True:
        try:
            return append(client, settings, batch)
        except RedisError as error:
            why = one_line(str(error).rpartition("caused error: ")[2])
            if not will_pass(error):
                raise CommandError(f"the server refuses articles: {why}", code=ExitCode.SERVER) from None
            refused = isinstance(error, ResponseError)
            pause = next(pauses, None)
            if pause is None:
                did_not = "took no articles" if refused else "did not answer"
                raise CommandError(
                    f"the server {did_not} for {patience.seconds:.0f} s: {why}",
                    hint="What was fed before is safe. Feed the same again later: what is there already has no effect.",
                    code=ExitCode.SERVER,
                ) from None
            trouble = f"takes no articles ({why})" if refused else "does not answer"
            error_console().print(f"the server {trouble}, trying again in {pause:.1f} s (Ctrl-C stops)")
            patience.sleep(pause)


def append(client: "Client", settings: "Settings", batch: list[Source]) -> list[Fed]:
    """Append article messages, each to its partition."""
    from schemas.decoding import DecodingError, decode_article  # noqa: PLC0415
    from schemas.envelope import DATA_FIELD  # noqa: PLC0415
    from worker.loading import decoding_limits  # noqa: PLC0415
    from worker.publishing.keys import partition_keys, partition_of  # noqa: PLC0415

    limits = decoding_limits(settings)
    partitions = partition_keys(prefix=settings.key_prefix, partitions=settings.partitions)
    pipeline = client.pipeline(transaction=False)
    article_ids = []
    for source in batch:
        try:
            article_id = decode_article(source.payload, limits=limits).article_id
        except DecodingError:
            article_id = ""
        article_ids.append(article_id)
        stream = partitions[partition_of(article_id, len(partitions))].articles
        pipeline.xadd(stream, {DATA_FIELD: source.payload})
    return [
        Fed(entry_id.decode(), article_id, source.origin)
        for source, article_id, entry_id in zip(batch, article_ids, pipeline.execute(), strict=True)
    ]
