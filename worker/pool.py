"""What does a worker do when it starts, when a process of it is lost, and when it stops? Celery's signals, in order.

The parent loads the pipeline once, before it forks: the processes share its memory. It serves metrics and health, and
when one of its processes is lost it gives back at once what that one was at.
"""

import contextlib
import gc
import os
import socket
import threading
import time
from functools import cache, partial
from typing import cast

import orjson
import psutil
import structlog
from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import signals
from celery.worker import state as celery_state
from redis.exceptions import RedisError

from worker.batch import ArticlePipeline, BatchWorker
from worker.celery_app import TASK
from worker.connection import Client, connect
from worker.entries import ArticleEntries, append_received, owner_of
from worker.launcher import die_with_parent
from worker.loading import load_pipeline
from worker.observability import celery_metrics, metrics
from worker.observability.backlog import queue_key
from worker.observability.endpoint import EndpointError, Sources, serve
from worker.observability.health import ProgressWatch, readiness
from worker.observability.logs import configure_logging
from worker.observability.multiprocess import multiprocess_exposition
from worker.observability.processes import WorkerCollector
from worker.observability.progress import Progress
from worker.observability.server import ClockCollector, clock_offset
from worker.publishing.keys import partition_keys, partition_of
from worker.publishing.publisher import Publisher
from worker.settings import process_settings

log = structlog.get_logger(__name__)

DEATH_TAKES_AT_MOST = 30.0
IDLE_BEFORE_LEAVING = 3.0

progress = Progress()
_parent = os.getpid()
celery_metrics.count_tasks()


@cache
def pipeline() -> ArticlePipeline:
    """Return the pipeline of this process, loaded before the fork in a worker."""
    started = time.perf_counter()
    loaded = load_pipeline(process_settings())
    metrics.MODEL_LOAD_SECONDS.set(time.perf_counter() - started)
    return loaded


def consumer_name(parent: int, pid: int) -> str:
    """Return the name of a worker process in the consumer group."""
    return f"worker@{socket.gethostname()}:{parent}:{pid}"


@cache
def batch_worker(partition: int, pid: int) -> BatchWorker:
    """Return what works off the entries of a partition in process `pid`, which is this one."""
    settings = process_settings()
    keys = partition_keys(prefix=settings.key_prefix, partitions=settings.partitions)[partition]
    client = _client(pid)
    entries = ArticleEntries(client, keys, settings, consumer=consumer_name(os.getppid(), pid))
    return BatchWorker(
        entries=entries,
        publisher=Publisher(client, keys, settings),
        pipeline=pipeline(),
        settings=settings,
        progress=progress,
    )


def receive(article: object, *, message_id: str) -> None:
    """Append to the stream what came as a Celery message, whatever it is: what is no article becomes a dead letter."""
    settings = process_settings()
    article_id = _id_in(article)
    number = partition_of(article_id, settings.partitions)
    keys = partition_keys(prefix=settings.key_prefix, partitions=settings.partitions)[number]
    data = article.encode("utf-8", "surrogatepass") if isinstance(article, str) else orjson.dumps(article)
    entry_id = append_received(_client(os.getpid()), keys, data, message_id=message_id)
    metrics.ARTICLES_RECEIVED.inc()
    progress.made()
    log.info("article received by Celery", entry_id=entry_id, article_id=article_id[:100])


def _id_in(article: object) -> str:
    """Return what tells the article's partition; the message itself is looked into by the pipeline only."""
    if isinstance(article, dict):
        return str(article.get("id") or article.get("url") or article.get("body"))
    return str(article)


@cache
def _client(_pid: int) -> Client:
    return connect(process_settings())


@signals.setup_logging.connect  # type: ignore[untyped-decorator]
def set_up_logging(**_: object) -> None:
    """Log as we do, not as Celery would."""
    configure_logging(process_settings())


