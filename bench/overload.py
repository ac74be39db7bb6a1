#!/usr/bin/env python3
"""What happens when producers are faster than workers? Memory of every process, backlog and lag; then: was all done?

    python -m bench.overload [--minutes 10] [--rate 200] [--bytes 2000]

Workers take 20 ms an article, two at a time: 100 a second at most. Articles come at `--rate` a second, so that half of
them wait. What is done is trimmed after 5 s, all the time. When the producers stop, quick workers work off what waits,
and every id that was fed must stand once in `articles.processed`. Exit code 1 where a promise is broken.
"""

import sys
import threading
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from bench.empty_pipeline import EmptyPipeline
from bench.empty_system import messages
from bench.measuring import RESULTS, write_result
from bench.running import System, server, system, wait_until
from bench.watching import Course, Watch
from schemas.envelope import DATA_FIELD
from worker.observability.backlog import measure_backlog
from worker.outcome import Outcome
from worker.supervisor import Supervisor, ask, worker_service

SECONDS_AN_ARTICLE = 0.02
PROCESSES = 2
PRODUCERS = 2
FED_AT_ONCE = 20
RETENTION = 5
"""Seconds that what is done stays in the stream."""
FLAT = 0.1
"""Growth of memory that counts as none."""


class SlowPipeline(EmptyPipeline):
    """Finds nothing, slowly."""

    def run(self, payloads: Sequence[bytes]) -> list[Outcome]:
        """Return an outcome a message, in its time."""
        time.sleep(SECONDS_AN_ARTICLE * len(payloads))
        return super().run(payloads)


def load() -> SlowPipeline:
    """Return the pipeline."""
    return SlowPipeline()


@dataclass(slots=True)
class Producers:
    """Append articles at a steady rate, whatever becomes of them."""

    running: System
    rate: float
    size: int
    fed: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)

    def feed_for(self, seconds: float) -> None:
        """Feed from several threads for so long."""
        threads = [threading.Thread(target=self._feed, args=(name,)) for name in range(PRODUCERS)]
        for thread in threads:
            thread.start()
        self._stop.wait(seconds)
        self._stop.set()
        for thread in threads:
            thread.join()

    def _feed(self, name: int) -> None:
        due, count = time.monotonic(), 0
        while not self._stop.is_set():
            payloads = messages(FED_AT_ONCE, self.size, f"producer-{name}-{count}")
            self.running.feed(payloads)
            self.fed.update(orjson.loads(payload)["id"] for payload in payloads)
            count += 1
            due += FED_AT_ONCE * PRODUCERS / self.rate
            self._stop.wait(max(0.0, due - time.monotonic()))


@dataclass(frozen=True, slots=True)
class Report:
    """What an overload did."""

    fed: int
    done_under_load: int
    most_lag: int
    trimmed: int
    """Entries of `articles` that were done and went."""
    lost: int
    doubled: int
    dead: int
    courses: tuple[Course, ...]
    noted: tuple[dict[str, float], ...]

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept."""
        grown = [course.name for course in self.courses if course.name != "server" and course.growth > FLAT]
        found = {"lost": self.lost, "doubled": self.doubled, "dead-lettered": self.dead, "processes that grew": grown}
        return [f"{what}: {figure}" for what, figure in found.items() if figure]


def overload(*, seconds: float, rate: float = 200, size: int = 2000, warm_up: float = 0.1) -> Report:
    """Feed faster than the workers are for so long, let them catch up, and count."""
    with (
        server(concurrency=PROCESSES, pipeline="bench.overload:load", article_retention=RETENTION) as settings,
        system(settings) as running,
    ):
        producers = Producers(running, rate, size)
        with Watch(running, lambda: waiting(running)) as watch:
            producers.feed_for(seconds)
            done = running.done()
        catch_up(running, len(producers.fed))
        with suppress(TimeoutError):  # the report then says that nothing was trimmed
            wait_until(lambda: trimmed(running), within=RETENTION * 4)
        processed = processed_ids(running)
        return Report(
            fed=len(producers.fed),
            done_under_load=done,
            most_lag=int(max(noted["lag"] for noted in watch.noted)),
            trimmed=trimmed(running),
            lost=len(producers.fed - processed),
            doubled=len(processed - producers.fed),
            dead=running.client.xlen(running.keys.dead),
            courses=tuple(watch.courses(since=seconds * warm_up)),
            noted=tuple(watch.noted),
        )


def waiting(running: System) -> dict[str, float]:
    """Return how much waits now."""
    backlog = measure_backlog(running.client, running.keys, running.settings)
    return {
        "articles": backlog.articles,
        "lag": backlog.lag,
        "pending": backlog.pending,
        "done": backlog.processed + backlog.dead,
    }


def catch_up(running: System, fed: int) -> None:
    """Work off what waits by workers that take no time."""
    quick = running.settings.model_copy(update={"pipeline": "bench.empty_pipeline:load"})
    with (running.settings.state_directory / "quick.log").open("ab") as log:
        helpers = Supervisor([worker_service(quick)], stop_grace=20, stall_after=60, output=log)
        helpers.start()
        try:
            wait_until(lambda: helpers.check() or (running.done() >= fed and waiting(running)["pending"] == 0))
        finally:
            helpers.stop()


def processed_ids(running: System) -> Counter[str]:
    """Return how often each article was published."""
    found: Counter[str] = Counter()
    edge = "-"
    while page := running.client.xrange(running.keys.processed, edge, "+", count=5000):
        found.update(orjson.loads(fields[DATA_FIELD.encode()])["article_id"] for _, fields in page)
        edge = f"({page[-1][0].decode()}"
    return found


def trimmed(running: System) -> int:
    """Return how many entries of `articles` intake says that it has trimmed."""
    [intake] = [service for service in running.supervisor.services if service.name == "intake"]
    answer = ask(intake, "/metrics")
    lines = answer[1].splitlines() if answer else []
    return sum(int(float(line.rpartition(" ")[2])) for line in lines if "trimmed_total{" in line)


def main() -> int:
    """Overload, print, write."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, help="for how long (%(default)s)")
    parser.add_argument("--rate", type=float, default=200, help="articles a second that are fed (%(default)s)")
    parser.add_argument("--bytes", type=int, default=2000, help="size of a message (%(default)s)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder for results (%(default)s)")
    options = parser.parse_args()
    report = overload(seconds=60 * options.minutes, rate=options.rate, size=options.bytes)
    print(
        f"{report.fed:,} articles fed in {options.minutes:g} min, {report.done_under_load:,} done meanwhile; "
        f"at most {report.most_lag:,} waiting; {report.trimmed:,} trimmed, all of them done; "
        f"in the end {report.lost} lost, {report.doubled} doubled, {report.dead} dead-lettered"
    )
    print(*report.courses, sep="\n")
    result = {
        "fed": report.fed,
        "done_under_load": report.done_under_load,
        "most_lag": report.most_lag,
        "trimmed": report.trimmed,
        "broken": report.broken,
        "processes": [course.row() for course in report.courses],
        "course": report.noted,
    }
    print(write_result(options.output, "overload", result))
    if report.broken:
        print("broken:", "; ".join(report.broken))
    return int(bool(report.broken))


if __name__ == "__main__":
    sys.exit(main())
