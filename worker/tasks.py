"""Which task do workers run? One: work off entries of the stream, or append an article that Celery brought to it."""

import os
import re
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import structlog
from celery import Task

from worker.celery_app import TASK, app
from worker.outcome import OutOfTime

ENTRY_ID = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)


@app.task(name=TASK, bind=True)  # type: ignore[untyped-decorator]
def process(self: Task, article: object = None, *, entries: Sequence[str] | None = None, partition: int = 0) -> None:
    """Work off `entries` (what intake sends), or append `article` (what others may send) to the stream first.

    Whatever `article` is, it is appended: what is no article message becomes a dead letter, where it can be seen.
    """
    # A worker has this in memory; `celery inspect` and Flower, which import the tasks too, do without.
    from worker.pool import batch_worker, receive  # noqa: PLC0415

    if entries is not None:
        known = [entry_id for entry_id in entries if ENTRY_ID.fullmatch(str(entry_id))]
        with _own_time_limit(), structlog.contextvars.bound_contextvars(batch=str(self.request.id)):
            batch_worker(partition, os.getpid()).work_off(known)
        return
    receive(article, message_id=str(self.request.id))


@contextmanager
def _own_time_limit() -> Iterator[None]:
    """Have Celery's soft time limit raise `OutOfTime`, which no library between us and the article can swallow."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGUSR1, _raise_out_of_time)
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)


def _raise_out_of_time(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime
