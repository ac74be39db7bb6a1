#!/usr/bin/env python3
"""How much of the pipeline's speed is left in the whole system, and what does a second worker bring?

    python -m bench.system ARTICLES ... [--count 300] [--rounds 5]

The rival of the first figure is the pipeline function alone in two forked processes, half the articles each, without
any broker. That of the second is the same system with one worker process. Articles are appended all at once.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before numpy is there
    os.environ.setdefault(variable, "1")

import multiprocessing  # noqa: E402
import time  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from contextlib import ExitStack  # noqa: E402

from bench.articles import BATCH, arguments, chosen, copies, in_batches  # noqa: E402
from bench.measuring import compare, write_result  # noqa: E402
from bench.running import System, server, system  # noqa: E402
from worker.pipeline import Pipeline, load_pipeline  # noqa: E402

PROCESSES = 2


class FunctionAlone:
    """The pipeline function in forked processes that take batches from a shared counter."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def speed(self, payloads: Sequence[bytes], *, processes: int = PROCESSES) -> float:
        """Return articles a second of all processes together."""
        fork = multiprocessing.get_context("fork")
        batches, turn = list(in_batches(payloads)), fork.Value("i", 0)
        ready, go = fork.Barrier(processes + 1), fork.Barrier(processes + 1)

        def work() -> None:
            self._pipeline.run(payloads[:BATCH])  # what is made in each process
            ready.wait()
            go.wait()
            while True:
                with turn.get_lock():
                    mine = turn.value
                    turn.value += 1
                if mine >= len(batches):
                    return
                self._pipeline.run(batches[mine])

        workers = [fork.Process(target=work) for _ in range(processes)]
        for worker in workers:
            worker.start()
        ready.wait()
        started = time.perf_counter()
        go.wait()
        for worker in workers:
            worker.join()
        return len(payloads) / (time.perf_counter() - started)


def system_speed(running: System, payloads: Sequence[bytes], run: str) -> float:
    """Return articles a second of a system, each article under a new id."""
    return running.speed(list(copies(payloads, len(payloads), run=f"{run}-")))


def main() -> None:
    """Measure, print, write."""
    parser = arguments(__doc__, count=300)
    options = parser.parse_args()
    payloads = chosen(options)
    pipeline = load_pipeline()
    for batch in in_batches(payloads):  # the system's processes have seen articles too
        pipeline.run(batch)
    alone = FunctionAlone(pipeline)
    runs = iter(range(10_000))
    rows = []
    with ExitStack() as stack:
        two = stack.enter_context(system(stack.enter_context(server(concurrency=PROCESSES))))
        system_speed(two, payloads[:50], "warm-up")
        rows.append(
            compare(
                "the whole system, two workers",
                lambda: system_speed(two, payloads, f"whole-{next(runs)}"),
                lambda: alone.speed(payloads),
                against="the function alone in two processes",
                unit="articles/s",
                rounds=options.rounds,
                bar=0.9,
            ).row()
        )
        one = stack.enter_context(system(stack.enter_context(server(concurrency=1))))
        system_speed(one, payloads[:50], "warm-up")
        rows.append(
            compare(
                "two workers",
                lambda: system_speed(two, payloads, f"two-{next(runs)}"),
                lambda: system_speed(one, payloads, f"one-{next(runs)}"),
                against="one worker",
                unit="articles/s",
                rounds=options.rounds,
                bar=1.85,
            ).row()
        )
        rows.append(
            compare(
                "the function in two processes",
                lambda: alone.speed(payloads),
                lambda: alone.speed(payloads, processes=1),
                against="the function in one process",
                unit="articles/s",
                rounds=options.rounds,
            ).row()
        )
    print(write_result(options.output, "system", {"comparisons": rows, "articles": len(payloads)}))


if __name__ == "__main__":
    main()
