"""How do metrics add up over the processes of one worker? In files, a folder a worker, read together at each scrape.

This module must not import `prometheus_client` at its top: the library decides when it is imported, by an environment
variable, whether it keeps figures in files.
"""

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric
    from prometheus_client.registry import Collector

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def prepare_multiprocess(directory: Path) -> Path:
    """Give this worker and the processes it will fork a fresh folder for metric files; clear those of dead workers."""
    if "prometheus_client" in sys.modules:
        raise RuntimeError("prometheus_client was imported before its folder was chosen: figures would be lost")
    before_pid = f"{socket.gethostname()}-"
    directory.mkdir(parents=True, exist_ok=True)
    for folder in directory.glob(f"{before_pid}*"):
        pid = folder.name.removeprefix(before_pid)
        if not pid.isdigit() or int(pid) == os.getpid() or not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
    own = (directory / f"{before_pid}{os.getpid()}").absolute()
    own.mkdir()
    os.environ[VARIABLE] = str(own)
    return own


def multiprocess_exposition(*collectors: "Collector") -> bytes:
    """Return the metrics of all processes of this worker, living and gone, in Prometheus' text format.

    `collectors` show what only the parent knows.
    """
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    directory = Path(os.environ[VARIABLE])
    # Counters of a killed process must stay; what it had "right now" must not. Only its files tell that it was there.
    for file in directory.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(pid):
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    registry.register(_FromZero(str(directory)))
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)


class _FromZero:
    """Shows what the files hold, and the known series that they do not hold yet as 0."""

    def __init__(self, directory: str) -> None:
        """Read the files of a folder."""
        self._directory = directory

    def collect(self) -> "Iterator[Metric]":
        """Yield the families of metrics."""
        from prometheus_client.metrics_core import CounterMetricFamily  # noqa: PLC0415
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

        from worker.observability.metrics import known_series  # noqa: PLC0415

        collector = MultiProcessCollector(None, self._directory)  # type: ignore[no-untyped-call]
        families: dict[str, Metric] = {family.name: family for family in collector.collect()}  # type: ignore[no-untyped-call]
        seen: dict[str, set[tuple[tuple[str, str], ...]]] = {
            name: {tuple(sorted(sample.labels.items())) for sample in family.samples}
            for name, family in families.items()
        }
        for name, labels, values in known_series():
            series = dict(zip(labels, values, strict=True))
            if tuple(sorted(series.items())) not in seen.get(name, ()):
                family = families.setdefault(name, CounterMetricFamily(name, name))
                family.add_sample(f"{name}_total", series, 0)
        yield from families.values()
