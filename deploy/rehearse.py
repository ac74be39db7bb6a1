"""Does what docker-compose.yml starts work? The same commands, environment and files, without a container engine.

    python -m deploy.rehearse [--scale worker=8]

Starts every service in namespaces of its own (see `deploy.rehearsal.containers`), feeds the sample articles and checks
what an operator relies on. Needs Linux, root, and the programs `prometheus`, `ip`, `unshare`, `nsenter`, `setpriv`; a
service whose program is missing (Grafana, mostly) is left out, and said so. Ends with 0 if every check held.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis

from deploy.rehearsal.compose import Service, load_compose
from deploy.rehearsal.containers import Container, Engine, RehearsalError, missing_programs, tail
from deploy.rehearsal.prometheus import Prometheus, queries

ROOT = Path(__file__).resolve().parents[1]
INSIDE = "STANCEWIRE_REHEARSAL_INSIDE"
NAMESPACES = ("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")
SCRAPES_TO_WAIT = 45.0
"""Seconds until rates over a minute have two scrapes to stand on."""


@dataclass(frozen=True, slots=True)
class Running:
    """A rehearsal in which every service is healthy."""

    engine: Engine
    services: Mapping[str, Service]
    prometheus: Prometheus

    @property
    def redis(self) -> Redis:
        """A client of the server as it runs now."""
        return Redis(host=self.of("valkey")[0].address)

    def of(self, service: str) -> list[Container]:
        """Return the running replicas of a service."""
        return [container for container in self.engine.of(service) if container.running]


def enter_namespaces(module: str, arguments: list[str]) -> None:
    """Run this program again in namespaces of its own, unless it is there already."""
    if os.environ.get(INSIDE):
        return
    if sys.platform != "linux" or os.geteuid() != 0:
        raise SystemExit("the rehearsal needs Linux, and root for namespaces")
    missing = [name for name in ("unshare", "nsenter", "setpriv", "ip", "prometheus") if not shutil.which(name)]
    if missing:
        raise SystemExit(f"the rehearsal needs {', '.join(missing)} (Debian: iproute2, util-linux, prometheus)")
    command = [*NAMESPACES, sys.executable, "-m", module, *arguments]
    os.execvpe(command[0], command, {**os.environ, INSIDE: "1"})  # noqa: S606


def start(
    root: Path,
    scratch: Path,
    *,
    scale: Mapping[str, int],
    say: Callable[[str], None],
    adapted: Callable[[Service], Service] = lambda service: service,
) -> Running:
    """Start the services in the order of their dependencies and wait until each is healthy."""
    services = {name: adapted(service) for name, service in load_compose(root / "docker-compose.yml").items()}
    engine = Engine(root, scratch)
    engine.start_network()
    for service in in_order(services):
        missing = missing_programs(service)
        if missing:
            say(f"left out  {service.name}: no {', '.join(missing)} on this machine")
            continue
        started = [engine.start(service) for _ in range(scale.get(service.name, service.replicas))]
        for container in started:
            say(f"healthy   {container.name} after {engine.wait_until_healthy(container):.1f} s")
    address = engine.of("prometheus")[0].address
    return Running(engine, services, Prometheus(f"{address}:9090"))


def in_order(services: Mapping[str, Service]) -> Iterator[Service]:
    """Yield services, each after those that it depends on."""
    done: list[str] = []
    while len(done) < len(services):
        ready = [name for name in services if name not in done and set(services[name].depends_on) <= set(done)]
        if not ready:
            raise RehearsalError("the services depend on one another in a circle")
        for name in ready:
            yield services[name]
        done += ready


def feed(running: Running, root: Path) -> Container:
    """Run the service `samples` as the profile of that name would, and wait until it has ended."""
    samples = load_compose(root / "docker-compose.yml", profiles=frozenset({"samples"}))["samples"]
    container = running.engine.start(samples)
    if container.launcher.wait(60):
        raise RehearsalError(f"samples could not be fed:\n{tail(container.log)}")
    return container


def up(running: Running) -> dict[str, int]:
    """Return how many targets of each job answer."""
    return {job: health.count("up") for job, health in running.prometheus.targets().items()}


def replicas(running: Running) -> dict[str, int]:
    """Return how many targets each job should have."""
    return {"prometheus": 1, **{f"stancewire-{name}": len(running.of(name)) for name in ("intake", "worker")}}


def wait_until_scraped(running: Running, *, within: float = 60) -> None:
    """Wait until Prometheus has found and scraped every replica: what was counted before is no increase."""
    deadline = time.monotonic() + within
    while up(running) != replicas(running):
        if time.monotonic() > deadline:
            raise RehearsalError(f"not every replica is scraped: {running.prometheus.targets()}")
        time.sleep(0.5)


def wait_until_done(running: Running, *, within: float = 180) -> None:
    """Wait until no article waits and none is being worked on."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        [group] = running.redis.xinfo_groups("articles")
        if not group["lag"] and not group["pending"]:
            return
        time.sleep(0.3)
    raise RehearsalError(f"articles were not done within {within:.0f} s")


