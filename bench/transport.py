#!/usr/bin/env python3
"""How many articles a second does the way around the language work carry? A pipeline that does nothing, all else real.

python -m bench.transport [--articles 20000] [--bytes 2000] [--batch 25] [--concurrency 2]

Starts the embedded server, an intake and a Celery worker; feeds articles that are there before the clock starts.
"""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.messages import Extractor, ProcessedArticle
from worker.connection import connect
from worker.embedded import start_embedded_server
from worker.observability.backlog import measure_backlog
from worker.outcome import Outcome, Processed
from worker.publishing.keys import Keys
from worker.settings import load_settings
from worker.supervisor import Supervisor, intake_service, worker_service

PROVENANCE = Extractor(version="0", model="none", domain="none")
FEED_AT_ONCE = 1000


class Idle:
    """A pipeline without language work: reads the message and finds nothing in it."""

    def run(self, payloads: Sequence[bytes]) -> list[Outcome]:
        """Return a summary a message."""
        return [self._summary(json.loads(payload)) for payload in payloads]

    def _summary(self, message: dict[str, str]) -> Outcome:
        length = len(message["body"])
        summary = ProcessedArticle(
            article_id=message["id"],
            positions=0,
            raw_characters=length,
            cleaned_characters=length,
            extractor=PROVENANCE,
        )
        return Processed((), summary, "")


def main() -> None:
    """Print the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--bytes", type=int, default=2_000)
    parser.add_argument("--batch", type=int, default=25)
    parser.add_argument("--concurrency", type=int, default=2)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        settings = load_settings(
            state_directory=Path(folder),
            pipeline="bench.transport:Idle",
            batch_size=options.batch,
            concurrency=options.concurrency,
            worker_metrics_port=0,
            intake_metrics_port=0,
            log_level="warning",
        )
        with start_embedded_server(settings) as server:
            settings = settings.with_server(server.url)
            client = connect(settings)
            body = "x" * options.bytes
            for start in range(0, options.articles, FEED_AT_ONCE):
                pipe = client.pipeline(transaction=False)
                for number in range(start, min(start + FEED_AT_ONCE, options.articles)):
                    pipe.xadd("articles", {"data": json.dumps({"id": str(number), "body": body})})
                pipe.execute()
            services = [worker_service(settings), intake_service(settings)]
            workers = Supervisor(services[:1], stop_grace=10, stall_after=60)
            intake = Supervisor(services[1:], stop_grace=10, stall_after=60)
            workers.start()
            while not workers.ready:
                workers.check()
                time.sleep(0.1)
            intake.start()
            while not (begun := measure_backlog(client, Keys(), settings).processed):
                time.sleep(0.001)
            started = time.perf_counter()
            while (done := measure_backlog(client, Keys(), settings).processed) < options.articles:
                time.sleep(0.02)
            seconds = time.perf_counter() - started
            intake.stop()
            workers.stop()
    rate, count = (done - begun) / seconds, done - begun
    print(f"{rate:,.0f} articles/s in batches of {options.batch} ({count:,} in {seconds:.1f} s)")


if __name__ == "__main__":
    main()
