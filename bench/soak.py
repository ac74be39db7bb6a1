#!/usr/bin/env python3
"""Does a worker that runs for long stay as it is? Memory, open files and connections of one process over many articles.

    python -m bench.soak [ARTICLES ...] [--count 50000] [--pipeline worker.pipeline:load_pipeline] [--passing 10]

The articles are repeated under new ids, each with sentences of made-up words that no other has, so that what a model
remembers of words would show. One in `--passing` concerns a negotiation and is read to the end; the others are stopped
by the gate, as most of a feed are. The first tenth is warm-up. Exit code 1 where memory grows by a tenth or more
afterwards, or where open files or connections are not constant (the server's are not judged: it holds the results, and
we look at it by connections of our own).
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before numpy is there
    os.environ.setdefault(variable, "1")

import random  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Iterator, Sequence  # noqa: E402
from contextlib import suppress  # noqa: E402
from itertools import islice  # noqa: E402

import orjson  # noqa: E402

from bench.articles import arguments, chosen  # noqa: E402
from bench.measuring import write_result  # noqa: E402
from bench.overload import waiting  # noqa: E402
from bench.running import System, server, system, wait_until  # noqa: E402
from bench.watching import Course, Watch  # noqa: E402
from schemas.decoding import DecodingError, decode_article  # noqa: E402

WARM_UP = 0.1
FLAT = 0.1
AHEAD = 2000
"""Articles that wait at most, so that the server stays small."""
SYLLABLES = ("gre", "van", "ti", "lo", "mar", "shu", "bel", "ko", "dri", "nes", "pa", "ruth", "ol", "wen", "za", "qui")
ABOUT_TALKS = "{} of {} told {} on Monday that {} would not sign the agreement unless {} withdrew its ships."
ABOUT_WEATHER = "The market of {} in {} sold {}, {} and {} until it rained in the afternoon, as in every spring."


def varied(payloads: Sequence[bytes], passing: int) -> Iterator[bytes]:
    """Yield articles without end: one in `passing` of the payloads with new words in it, the others on the weather."""
    words = random.Random(11)  # noqa: S311
    number = 0
    while True:
        for payload in payloads:
            article = {**orjson.loads(payload), "id": f"soak-{number}"}
            article["body"] += "\n\n" + sentence(ABOUT_TALKS, words)
            yield orjson.dumps(article)
            number += 1
            for _ in range(passing - 1):
                body = "\n".join(sentence(ABOUT_WEATHER, words) for _ in range(6))
                yield orjson.dumps({"id": f"soak-{number}", "body": body})
                number += 1


def sentence(pattern: str, words: random.Random) -> str:
    """Return a sentence with made-up names."""
    names = ("".join(words.choices(SYLLABLES, k=4)).capitalize() for _ in range(pattern.count("{}")))
    return pattern.format(*names)


def plain_articles(payloads: Sequence[bytes]) -> list[bytes]:
    """Return the messages to which a sentence can be added: those that are read at all, and are no pages."""
    found = []
    for payload in payloads:
        with suppress(DecodingError):
            if decode_article(payload).content_type == "text/plain":
                found.append(payload)
    return found


def feed(running: System, payloads: Iterator[bytes], *, upto: int) -> None:
    """Feed until so many articles are done in all, no more ahead of the worker than `AHEAD`."""
    fed = running.done()
    while fed < upto:
        wait_until(lambda fed=fed: running.done() >= fed - AHEAD, within=600)  # type: ignore[misc]
        batch = list(islice(payloads, min(500, upto - fed)))
        running.feed(batch)
        fed += len(batch)
    wait_until(lambda: running.done() >= upto, within=600)


def constant(course: Course) -> bool:
    """Whether a process keeps its open files and connections (one may be in the making when we look)."""
    return max(course.files) - min(course.files) <= 1 and max(course.connections) - min(course.connections) <= 1


def main() -> int:
    """Run, print, write."""
    parser = arguments(__doc__, count=50_000)
    parser.add_argument(
        "--pipeline", default="worker.pipeline:load_pipeline", help="what the worker runs (%(default)s)"
    )
    parser.add_argument(
        "--passing", type=int, default=10, help="one in so many articles is read to the end (%(default)s)"
    )
    options = parser.parse_args()
    total, options.count = options.count, 10**6
    payloads = chosen(options)
    with (
        server(concurrency=1, pipeline=options.pipeline, article_retention=5) as settings,
        system(settings) as running,
    ):
        articles = varied(plain_articles(payloads), options.passing)
        started = time.monotonic()
        warm = int(total * WARM_UP)
        feed(running, articles, upto=warm)
        with Watch(running, lambda: waiting(running)) as watch:
            feed(running, articles, upto=total)
        minutes = (time.monotonic() - started) / 60
        dead = running.client.xlen(running.keys.dead)
    courses = watch.courses()
    print(f"{total:,} articles through one process in {minutes:.1f} min, {warm:,} of them warm-up; {dead} dead letters")
    print(*courses, sep="\n")
    [child] = [course for course in courses if course.name == "worker child 1"]
    broken = [] if child.growth < FLAT else [f"the process grew by {child.growth:.1%}"]
    broken += [
        f"files or connections of {c.name} are not constant" for c in courses if c.name != "server" and not constant(c)
    ]
    result = {
        "articles": total,
        "pipeline": options.pipeline,
        "passing": options.passing,
        "minutes": round(minutes, 1),
        "dead": dead,
        "broken": broken,
        "processes": [course.row() for course in courses],
        "course": [round(value, 1) for value in child.memory],
    }
    print(write_result(options.output, "soak", result))
    if broken:
        print("broken:", "; ".join(broken))
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
