"""How does one process of a deployment start? `stancewire intake` and `stancewire worker`."""

import os
import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from worker.commands.extract import ProfileName
from worker.commands.failures import CommandError
from worker.commands.server import RedisUrl, server_settings

if TYPE_CHECKING:
    from worker.supervisor import Supervisor


def intake(redis_url: RedisUrl = None) -> None:
    """Hand articles from the stream to the workers, no more than they can take, until it is told to stop.

    One is enough for many workers; a second one beside it takes over without a gap. Metrics and health are served on
    STANCEWIRE_INTAKE_METRICS_PORT.

    \b
    Example:
      STANCEWIRE_REDIS_URL=redis://queue.internal:6379/0 stancewire intake
    """
    settings = server_settings(redis_url)
    os.environ.update(settings.environment())
    from worker.intake import main  # noqa: PLC0415 (Celery takes its time)

    raise typer.Exit(main())


def worker(
    redis_url: RedisUrl = None,
    concurrency: Annotated[
        int | None,
        typer.Option("--concurrency", "-c", help="Processes; default: one a processor.", min=1, show_default=False),
    ] = None,
    profile: ProfileName = None,
) -> None:
    """Read articles and publish positions, until it is told to stop; it then ends what it is at first.

    Starts a Celery worker and watches it: one that ends, or stops getting on, is started again. Start as many as you
    like, on as many machines as you like. Metrics and health are served on STANCEWIRE_WORKER_METRICS_PORT.

    \b
    Example:
      STANCEWIRE_REDIS_URL=redis://queue.internal:6379/0 stancewire worker --concurrency 4
    """
    from worker.observability.logs import configure_logging  # noqa: PLC0415
    from worker.settings import load_settings  # noqa: PLC0415
    from worker.supervisor import ServiceFailedError, Supervisor, worker_service  # noqa: PLC0415

    settings = server_settings(redis_url)
    if concurrency is not None or profile is not None:
        settings = load_settings(redis_url=settings.redis_url, concurrency=concurrency, profile=profile)
    configure_logging(settings)
    supervisor = Supervisor(
        [worker_service(settings)], stop_grace=settings.stop_grace, stall_after=settings.stall_after
    )
    try:
        supervisor.run(stop_on_signals(supervisor))
    except ServiceFailedError as error:
        raise CommandError(
            str(error), hint="Its last lines stand above; `stancewire doctor` finds the usual causes."
        ) from None


def stop_on_signals(supervisor: "Supervisor") -> threading.Event:
    """Return an event that SIGTERM and Ctrl-C set; a second one kills what has not ended yet."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            supervisor.kill()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    return stop
