#!/usr/bin/env python3
"""How many articles a second? The pure pipeline on one core, bare spaCy beside it, and the whole way through workers.

    python -m bench.throughput [ARTICLES ...] [--seconds 20] [--whole 300] [--processes N]

ARTICLES are files or folders as `stancewire extract` takes them (default: the sample articles). The pipeline runs
over them again and again for some seconds, in one process and one thread; spaCy's `nlp.pipe` reads the same cleaned
texts right after, so that both see the same machine. Then `--whole` articles, copies under ids of their own, go
through a real server, a real intake and real workers; the time counts from the moment the workers are ready to the
last publication.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from time import monotonic, process_time

import orjson
import spacy

from worker.commands.articles import Source, find_files, read_articles
from worker.commands.live import Moment, SilentView
from worker.commands.run import running_session, server_for
from worker.outcome import Processed
from worker.pipeline import Pipeline, load_pipeline
from worker.settings import load_settings

BATCH = 25


@dataclass(slots=True)
class Measured:
    """What one process did in `seconds` of processor time."""

    articles: int = 0
    characters: int = 0
    seconds: float = 0.0
    stages: Counter[str] = field(default_factory=Counter)

    @property
    def speed(self) -> float:
        """Articles a second."""
        return self.articles / self.seconds if self.seconds else 0.0


def readable(payloads: Sequence[bytes], pipeline: Pipeline) -> list[bytes]:
    """Return the articles that are processed or skipped; those that are refused cost nothing worth measuring."""
    return [payload for payload in payloads if isinstance(pipeline.run([payload])[0], Processed)]


def measure_pipeline(pipeline: Pipeline, payloads: Sequence[bytes], *, seconds: float) -> Measured:
    """Run batches over the articles again and again."""
    measured, endless = Measured(), cycle(payloads)
    started = process_time()
    while process_time() - started < seconds:
        for outcome in pipeline.run(list(islice(endless, BATCH))):
            if isinstance(outcome, Processed):
                measured.articles += 1
                measured.characters += outcome.summary.raw_characters
                measured.stages.update(outcome.summary.seconds)
    measured.seconds = process_time() - started
    return measured


def measure_spacy(model: str, texts: Sequence[str], *, seconds: float) -> Measured:
    """Read the cleaned texts with the bare model again and again."""
    nlp = spacy.load(model)
    measured, endless = Measured(), cycle(texts)
    started = process_time()
    while process_time() - started < seconds:
        for document in nlp.pipe(islice(endless, BATCH)):
            measured.articles += 1
            measured.characters += len(document.text)
    measured.seconds = process_time() - started
    return measured


def copies(payloads: Sequence[bytes], count: int) -> Iterator[Source]:
    """Yield `count` articles, each under an id of its own."""
    for number, payload in enumerate(islice(cycle(payloads), count)):
        yield Source(orjson.dumps({**orjson.loads(payload), "id": f"copy-{number}"}), f"copy {number}")


class Stopwatch(SilentView):
    """Notes when the workers are ready."""

    ready: float | None = None

    def moment(self, moment: Moment) -> None:
        """Look whether every service is ready."""
        if self.ready is None and all(service.ready for service in moment.services):
            self.ready = monotonic()


def measure_whole_way(payloads: Sequence[bytes], *, count: int, processes: int) -> float:
    """Return the articles a second from the stream to the topics."""
    settings = load_settings(
        concurrency=processes, worker_metrics_port=0, intake_metrics_port=0, server_port=0, log_level="warning"
    )
    with server_for(settings, keep=False) as (own, address), running_session(own, address) as session:
        watch = Stopwatch()
        while watch.ready is None:
            session.follow(watch, stay=False, started=monotonic())
            session.supervisor.check()
        started = monotonic()
        session.feed(copies(payloads, count))
        session.follow(watch, stay=False, started=started)
        return count / (monotonic() - started)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="*", default=["examples/articles"])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--whole", type=int, default=300)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    pipeline = load_pipeline()
    payloads = readable([source.payload for source in read_articles(find_files(options.articles))], pipeline)
    outcomes = [outcome for outcome in pipeline.run(payloads) if isinstance(outcome, Processed)]
    texts = [outcome.cleaned_text for outcome in outcomes if outcome.cleaned_text]
    print(f"{len(payloads)} articles, {sum(map(len, texts)) / max(len(texts), 1):,.0f} characters of cleaned text each")
    measured = measure_pipeline(pipeline, payloads, seconds=options.seconds)
    print(f"pipeline, one core        {measured.speed:8.1f} articles/s")
    for stage, seconds in measured.stages.most_common():
        print(f"  {stage:<22}  {1000 * seconds / measured.articles:8.2f} ms an article")
    bare = measure_spacy(load_settings().model, texts, seconds=options.seconds)
    ratio = measured.speed / bare.speed
    print(f"bare spaCy, same texts    {bare.speed:8.1f} articles/s; the pipeline has {ratio:.2f} of it")
    if options.whole:
        speed = measure_whole_way(payloads, count=options.whole, processes=options.processes)
        print(f"the whole way, {options.processes} processes {speed:8.1f} articles/s")


if __name__ == "__main__":
    main()
