"""The supervisor's judgement: whom to restart, how soon, and when to give up. Time and answers are made up."""

import sys
from collections.abc import Iterator

import pytest

from worker.supervisor import (
    GRACE_WHEN_STALLED,
    LONGEST_PAUSE,
    START_WITHIN,
    Service,
    ServiceFailedError,
    Supervisor,
)

Answer = tuple[int, str] | None
SLEEPS = (sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)")
FAILS = (sys.executable, "-I", "-S", "-c", "raise SystemExit(7)")


class Stage:
    """A supervisor of one service whose answers, and the time, a test sets."""

    def __init__(self, command: tuple[str, ...] = SLEEPS) -> None:
        self.now = 0.0
        self.live: Answer = (200, "working")
        self.ready: Answer = (200, "ready")
        service = Service("it", command, {}, "127.0.0.1", 1)
        self.supervisor = Supervisor([service], stop_grace=0.2, stall_after=30, ask=self._ask, clock=lambda: self.now)

    def _ask(self, _service: Service, path: str) -> Answer:
        return self.live if path == "/live" else self.ready

    @property
    def restarts(self) -> int:
        return self.supervisor.statuses[0].restarts

    def wait_for_the_end(self) -> None:
        [child] = self.supervisor._children
        assert child.launched is not None
        child.launched.wait(20)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    stage.supervisor.start()
    yield stage
    stage.supervisor.kill()


def test_what_is_live_is_left_alone(stage: Stage) -> None:
    for _ in range(10):
        stage.now += 100
        stage.supervisor.check()
    assert stage.restarts == 0
    assert stage.supervisor.ready


def test_what_says_that_it_does_not_get_on_is_restarted(stage: Stage) -> None:
    stage.live = (503, "no progress")
    stage.supervisor.check()
    assert stage.restarts == 1
    assert not stage.supervisor.ready


def test_what_is_live_but_not_ready_is_left_alone(stage: Stage) -> None:
    stage.ready = (503, "the server does not answer")
    stage.supervisor.check()
    assert (stage.restarts, stage.supervisor.ready) == (0, False)


def test_what_has_answered_and_falls_silent_is_restarted_after_the_stall_time(stage: Stage) -> None:
    stage.supervisor.check()
    stage.live = None
    stage.now += 29
    stage.supervisor.check()
    assert stage.restarts == 0
    stage.now += 2
    stage.supervisor.check()
    assert stage.restarts == 1


def test_what_starts_is_given_more_time_to_answer_at_all(stage: Stage) -> None:
    stage.live = None
    stage.now += START_WITHIN - 1
    stage.supervisor.check()
    assert stage.restarts == 0
    stage.now += 2
    stage.supervisor.check()
    assert stage.restarts == 1


def test_what_never_was_ready_is_given_up_after_some_starts() -> None:
    stage = Stage(FAILS)
    stage.supervisor.start()
    with pytest.raises(ServiceFailedError, match="it does not start: it ended with code 7"):
        for _ in range(10):
            stage.wait_for_the_end()
            stage.supervisor.check()
            stage.now += LONGEST_PAUSE
            stage.supervisor.check()


def test_what_was_ready_once_is_restarted_for_ever_but_ever_more_slowly(stage: Stage) -> None:
    stage.supervisor.check()
    pauses = []
    for _ in range(8):
        [child] = stage.supervisor._children
        assert child.launched is not None
        child.launched.kill()
        stage.wait_for_the_end()
        stage.supervisor.check()
        pauses.append(child.not_before - stage.now)
        stage.now = child.not_before
        stage.supervisor.check()
    assert stage.restarts == 8
    assert pauses == sorted(pauses)
    assert pauses[0] < 1
    assert pauses[-1] == LONGEST_PAUSE


def test_a_stalled_process_gets_less_patience_than_one_that_drains() -> None:
    assert GRACE_WHEN_STALLED < 45


def test_a_stopped_supervisor_has_no_process_left(stage: Stage) -> None:
    [child] = stage.supervisor._children
    launched = child.launched
    assert launched is not None
    stage.supervisor.stop()
    assert launched.poll() is not None
    assert not stage.supervisor.statuses[0].running