@signals.worker_init.connect  # type: ignore[untyped-decorator]
def load_before_fork(**_: object) -> None:
    """Load the pipeline, in the parent."""
    configure_logging(process_settings())  # Celery would ask for that only later, and a failure must be told now
    try:
        pipeline()
    except Exception as error:  # Celery would go on without, and every process would try by itself
        log.exception("the pipeline cannot be loaded")
        raise SystemExit(f"the pipeline cannot be loaded: {error}") from error
    metrics.set_build_info()
    gc.freeze()  # what was loaded stays; collecting it in a child would copy its memory
    gc.enable()  # which `worker.start` does without while it loads


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def start_process(**_: object) -> None:
    """End with the parent, however it ends: a process without one would wait for work for ever."""
    die_with_parent()
    if os.getppid() != _parent:  # it died before the kernel was asked
        os._exit(1)


@signals.worker_ready.connect  # type: ignore[untyped-decorator]
def serve_metrics(sender: object = None, **_: object) -> None:
    """Serve metrics and health from the parent."""
    settings = process_settings()
    client = connect(settings, retries=0)
    node = str(getattr(sender, "hostname", socket.gethostname()))
    worker = WorkerCollector(node, lambda: len(celery_state.active_requests))
    clock = ClockCollector(lambda: clock_offset(client))
    watch = ProgressWatch(
        progress_at=lambda: progress.at,
        has_work=lambda: bool(client.ping() and client.llen(queue_key(settings))),  # a full disk refuses PING
        stall_after=settings.stall_after,
    )
    exposition = partial(multiprocess_exposition, worker, clock)
    sources = Sources(exposition, watch.check, lambda: readiness(client.ping, model_loaded=True))
    try:
        endpoint = serve(settings.metrics_host, settings.worker_metrics_port, sources)
    except EndpointError as error:  # it can do its work all the same
        log.error("worker without metrics", error=str(error))  # noqa: TRY400 (the message says it all)
        return
    log.info("worker ready", metrics=f"http://{settings.metrics_host}:{endpoint.port}/metrics")


@signals.task_failure.connect  # type: ignore[untyped-decorator]
def give_back_what_a_lost_process_was_at(
    exception: BaseException | None = None, kwargs: dict[str, object] | None = None, **_: object
) -> None:
    """Release the entries of a killed process (called in the parent, which sees it go)."""
    if not isinstance(exception, WorkerLostError | TimeLimitExceeded) or not kwargs or not kwargs.get("entries"):
        return
    entry_ids = [str(entry_id) for entry_id in cast("list[object]", kwargs["entries"])]
    partition = cast("int", kwargs.get("partition", 0))
    because = "the process was killed at its time limit" if isinstance(exception, TimeLimitExceeded) else str(exception)
    threading.Thread(target=_give_back, args=(entry_ids, partition, because), name="give back", daemon=True).start()


def _give_back(entry_ids: list[str], partition: int, because: str) -> None:
    settings = process_settings()
    keys = partition_keys(prefix=settings.key_prefix, partitions=settings.partitions)[partition]
    client = connect(settings)
    ours = consumer_name(os.getpid(), 0).removesuffix("0")
    with contextlib.suppress(RedisError):  # then the claims run out by themselves
        for owner in {owner for entry_id in entry_ids if (owner := owner_of(client, keys, settings, entry_id))}:
            if not owner.startswith(ours):
                continue
            if _is_gone(int(owner.rpartition(":")[2])):
                entries = ArticleEntries(client, keys, settings, consumer=owner)
                metrics.ATTEMPTS_FAILED.labels("worker_lost").inc(entries.release(entry_ids, because=because))
    client.close()


def _is_gone(pid: int) -> bool:
    """Wait until a killed process is gone; False where it lives on (it was not the one that was killed).

    It is looked at, never waited for: a process can be reaped only once, and the pool has to see that it died.
    """
    deadline = time.monotonic() + DEATH_TAKES_AT_MOST
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]
def leave_when_drained(**_: object) -> None:
    """Leave once the last task is done: Celery sometimes takes half a minute more to close its connections."""
    threading.Thread(target=_leave_when_drained, name="leave", daemon=True).start()


def _leave_when_drained() -> None:
    idle_since = time.monotonic()
    while time.monotonic() - idle_since < IDLE_BEFORE_LEAVING:
        if any(request.task_name == TASK for request in celery_state.active_requests):
            idle_since = time.monotonic()
        time.sleep(0.1)
    log.info("worker drained; leaving without waiting for Celery's connections")
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    os._exit(0)
