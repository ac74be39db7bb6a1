"""Which figures do users of celery-exporter look for? Tasks by outcome and their runtime, under the names they know."""

import time

from celery import Task, signals
from prometheus_client import Counter, Histogram

from worker.observability.metrics import LONG

RUNTIME = Histogram("celery_task_runtime", "Seconds that tasks ran", ["name"], buckets=LONG)
SUCCEEDED = Counter("celery_task_succeeded", "Tasks that ended as they should", ["name"])
FAILED = Counter(
    "celery_task_failed", "Tasks that ended with an exception, or with their process", ["name", "exception"]
)

_started: dict[str, float] = {}
"""When the task of this process was started, by its id."""


def count_tasks() -> None:
    """Count the tasks of this worker from now on."""
    signals.task_prerun.connect(_note_start)
    signals.task_postrun.connect(_observe)
    signals.task_success.connect(_count_success)
    signals.task_failure.connect(_count_failure)


def _note_start(task_id: str, **_: object) -> None:
    _started.clear()  # a process works on one task at a time; one that was broken off leaves nothing behind
    _started[task_id] = time.perf_counter()


def _observe(task_id: str, task: Task, **_: object) -> None:
    started = _started.pop(task_id, None)
    if started is not None:
        RUNTIME.labels(task.name).observe(time.perf_counter() - started)


def _count_success(sender: Task, **_: object) -> None:
    SUCCEEDED.labels(sender.name).inc()


def _count_failure(sender: Task, exception: BaseException, **_: object) -> None:
    FAILED.labels(sender.name, type(exception).__name__).inc()
