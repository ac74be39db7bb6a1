#!/usr/bin/env python3
"""How does the cost grow with an article's length, and does a backlog slow the system down?

    python -m bench.growth ARTICLES ... [--longest 100000] [--largest 1000000] [--rounds 3]

Texts of 100 words and up are put together from paragraphs of the articles that pass the gate; the pipeline runs over
each length, without the gate and the limit on a text. For the backlog, an empty pipeline works off 2,000 messages while
so many others wait behind them.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before numpy is there
    os.environ.setdefault(variable, "1")

from itertools import cycle  # noqa: E402
from statistics import median  # noqa: E402
from time import perf_counter, process_time  # noqa: E402

import orjson  # noqa: E402

from bench.articles import arguments, chosen  # noqa: E402
from bench.empty_system import messages  # noqa: E402
from bench.gate import no_gate  # noqa: E402
from bench.measuring import write_result  # noqa: E402
from bench.running import server, system, wait_until  # noqa: E402
from worker.cleaning import CleaningLimits  # noqa: E402
from worker.outcome import Processed  # noqa: E402
from worker.pipeline import Pipeline, load_pipeline  # noqa: E402

WORKED_OFF = 2000


def steps(first: int, last: int) -> list[int]:
    """Return powers of ten from the first to the last."""
    found = []
    while first <= last:
        found.append(first)
        first *= 10
    return found


def paragraphs_that_pass(pipeline: Pipeline, payloads: list[bytes]) -> list[str]:
    """Return the paragraphs of the articles that the gate lets pass."""
    outcomes = (outcome for payload in payloads for outcome in pipeline.run([payload]))
    texts = (o.cleaned_text for o in outcomes if isinstance(o, Processed) and o.summary.skipped is None)
    return [line for text in texts for line in text.split("\n") if line]


def text_of(paragraphs: list[str], words: int) -> str:
    """Return a text of about so many words."""
    lines, left = [], words
    for paragraph in cycle(paragraphs):
        lines.append(paragraph)
        left -= paragraph.count(" ") + 1
        if left <= 0:
            return "\n".join(lines)
    return ""


def cost_by_length(pipeline: Pipeline, paragraphs: list[str], longest: int, rounds: int) -> list[dict[str, object]]:
    """Return, by words, the milliseconds of processor time an article takes."""
    rows: list[dict[str, object]] = []
    for words in steps(100, longest):
        body = text_of(paragraphs, words)
        payload = orjson.dumps({"id": str(words), "body": body, "content_type": "text/plain"})
        seconds = []
        for _ in range(rounds if words <= 10_000 else 1):
            started = process_time()
            pipeline.run([payload])
            seconds.append(process_time() - started)
        row = {"words": len(body.split()), "milliseconds": 1000 * median(seconds)}
        print(f"{row['words']:>7,} words: {row['milliseconds']:,.1f} ms", flush=True)
        rows.append(row)
    return rows


def speed_by_backlog(largest: int) -> list[dict[str, object]]:
    """Return, by waiting messages, the messages a second that the system works off."""
    rows: list[dict[str, object]] = []
    for waiting in steps(1000, largest):
        with server(concurrency=2, pipeline="bench.empty_pipeline:load") as settings, system(settings) as running:
            running.speed(messages(500, 200, "warm-up"))
            goal = running.done() + min(waiting, WORKED_OFF)
            for first in range(0, waiting, 10_000):
                running.feed(messages(min(10_000, waiting - first), 200, f"wait-{first}"))
            behind = running.client.xlen(running.keys.articles) - running.done()
            goal = running.done() + min(behind, WORKED_OFF)
            started, first_done = perf_counter(), running.done()
            wait_until(lambda goal=goal: running.done() >= goal)  # type: ignore[misc]
            speed = (running.done() - first_done) / (perf_counter() - started)
        rows.append({"waiting": waiting, "messages_per_second": speed})
        print(f"{waiting:>9,} waiting: {speed:,.0f} messages/s", flush=True)
    return rows


def main() -> None:
    """Measure, print, write."""
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--longest", type=int, default=100_000, help="words of the longest text (%(default)s)")
    parser.add_argument("--largest", type=int, default=1_000_000, help="messages of the largest backlog (%(default)s)")
    options = parser.parse_args()
    pipeline = load_pipeline(cleaning=CleaningLimits(max_text_characters=10**7))
    paragraphs = paragraphs_that_pass(pipeline, chosen(options))
    with no_gate():
        by_length = cost_by_length(pipeline, paragraphs, options.longest, options.rounds)
    result = {"by_length": by_length, "by_backlog": speed_by_backlog(options.largest)}
    print(write_result(options.output, "growth", result))


if __name__ == "__main__":
    main()
