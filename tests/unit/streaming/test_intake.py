"""Intake: no more than the workers can take, and nothing forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from kombu.exceptions import OperationalError

from schemas.codes import Reason
from worker.entries import Read, Reclaimed, ReclaimState
from worker.intake import Batch, Intake
from worker.outcome import Refused
from worker.publishing.publisher import Finished, Publication, Verdict
from worker.settings import Settings

SETTINGS = Settings(batch_size=10, queue_high_water=3, batch_bytes=1000)


@dataclass
class FakeEntries:
    """A stream of entries that weigh `weight` each, and some that nobody is at."""

    waiting: list[str] = field(default_factory=list)
    weight: int = 1
    lost: list[Reclaimed] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def read(self, *, count: int, block_ms: int) -> Read:
        self.counts.append(count)
        read, self.waiting = self.waiting[:count], self.waiting[count:]
        return Read(read, self.weight * len(read))

    def reclaim(self, *, most: int) -> list[Reclaimed]:
        found, self.lost = self.lost[:most], self.lost[most:]
        return found

    def fields_of(self, entry_id: str) -> dict[bytes, bytes] | None:
        return {b"data": entry_id.encode()}


@dataclass
class FakeQueue:
    """A queue that nobody takes from; `broken` makes sending fail."""

    tasks: list[Batch] = field(default_factory=list)
    broken: bool = False

    def length(self) -> int:
        return len(self.tasks)

    def send(self, batches: Sequence[Batch], *, partition: int) -> None:
        if self.broken:
            raise OperationalError("broken")
        self.tasks += batches


@dataclass
class FakePublisher:
    """Remembers what was published."""

    finished: list[Finished] = field(default_factory=list)

    def publish(self, finished: Sequence[Finished]) -> Publication:
        self.finished += finished
        return Publication(tuple(Verdict.PUBLISHED for _ in finished), 0)


class Setting:
    """An intake among fakes."""

    def __init__(
        self, waiting: int = 0, *, weight: int = 1, lost: Sequence[Reclaimed] = (), share: int | None = None
    ) -> None:
        self.entries = FakeEntries([f"{number}-0" for number in range(waiting)], weight, list(lost))
        self.queue = FakeQueue()
        self.publisher = FakePublisher()
        self.now = 1.0
        self.intake = Intake(
            partition=0,
            entries=self.entries,
            publisher=self.publisher,
            queue=self.queue,
            settings=SETTINGS,
            share=share,
            clock=lambda: self.now,
        )


def lost(state: ReclaimState, number: int = 1, history: tuple[str, ...] = ()) -> list[Reclaimed]:
    return [Reclaimed(f"9{n}-0", state, history) for n in range(number)]


def test_it_stops_reading_at_the_high_water_mark() -> None:
    setting = Setting(waiting=100)
    assert [setting.intake.step(wait=0) for _ in range(5)] == [True, True, False, False, False]
    assert setting.queue.length() == SETTINGS.queue_high_water
    assert len(setting.entries.waiting) == 100 - 3 * SETTINGS.batch_size


def test_it_reads_as_many_batches_at_once_as_there_is_room_for() -> None:
    setting = Setting(waiting=100)
    setting.intake.step(wait=0)
    setting.queue.tasks.clear()
    setting.intake.step(wait=0)
    assert setting.entries.counts == [10, 30]
    assert [len(entry_ids) for entry_ids, _ in setting.queue.tasks] == [10, 10, 10]


def test_once_the_queue_was_full_it_waits_until_half_of_it_is_worked_off() -> None:
    setting = Setting(waiting=100)
    while setting.intake.step(wait=0):
        pass
    handed_over = setting.queue.tasks.copy()
    setting.queue.tasks.pop()
    assert not setting.intake.step(wait=0)
    setting.queue.tasks.pop()
    assert setting.intake.step(wait=0)
    assert len(setting.queue.tasks) == len(handed_over)


def test_a_partition_takes_no_more_than_its_share_of_the_room() -> None:
    setting = Setting(waiting=100, share=2)
    setting.intake.step(wait=0)
    setting.queue.tasks.clear()
    setting.intake.step(wait=0)
    assert setting.queue.length() == 2


def test_it_goes_on_when_the_workers_have_taken_some() -> None:
    setting = Setting(waiting=100)
    while setting.intake.step(wait=0):
        pass
    setting.queue.tasks.clear()
    assert setting.intake.step(wait=0)


def test_large_articles_are_read_a_few_at_a_time_and_small_ones_many() -> None:
    setting = Setting(waiting=100, weight=400)
    setting.intake.step(wait=0)
    setting.queue.tasks.clear()
    setting.intake.step(wait=0)
    setting.entries.weight = 1
    setting.queue.tasks.clear()
    setting.intake.step(wait=0)
    setting.intake.step(wait=0)
    assert setting.entries.counts == [10, 2, 2, 20]


def test_what_was_started_before_goes_alone_and_what_was_not_in_batches() -> None:
    setting = Setting(lost=lost(ReclaimState.RETRY, 2, ("w",)) + lost(ReclaimState.AGAIN, 2))
    setting.intake.step(wait=0)
    assert setting.queue.tasks == [(["90-0"], "retry"), (["91-0"], "retry"), (["90-0", "91-0"], "again")]


@pytest.mark.parametrize(
    ("state", "reason"),
    [(ReclaimState.EXHAUSTED, Reason.ATTEMPTS_EXHAUSTED), (ReclaimState.MISSING, Reason.ENTRY_DELETED)],
)
def test_what_cannot_be_tried_again_ends_in_the_dead_letters(state: ReclaimState, reason: Reason) -> None:
    setting = Setting(lost=lost(state, history=("first", "second")))
    setting.intake.step(wait=0)
    [letter] = setting.publisher.finished
    assert isinstance(letter.outcome, Refused)
    assert (letter.outcome.reason, letter.history) == (reason, ("first", "second"))
    assert letter.fields == {b"data": b"90-0"}
    assert not setting.queue.tasks


def test_it_looks_for_lost_entries_now_and_then_only() -> None:
    setting = Setting(waiting=100)
    setting.intake.step(wait=0)
    setting.entries.lost = lost(ReclaimState.AGAIN)
    setting.queue.tasks.clear()
    setting.intake.step(wait=0)
    assert setting.entries.lost
    setting.queue.tasks.clear()
    setting.now += 10
    setting.intake.step(wait=0)
    assert not setting.entries.lost


def test_a_batch_that_could_not_be_sent_is_sent_first_later() -> None:
    setting = Setting(waiting=20)
    setting.queue.broken = True
    with pytest.raises(OperationalError):
        setting.intake.step(wait=0)
    setting.queue.broken = False
    setting.intake.step(wait=0)
    assert [task[0][0] for task in setting.queue.tasks] == ["0-0", "10-0"]
