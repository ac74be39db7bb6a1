"""A plan of faults is carried out: in time, on somebody at work where it can be, and undone afterwards."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest

from chaos import faults
from chaos.faults import AIM_FOR, Attack
from chaos.recovery import Recovery
from chaos.schedule import Kind, Planned
from chaos.server import NotNow
from chaos.target import Target

NOBODY = cast("Target", None)
Cause = Callable[[Target, Planned], Iterator[float]]


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def attack(monkeypatch: pytest.MonkeyPatch, clock: Clock, cause: Cause, *planned: Planned) -> Attack:
    """Return an attack in which every fault is this one."""
    monkeypatch.setattr(faults, "CAUSES", dict.fromkeys(Kind, cause))
    return Attack(NOBODY, planned, clock=clock)


def planned(at: float, *, lasts: float = 0.0) -> Planned:
    return Planned(Kind.CUT, at=at, lasts=lasts, pick=0.5)


def test_a_fault_comes_when_it_is_due_and_ends_after_its_time(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    said: list[str] = []

    def cause(_: Target, planned: Planned) -> Iterator[float]:
        said.append("begins")
        yield planned.lasts
        said.append("ends")

    carried_out = attack(monkeypatch, clock, cause, planned(5, lasts=2))
    for seconds, wanted in [(4.9, []), (5, ["begins"]), (6.9, ["begins"]), (7, ["begins", "ends"])]:
        clock.now = 100 + seconds
        list(carried_out.step())
        assert said == wanted
    assert carried_out.over


def test_faults_overlap(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    running: set[float] = set()

    def cause(_: Target, planned: Planned) -> Iterator[float]:
        running.add(planned.at)
        yield planned.lasts
        running.remove(planned.at)

    carried_out = attack(monkeypatch, clock, cause, planned(1, lasts=5), planned(2, lasts=5))
    clock.now += 3
    assert [caused.planned.at for caused in carried_out.step()] == [1, 2]
    assert running == {1, 2}


def test_a_fault_that_finds_nobody_is_tried_again_until_it_does(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    there: list[bool] = []

    def cause(_: Target, _planned: Planned) -> Iterator[float]:
        if not there:
            raise NotNow("nobody")
        yield 0

    carried_out = attack(monkeypatch, clock, cause, planned(1))
    clock.now += 1
    assert not list(carried_out.step())
    there.append(True)
    clock.now += 1
    [caused] = carried_out.step()
    assert caused.at == clock.now


def test_a_fault_is_aimed_for_a_while_and_then_hits_anybody(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    aimed: list[bool] = []

    def cause(_: Target, planned: Planned) -> Iterator[float]:
        aimed.append(planned.aimed)
        if planned.aimed:
            raise NotNow("nobody is at work")
        yield 0

    carried_out = attack(monkeypatch, clock, cause, planned(1))
    clock.now += 1
    assert not list(carried_out.step())
    clock.now += AIM_FOR
    assert len(list(carried_out.step())) == 1
    assert aimed == [True, False]


def test_a_system_is_over_a_fault_when_all_that_was_fed_before_is_done(clock: Clock) -> None:
    reached = (5, 0)
    recovery = Recovery(lambda: reached, clock=clock)
    recovery.mark(Kind.CUT, at=clock.now, newest=(5, 0))
    recovery.mark(Kind.CUT, at=clock.now, newest=(6, 0))
    clock.now += 2
    recovery.look()
    assert recovery.seconds(Kind.CUT) == [2]
    reached = (6, 0)
    clock.now += 3
    recovery.look()
    assert recovery.seconds(Kind.CUT) == [2, 5]
