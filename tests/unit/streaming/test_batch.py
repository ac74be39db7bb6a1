"""A batch in a worker: every entry comes to an end or is given back, whatever the pipeline does."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import BusyLoadingError, OutOfMemoryError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from schemas.codes import Reason
from schemas.messages import Extractor, ProcessedArticle
from worker.batch import BatchWorker
from worker.entries import Taken, TakeState
from worker.observability.progress import Progress
from worker.outcome import Outcome, OutOfTime, Processed, Refused
from worker.publishing.publisher import Finished, Publication, Verdict
from worker.settings import Settings

SETTINGS = Settings(max_attempts=3)
PROVENANCE = Extractor(version="0", model="fake", domain="tests")


@dataclass
class FakeEntries:
    """Entries in memory, handed out `at_once` at a time; `history` of each is given."""

    answers: dict[str, Taken]
    at_once: int = 1000
    released: dict[str, str] = field(default_factory=dict)

    def take(self, entry_ids: Sequence[str], *, note: str) -> list[Taken]:
        return [self.answers[entry_id] for entry_id in entry_ids[: self.at_once]]

    def release(self, entry_ids: Sequence[str], *, because: str) -> int:
        self.released |= dict.fromkeys(entry_ids, because)
        return len(entry_ids)

    def refresh(self, entry_ids: Sequence[str]) -> int:
        return len(entry_ids)


@dataclass
class FakePublisher:
    """Remembers what was published."""

    finished: list[Finished] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)

    def publish(self, finished: Sequence[Finished]) -> Publication:
        if self.troubles:
            raise self.troubles.pop()
        self.finished += finished
        return Publication(tuple(Verdict.PUBLISHED for _ in finished), 0)

    @property
    def reasons(self) -> dict[str, Reason | None]:
        return {
            item.entry_id: item.outcome.reason if isinstance(item.outcome, Refused) else None for item in self.finished
        }


class FakePipeline:
    """Does what each payload says: `ok`, `refuse`, `raise`, `time` (the time limit comes)."""

    def run(self, payloads: Sequence[bytes]) -> list[Outcome]:
        return [self._one(payload) for payload in payloads]

    def _one(self, payload: bytes) -> Outcome:
        if payload == b"raise":
            raise RuntimeError("as told")
        if payload == b"time":
            raise OutOfTime
        if payload == b"refuse":
            return Refused(Reason.SCHEMA, "no")
        summary = ProcessedArticle(
            article_id="a", positions=0, raw_characters=0, cleaned_characters=0, extractor=PROVENANCE
        )
        return Processed((), summary, "")


def taken(entry_id: str, payload: str = "ok", *, attempts: int = 1) -> Taken:
    history = tuple(f"w {n} alone" for n in range(attempts))
    return Taken(entry_id, TakeState.TAKEN, history, {b"data": payload.encode()})


def work_off(
    *answers: Taken, at_once: int = 1000, pipeline: FakePipeline | None = None, troubles: Sequence[Exception] = ()
) -> tuple[FakeEntries, FakePublisher]:
    entries = FakeEntries({answer.entry_id: answer for answer in answers}, at_once)
    publisher = FakePublisher(troubles=list(troubles))
    worker = BatchWorker(
        entries=entries,
        publisher=publisher,
        pipeline=pipeline or FakePipeline(),
        settings=SETTINGS,
        progress=Progress(),
    )
    worker.work_off([answer.entry_id for answer in answers])
    return entries, publisher


def test_an_error_on_one_article_is_tried_again_and_its_neighbours_are_done() -> None:
    entries, publisher = work_off(taken("1-0"), taken("2-0", "raise"), taken("3-0"))
    assert publisher.reasons == {"1-0": None, "3-0": None}
    assert entries.released == {"2-0": "RuntimeError: as told"}


def test_the_last_attempt_that_fails_ends_in_the_dead_letters() -> None:
    entries, publisher = work_off(taken("1-0", "raise", attempts=3))
    assert publisher.reasons == {"1-0": Reason.INTERNAL}
    assert not entries.released


def test_a_start_in_company_is_not_charged() -> None:
    beside_a_poison = Taken(
        "1-0", TakeState.TAKEN, ("w 0 in a batch of 9", "w 1 alone", "w 2 alone"), {b"data": b"raise"}
    )
    assert beside_a_poison.attempts == SETTINGS.max_attempts
    entries, publisher = work_off(beside_a_poison)
    assert entries.released
    assert not publisher.finished


def test_a_batch_that_runs_out_of_time_is_given_back_whole() -> None:
    entries, publisher = work_off(taken("1-0"), taken("2-0", "time"))
    assert not publisher.finished
    assert set(entries.released) == {"1-0", "2-0"}


def test_an_article_that_runs_out_of_time_alone_is_given_up_after_its_attempts() -> None:
    assert work_off(taken("1-0", "time", attempts=2))[0].released
    assert work_off(taken("1-0", "time", attempts=3))[1].reasons == {"1-0": Reason.TIMEOUT}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Taken("1-0", TakeState.MISSING, ("w",)), Reason.ENTRY_DELETED),
        (Taken("1-0", TakeState.OVERSIZE, ("w",), size=10**9), Reason.TOO_LARGE),
        (Taken("1-0", TakeState.TAKEN, ("w",), {b"other": b"field"}), Reason.MALFORMED_ENTRY),
        (Taken("1-0", TakeState.TAKEN, ("w",), {}), Reason.MALFORMED_ENTRY),
    ],
)
def test_what_cannot_be_read_ends_in_the_dead_letters_beside_its_neighbours(answer: Taken, reason: Reason) -> None:
    _, publisher = work_off(answer, taken("2-0"))
    assert publisher.reasons == {"1-0": reason, "2-0": None}


@pytest.mark.parametrize("state", [TakeState.BUSY, TakeState.GONE])
def test_what_others_have_is_left_to_them(state: TakeState) -> None:
    entries, publisher = work_off(Taken("1-0", state))
    assert not publisher.finished
    assert not entries.released


def test_a_pipeline_that_gives_too_few_outcomes_publishes_nothing_wrong() -> None:
    class Short(FakePipeline):
        def run(self, payloads: Sequence[bytes]) -> list[Outcome]:
            return super().run(payloads)[1:]

    entries, publisher = work_off(taken("1-0"), taken("2-0"), pipeline=Short())
    assert not publisher.finished
    assert set(entries.released) == {"1-0", "2-0"}


@pytest.mark.parametrize("trouble", [RedisConnectionError, RedisTimeoutError, BusyLoadingError, OutOfMemoryError])
def test_results_wait_for_a_server_that_is_away_or_full(
    trouble: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.batch.SHORTEST_PAUSE", 0)
    entries, publisher = work_off(taken("1-0"), troubles=[trouble(), trouble()])
    assert publisher.reasons == {"1-0": None}
    assert not entries.released


PAYLOADS = st.lists(st.sampled_from(["ok", "refuse", "raise"]), max_size=8)


@given(PAYLOADS, st.integers(1, 4), st.integers(1, 3))
def test_every_entry_comes_to_one_end(payloads: list[str], at_once: int, attempts: int) -> None:
    answers = [taken(f"{number}-0", payload, attempts=attempts) for number, payload in enumerate(payloads)]
    entries, publisher = work_off(*answers, at_once=at_once)
    ends = [item.entry_id for item in publisher.finished] + list(entries.released)
    assert sorted(ends) == sorted(answer.entry_id for answer in answers)
