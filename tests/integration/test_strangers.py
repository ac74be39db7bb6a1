"""What strangers put into Celery's queue: it runs no code, and the worker goes on."""

from pathlib import Path

from celery import Celery
from system import System, wait_until

from worker.celery_app import TASK
from worker.connection import broker_url


class Payload:
    """A pickle that leaves a mark where it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.mark,)


def test_a_pickle_is_not_opened(system: System, tmp_path: Path) -> None:
    mark = tmp_path / "opened"
    system.start()
    stranger = Celery(broker=broker_url(system.settings))
    stranger.send_task(TASK, args=[Payload(mark)], queue=system.settings.queue, serializer="pickle")
    wait_until(lambda: "ContentDisallowed" in system.log.read_text(encoding="utf-8"), what="the pickle is refused")
    system.feed("1", id="after it")
    system.settled(fed=1)
    assert not mark.exists()


def test_only_our_own_task_can_be_called(system: System) -> None:
    system.start()
    stranger = Celery(broker=broker_url(system.settings))
    stranger.send_task("os.system", args=["exit 1"], queue=system.settings.queue)
    wait_until(lambda: "unregistered task" in system.log.read_text(encoding="utf-8"), what="the task is refused")
    system.feed("1", id="after it")
    system.settled(fed=1)
    assert [summary.article_id for summary in system.processed] == ["after it"]
