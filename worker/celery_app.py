"""How is Celery set up, and why is each reliability setting as it is?

`celery -A worker.celery_app ...` (worker, inspect, flower) finds the application here. The stream, not Celery, knows
what is still to be done: a lost Celery message costs a moment, never an article.
"""

import importlib
from collections.abc import Sequence

from celery import Celery, signals
from kombu.messaging import Producer

from worker.broker import ENTRIES_ONLY
from worker.connection import broker_url, tls_options
from worker.settings import Settings, process_settings

TASK = "stancewire.process"
LONGEST_QUEUE_WAIT = 3600
"""Seconds for which a delivered Celery message is left with its worker before Celery delivers it again."""


def create_app(settings: Settings) -> Celery:
    """Return the Celery application for these settings."""
    app = Celery("stancewire", include=["worker.tasks"], amqp="worker.broker:Protocol")
    app.conf.update(
        broker_url=broker_url(settings),
        **_serialization(),
        **_delivery(settings),
        **_connection(settings),
        **_processes(settings),
    )
    return app


def send_entries(
    app: Celery, settings: Settings, entry_ids: Sequence[str], *, partition: int, producer: Producer | None = None
) -> None:
    """Hand entries of the stream to the workers; a single entry has the time limit of one article."""
    limit = settings.article_time_limit if len(entry_ids) == 1 else settings.batch_time_limit
    app.send_task(
        TASK,
        kwargs={"entries": list(entry_ids), "partition": partition},
        # What `celery inspect` and Flower show; Celery would write all ids into the message a second time.
        argsrepr="()",
        kwargsrepr=f"{{'entries': [{len(entry_ids)}, from {entry_ids[0]}], 'partition': {partition}}}",
        soft_time_limit=limit,
        time_limit=limit + settings.kill_margin,
        headers={ENTRIES_ONLY: len(entry_ids)},
        producer=producer,
    )


def _serialization() -> dict[str, object]:
    return {
        # Nothing but JSON, in and out: a pickle from a stranger would run code.
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
        # The topics hold the results.
        "task_ignore_result": True,
        "result_backend": None,
    }


def _delivery(settings: Settings) -> dict[str, object]:
    return {
        "task_default_queue": settings.queue,
        # A message is done when its task has ended. The stream would repair an early acknowledgement too, only later.
        "task_acks_late": True,
        # A poison article that kills its worker must not come back by this way: Celery would run it for ever, without
        # counting. The stream delivers it again and counts.
        "task_reject_on_worker_lost": False,
        "task_acks_on_failure": True,
        "task_acks_on_timeout": True,
        # Each process holds the one task it works on: what waits, waits where it is counted.
        "worker_prefetch_multiplier": 1,
        # A limit for what comes without one (an article sent straight to the task only has to be appended).
        "task_soft_time_limit": settings.batch_time_limit,
        "task_time_limit": settings.batch_time_limit + settings.kill_margin,
    }


def _connection(settings: Settings) -> dict[str, object]:
    options: dict[str, object] = {
        # Above the longest task, or Celery would deliver what is still being worked on.
        "visibility_timeout": int(max(LONGEST_QUEUE_WAIT, 2 * settings.batch_time_limit)),
        # Kombu's own cadence looks for lost messages every 100 s only.
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        # A server that hangs must be noticed, a firewall must not cut a quiet connection.
        "socket_timeout": max(30.0, settings.redis_timeout),
        "socket_connect_timeout": settings.redis_timeout,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "global_keyprefix": settings.celery_key_prefix,
    }
    connection: dict[str, object] = {
        "broker_transport_options": options,
        # The server may come up after us, and may be away for as long as it likes.
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # With remote control off, workers were seen alive but deaf after restarts of the server.
        "worker_enable_remote_control": True,
        # A task that runs while the broker's connection breaks may finish: publishing has its own connection and gate.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
    }
    if settings.redis_url is not None and settings.redis_url.get_secret_value().startswith("rediss://"):
        connection["broker_use_ssl"] = {"ssl_cert_reqs": "required", **tls_options(settings)}
    return connection


def _processes(settings: Settings) -> dict[str, object]:
    return {
        "worker_concurrency": settings.concurrency,
        "worker_max_memory_per_child": settings.max_memory_per_child,
        # On a busy machine a child may need more than the usual 4 s to come up; killing it would not make it quicker.
        "worker_proc_alive_timeout": 60,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }


@signals.celeryd_init.connect  # type: ignore[untyped-decorator]
def prepare_worker(**_: object) -> None:
    """Choose where metrics are kept, then import what uses them: the library decides by a variable when imported."""
    from worker.observability.multiprocess import prepare_multiprocess  # noqa: PLC0415

    try:
        prepare_multiprocess(process_settings().metrics_directory)
        importlib.import_module("worker.pool")  # which listens to the signals to come
    except Exception as error:  # Celery would go on without
        raise SystemExit(f"the worker cannot start: {error}") from error


def __getattr__(name: str) -> Celery:
    """Create `app` when it is first asked for, so that importing this module reads no settings."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    application = create_app(process_settings())
    globals()["app"] = application
    return application
