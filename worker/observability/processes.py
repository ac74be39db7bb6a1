"""How are the processes of one worker doing? Counted by their parent at each scrape: who works, and what they use.

Names that users of celery-exporter know are kept where the meaning is the same.
"""

import contextlib
from collections.abc import Callable, Iterator

import psutil
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class WorkerCollector(Collector):
    """Shows the tasks and processes of the worker whose parent this is."""

    def __init__(self, hostname: str, active_tasks: Callable[[], int]) -> None:
        """Call the worker `hostname` (Celery's node name); ask `active_tasks` how many tasks run."""
        self._hostname = hostname
        self._active_tasks = active_tasks

    def describe(self) -> list[Metric]:
        """Return nothing: registering this must not look at processes."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield what the worker is at and what its processes use."""
        labels, values = ["hostname"], [self._hostname]
        up = GaugeMetricFamily("celery_worker_up", "1 for a worker that runs", labels=labels)
        up.add_metric(values, 1)
        yield up
        active = GaugeMetricFamily("celery_worker_tasks_active", "Tasks that the worker runs now", labels=labels)
        active.add_metric(values, self._active_tasks())
        yield active
        parent = psutil.Process()
        processes = [parent, *parent.children(recursive=True)]
        yield GaugeMetricFamily("stancewire_worker_processes", "Processes that take tasks", len(processes) - 1)
        memory = sum(filter(None, map(_memory, processes)))
        yield GaugeMetricFamily("stancewire_worker_memory_bytes", "Memory of all processes, shared once", memory)
        yield CounterMetricFamily("stancewire_worker_cpu_seconds", "Processor time of all processes", _cpu(processes))


def _memory(process: psutil.Process) -> int | None:
    """Return the memory of a process, its part of what processes share counted once over all of them."""
    with contextlib.suppress(psutil.Error):
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    return None


def _cpu(processes: list[psutil.Process]) -> float:
    """Return the processor time of living processes and of those that the parent has buried."""
    seconds = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            seconds += times.user + times.system
            if process is processes[0]:
                seconds += times.children_user + times.children_system
    return seconds
