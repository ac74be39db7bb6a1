"""Health: alive is what gets on while there is work."""

import os

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from worker.observability.health import ProgressWatch, readiness
from worker.observability.progress import Progress


class World:
    """A clock, a last progress and work, all to be set."""

    def __init__(self) -> None:
        self.now = 100.0
        self.progress_at = 100.0
        self.work: bool | Exception = True

    def has_work(self) -> bool:
        if isinstance(self.work, Exception):
            raise self.work
        return self.work

    def watch(self) -> ProgressWatch:
        return ProgressWatch(
            progress_at=lambda: self.progress_at, has_work=self.has_work, stall_after=10, clock=lambda: self.now
        )


@pytest.fixture
def world() -> World:
    return World()


def test_no_progress_while_there_is_work_is_a_stall(world: World) -> None:
    watch = world.watch()
    assert watch.check().ok
    world.now += 11
    assert not watch.check().ok


def test_progress_now_and_then_is_enough(world: World) -> None:
    watch = world.watch()
    for _ in range(5):
        world.now += 9
        world.progress_at = world.now
        assert watch.check().ok


def test_having_nothing_to_do_is_no_stall(world: World) -> None:
    watch = world.watch()
    world.work = False
    world.now += 1000
    assert watch.check().ok


def test_time_counts_from_when_work_came(world: World) -> None:
    watch = world.watch()
    world.work = False
    watch.check()
    world.now += 1000
    world.work = True
    assert watch.check().ok
    world.now += 11
    assert not watch.check().ok


def test_a_server_that_is_away_is_not_the_fault_of_the_process(world: World) -> None:
    watch = world.watch()
    watch.check()
    world.work = RedisConnectionError("away")
    world.now += 1000
    assert watch.check().ok
    world.work = True
    assert watch.check().ok, "what it missed meanwhile does not count"


def away() -> None:
    raise RedisConnectionError("away")


@pytest.mark.parametrize(
    ("ping", "loaded", "ok"), [(lambda: True, True, True), (lambda: True, False, False), (away, True, False)]
)
def test_ready_needs_model_and_server(ping, loaded: bool, ok: bool) -> None:
    assert readiness(ping, model_loaded=loaded).ok is ok


def test_progress_of_a_forked_process_is_seen_by_its_parent() -> None:
    progress = Progress()
    before = progress.at
    pid = os.fork()
    if pid == 0:
        progress.made()
        os._exit(0)
    os.waitpid(pid, 0)
    assert progress.at > before
