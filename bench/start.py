#!/usr/bin/env python3
"""How soon is a worker at work, and how much memory does each of its processes take, beside `spacy.load` alone?

    python -m bench.start ARTICLES ... [--rounds 5]

Ours counts from the start of a worker with two processes to the first outcome of an article that waits already; the
rival from the start of a Python process to the first parsed text, with all parts of the model, as its users load it.
The byte code of both is there before, as it is after an installation.
Memory is what a process has to itself (its proportional share of what is shared), after its articles.
"""

import compileall
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import psutil

from bench.articles import BATCH, arguments, chosen, copies
from bench.measuring import Comparison, write_result
from bench.running import server, wait_until
from worker.connection import Client, connect
from worker.settings import load_settings
from worker.supervisor import Supervisor, intake_service, worker_service

PROCESSES = 2
OURS = [Path(__file__).parents[1] / package for package in ("worker", "schemas")]
RIVAL = """
import spacy, sys
nlp = spacy.load(sys.argv[1])
nlp(sys.argv[2])
print("parsed", flush=True)
sys.stdin.read()
"""


def spacy_start(model: str, text: str) -> tuple[float, float]:
    """Return the seconds to the first parsed text, and the mebibytes of the process then."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", RIVAL, model, text], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101
        process.stdout.readline()
        seconds = time.perf_counter() - started
        memory = mebibytes(psutil.Process(process.pid))
        process.stdin.close()
    return seconds, memory


def worker_start(payloads: list[bytes], run: str) -> tuple[float, list[float]]:
    """Return the seconds from a worker's start to its first outcome, and the mebibytes of each of its processes."""
    with server(concurrency=PROCESSES) as settings:
        client = connect(settings)
        intake = Supervisor([intake_service(settings)], stop_grace=20, stall_after=settings.stall_after)
        with (settings.state_directory / "start.log").open("ab") as log:
            worker = Supervisor([worker_service(settings)], stop_grace=20, stall_after=settings.stall_after, output=log)
            intake.output = log
            try:
                intake.start()
                wait_until(lambda: intake.check() or intake.ready)
                first, *rest = copies(payloads, PROCESSES * BATCH, run=run)
                client.xadd("articles", {"data": first})
                started = time.perf_counter()
                worker.start()
                wait_until(lambda: outcomes(client))
                seconds = time.perf_counter() - started
                for payload in rest:
                    client.xadd("articles", {"data": payload})
                wait_until(lambda: outcomes(client) > len(rest))
                [status] = worker.statuses
                main, *children = psutil.Process(status.pid).children(recursive=True)
                memory = [mebibytes(process) for process in (main, *children)]
            finally:
                worker.stop()
                intake.stop()
                client.close()
    return seconds, memory


def outcomes(client: Client) -> int:
    """How many articles have come to their end."""
    return int(client.xlen("articles.processed")) + int(client.xlen("articles.dead"))


def mebibytes(process: psutil.Process) -> float:
    """Return the memory of a process, shared pages in proportion."""
    return float(process.memory_full_info().pss) / 2**20


def main() -> None:
    """Measure, print, write."""
    options = arguments(__doc__, count=50).parse_args()
    payloads = chosen(options)
    for folder in OURS:
        compileall.compile_dir(folder, quiet=1)
    model = load_settings().model
    text = "The minister said that the offer was not enough."
    ours, rivals, memories, rival_memories = [], [], [], []
    for number in range(options.rounds):
        seconds, memory = worker_start(payloads, f"start-{number}-")
        rival_seconds, rival_memory = spacy_start(model, text)
        ours.append(1 / seconds)
        rivals.append(1 / rival_seconds)
        memories.append(memory)
        rival_memories.append(rival_memory)
    name, against = "start of a worker to its first outcome", "spacy.load and a text"
    comparison = Comparison(name, against, "starts/s", tuple(ours), tuple(rivals), 1 / 1.3)
    child = median(one for memory in memories for one in memory[1:])
    result = {
        "comparisons": [comparison.row()],
        "seconds": 1 / median(ours),
        "rival_seconds": 1 / median(rivals),
        "parent_mebibytes": median(memory[0] for memory in memories),
        "child_mebibytes": child,
        "rival_mebibytes": median(rival_memories),
    }
    print(comparison)
    print(
        f"{result['seconds']:.2f} s against {result['rival_seconds']:.2f} s; memory of a child {child:.0f} MiB, "
        f"of the parent {result['parent_mebibytes']:.0f}, of the rival {result['rival_mebibytes']:.0f}"
    )
    print(write_result(options.output, "start", result))


if __name__ == "__main__":
    main()
