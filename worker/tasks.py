"""Which task do workers run? One: work off entries of the stream, or append an article that Celery brought to it."""

import os
import re
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from types import FrameType
from typing import Any

import orjson
import structlog
from celery import Task

from worker.batch import OutOfTime
from worker.celery_app import TASK, app
from worker.connection import Client, connect
from worker.entries import append_received
from worker.observability import metrics
from worker.pool import batch_worker, progress
from worker.publishing.keys import partition_keys, partition_of
from worker.settings import process_settings

log = structlog.get_logger(__name__)

ENTRY_ID = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)


@app.task(name=TASK, bind=True)  # type: ignore[untyped-decorator]
def process(self: Task, article: object = None, *, entries: Sequence[str] | None = None, partition: int = 0) -> None:
    """Work off `entries` (what intake sends), or append `article` (what others may send) to the stream first.

    Whatever `article` is, it is appended: what is no article message becomes a dead letter, where it can be seen.
    """
    if entries is not None:
        known = [entry_id for entry_id in entries if ENTRY_ID.fullmatch(str(entry_id))]
        with _own_time_limit():
            batch_worker(partition, os.getpid()).work_off(known)
        return
    settings = process_settings()
    article_id = _article_id(article)
    number = partition_of(article_id, settings.partitions)
    keys = partition_keys(prefix=settings.key_prefix, partitions=settings.partitions)[number]
    data = article.encode("utf-8", "surrogatepass") if isinstance(article, str) else orjson.dumps(article)
    entry_id = append_received(_client(os.getpid()), keys, data, message_id=str(self.request.id))
    metrics.ARTICLES_RECEIVED.inc()
    progress.made()
    log.info("article received by Celery", entry_id=entry_id, article_id=article_id[:100])


def _article_id(article: Any) -> str:
    """Return what tells the article's partition; the message itself is looked into by the pipeline only."""
    if isinstance(article, dict):
        return str(article.get("id") or article.get("url") or article.get("body"))
    return str(article)


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


@cache
def _client(_pid: int) -> Client:
    return connect(process_settings())