def check(running: Running, root: Path) -> Iterator[tuple[str, bool, str]]:
    """Yield each check with whether it held and what was found."""
    redis, prometheus = running.redis, running.prometheus
    fed = redis.xinfo_stream("articles")["entries-added"]
    done = redis.xlen("articles.processed") + redis.xlen("articles.dead")
    yield "every article has one outcome", done == fed, f"{fed} fed, {done} done"
    dead: Any = redis.xrange("articles.dead")
    letters = [json.loads(fields[b"data"])["reason"] for _, fields in dead]
    yield "articles give positions", redis.xlen("positions") > 0, f"{redis.xlen('positions')}; dead: {letters}"
    for name in ("intake", "worker"):
        container = running.of(name)[0]
        identity = container.execute(["id", "-u"]).stdout.strip()
        yield f"{name} is not root", identity == "10001", f"uid {identity}"
        write = container.execute(["touch", "/opt/x"])
        yield f"{name} cannot write to its root", write.returncode != 0, write.stderr.strip()
        others = [line for line in log_lines(container) if not isinstance(line, dict)]
        yield f"{name} logs JSON only", not others, "\n            ".join(map(str, others[:5]))
    about = [line for worker in running.of("worker") for line in log_lines(worker) if "article_id" in line]
    wanted = {"article_id", "entry_id", "batch", "attempt"}
    complete = all(isinstance(line, dict) and wanted <= line.keys() for line in about)
    yield "each article has a line", len(about) == fed and complete, f"{len(about)} lines"
    yield "every replica is found and scraped", up(running) == replicas(running), str(prometheus.targets())
    for name in ("intake", "worker"):
        complaints = unconventional(running.of(name)[0])
        yield f"promtool finds the metrics of {name} conventional", not complaints, complaints
    rules = prometheus.rules()
    yield "every rule is evaluated", bool(rules) and set(rules.values()) == {"ok"}, f"{len(rules)} rules"
    alerts = prometheus.alerts()
    # One of the samples is malformed on purpose.
    expected = {"StancewireDeadLettersRising": "firing"}
    yield "the one alert fires that should", alerts == expected, str(alerts)
    for path in sorted((root / "deploy/grafana/dashboards").glob("*.json")):
        if not any(queries(json.loads(path.read_text()))):
            continue
        empty = [query for query in queries(json.loads(path.read_text())) if not prometheus.query(query.expression)]
        count = sum(1 for _ in queries(json.loads(path.read_text())))
        found = f"{count} queries" + "".join(f"\n            {query.panel}: {query.expression}" for query in empty)
        yield f"every panel of {path.stem} has data", not empty, found


def unconventional(container: Container) -> str:
    """Return what Prometheus' own tool says against a container's metrics."""
    port = {"intake": 9541, "worker": 9540}[container.service.name]
    with urllib.request.urlopen(f"http://{container.address}:{port}/metrics", timeout=10) as response:  # nosec B310
        metrics = bytes(response.read())
    done = subprocess.run(["promtool", "check", "metrics"], input=metrics, capture_output=True, check=False)
    return str((done.stdout + done.stderr).decode().strip())


def log_lines(container: Container) -> list[dict[str, object] | str]:
    """Return the lines of a container's log: what is JSON as it reads, what is not as it stands."""
    lines: list[dict[str, object] | str] = []
    for line in container.log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            lines.append(dict(json.loads(line)))
        except ValueError:
            lines.append(line)
    return lines


def rehearse(scale: Mapping[str, int], say: Callable[[str], None]) -> bool:
    """Start, feed, check, stop."""
    scratch = Path(tempfile.mkdtemp(prefix="stancewire-rehearsal-"))
    scratch.chmod(0o755)
    held = True
    try:
        running = start(ROOT, scratch, scale=scale, say=say)
        try:
            wait_until_scraped(running)
            feed(running, ROOT)
            wait_until_done(running)
            feed(running, ROOT)  # again: duplicates belong into the picture
            wait_until_done(running)
            time.sleep(SCRAPES_TO_WAIT)
            for name, ok, found in check(running, ROOT):
                held = held and ok
                say(f"{'holds' if ok else 'FAILS':<9} {name}: {found}")
        finally:
            for name, seconds in running.engine.stop().items():
                say(f"stopped   {name} after {seconds:.1f} s")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return held


def main(arguments: list[str]) -> int:
    """Rehearse as the arguments say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scale", action="append", default=[], metavar="SERVICE=NUMBER")
    options = parser.parse_args(arguments)
    enter_namespaces("deploy.rehearse", arguments)
    scale = {name: int(number) for name, _, number in (item.partition("=") for item in options.scale)}
    try:
        return 0 if rehearse(scale, lambda line: print(line, flush=True)) else 1
    except RehearsalError as error:
        print(f"FAILS     {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
