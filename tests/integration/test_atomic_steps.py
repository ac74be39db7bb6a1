"""The scripts on a real server, one step at a time, without processes."""

import json
from collections.abc import Callable, Iterator

import pytest
from redis.exceptions import NoPermissionError, OutOfMemoryError, ResponseError
from stand_in import StandIn
from system import System

from schemas.codes import Reason
from worker.connection import Client, connect
from worker.embedded import start_embedded_server
from worker.entries import LARGEST_ENTRY, ArticleEntries, ReclaimState, TakeState, append_received
from worker.outcome import Refused
from worker.publishing.dead_letters import (
    dead_letter,
    dead_letters,
    drop_dead_letter,
    original_fields,
    replay_dead_letter,
)
from worker.publishing.keys import Keys
from worker.publishing.publisher import Finished, Publisher, Verdict
from worker.settings import Settings

KEYS = Keys()


@pytest.fixture(scope="module")
def database(make_system: Callable[..., System]) -> Iterator[System]:
    system = make_system(reclaim_after=0.0001, redispatch_after=0.0001)
    yield system
    system.close()


@pytest.fixture
def system(database: System) -> System:
    database.client.flushdb()
    consumer(database, "anybody").ensure_group()
    return database


def consumer(system: System, name: str, **changes: object) -> ArticleEntries:
    settings = system.settings.model_copy(update=changes)
    return ArticleEntries(system.client, KEYS, settings, consumer=name)


def publisher(system: System, client: Client | None = None, **changes: object) -> Publisher:
    settings = system.settings.model_copy(update=changes)
    return Publisher(client or system.client, KEYS, settings, worker="tests")


def given_out(system: System, *bodies: str) -> list[str]:
    """Feed articles and have an intake read them."""
    for number, body in enumerate(bodies):
        system.feed(body, id=f"article {number}")
    return consumer(system, "intake").read(count=1000, block_ms=1).entry_ids


def finished(system: System, entry_id: str, *, count: int = 2, article_id: str = "one") -> Finished:
    [outcome] = StandIn().run([json.dumps({"id": article_id, "body": str(count)}).encode()])
    return Finished(entry_id, outcome, {})


class TestPublishing:
    def test_only_the_first_of_two_publishes(self, system: System) -> None:
        [entry] = given_out(system, "2")
        item = finished(system, entry)
        assert publisher(system).publish([item]).verdicts == (Verdict.PUBLISHED,)
        assert publisher(system).publish([item]).verdicts == (Verdict.GONE,)
        assert (len(system.positions), len(system.processed)) == (2, 1)

    def test_each_entry_of_a_batch_is_judged_by_itself(self, system: System) -> None:
        done, fresh, again = given_out(system, "2", "2", "2")
        publisher(system).publish([finished(system, done, article_id="a")])
        batch = [
            finished(system, done, article_id="a"),
            finished(system, fresh, article_id="b"),
            finished(system, again, article_id="b"),
        ]
        assert publisher(system).publish(batch).verdicts == (Verdict.GONE, Verdict.PUBLISHED, Verdict.DUPLICATE)
        assert len(system.positions) == 4
        assert [summary.skipped for summary in system.processed] == [None, None, Reason.DUPLICATE]

    def test_an_entry_that_is_handed_in_twice_in_one_call_takes_effect_once(self, system: System) -> None:
        [entry] = given_out(system, "2")
        twice = [finished(system, entry, article_id="a"), finished(system, entry, article_id="b")]
        assert publisher(system).publish(twice).verdicts == (Verdict.PUBLISHED, Verdict.GONE)
        assert (len(system.positions), len(system.processed)) == (2, 1)

    def test_the_entries_of_a_batch_may_come_in_any_order_and_from_anywhere(self, system: System) -> None:
        entries = given_out(system, *["1"] * 9)
        batch = [entries[n] for n in (7, 0, 4, 2)]
        items = [finished(system, entry, article_id=entry) for entry in batch]
        assert [taken.state for taken in consumer(system, "w").take(batch, note="in a batch of 4")] == [
            TakeState.TAKEN
        ] * 4
        assert set(publisher(system).publish(items).verdicts) == {Verdict.PUBLISHED}
        assert system.client.xpending("articles", "stancewire")["pending"] == 5
        assert system.client.hlen(KEYS.attempts) == 0

    def test_a_duplicate_whose_first_is_forgotten_between_the_calls_is_published(self, system: System) -> None:
        first, second = given_out(system, "2", "2")
        publisher(system).publish([finished(system, first)])
        forgetful = publisher(system)
        hand_in = forgetful._hand_in

        def forgetting(*args, **kwargs):
            answer = hand_in(*args, **kwargs)
            system.client.delete(KEYS.published)
            return answer

        forgetful._hand_in = forgetting  # type: ignore[method-assign]
        assert forgetful.publish([finished(system, second)]).verdicts == (Verdict.PUBLISHED,)

    def test_a_dead_article_may_be_fed_again(self, system: System) -> None:
        dead, alive = given_out(system, "2", "2")
        refused = Finished(dead, Refused(Reason.SCHEMA, "why", "one"), {b"data": b"x"})
        publisher(system).publish([refused])
        assert publisher(system).publish([finished(system, alive)]).verdicts == (Verdict.PUBLISHED,)

    def test_published_ids_are_forgotten_after_their_window(self, system: System) -> None:
        first, second = given_out(system, "2", "2")
        publisher(system).publish([finished(system, first)])
        later = publisher(system, duplicate_window=-1.0)
        assert later.publish([finished(system, second)]).verdicts == (Verdict.PUBLISHED,)

    def test_no_more_published_ids_are_remembered_than_the_limit(self, system: System) -> None:
        entries = given_out(system, *["1"] * 5)
        limited = publisher(system, duplicate_limit=3)
        limited.publish([finished(system, entry, article_id=f"id {n}") for n, entry in enumerate(entries)])
        assert system.client.zcard(KEYS.published) == 3

    @pytest.mark.parametrize("key", ["positions", "articles.processed", "articles.dead", "articles.published"])
    def test_a_key_of_another_type_refuses_the_batch_whole(self, system: System, key: str) -> None:
        [entry] = given_out(system, "2")
        system.client.set(key, "not a stream")
        with pytest.raises(ResponseError, match=f"WRONGTYPE {key} is a string"):
            publisher(system).publish([finished(system, entry)])
        system.client.delete(key)
        assert publisher(system).publish([finished(system, entry)]).verdicts == (Verdict.PUBLISHED,)
        assert len(system.positions) == 2

    @pytest.mark.parametrize("forbidden", ["-xadd", "-xack", "-zadd", "-hdel"])
    def test_a_user_without_a_permission_publishes_nothing_at_all(self, system: System, forbidden: str) -> None:
        [entry] = given_out(system, "2")
        system.client.acl_setuser("limited", enabled=True, nopass=True, commands=["+@all", forbidden], keys=["*"])
        limited = connect(system.settings)
        limited.execute_command("AUTH", "limited", "any")
        limited.connection_pool.connection_kwargs |= {"username": "limited", "password": "any"}
        try:
            with pytest.raises((NoPermissionError, ResponseError), match=r"NOPERM|permission"):
                publisher(system, limited).publish([finished(system, entry)])
        finally:
            limited.close()
            system.client.acl_deluser("limited")
        assert not system.positions
        assert publisher(system).publish([finished(system, entry)]).verdicts == (Verdict.PUBLISHED,)

    def test_what_was_published_is_valid_for_any_characters(self, system: System) -> None:
        [entry] = given_out(system, "2")
        refused = Finished(
            entry, Refused(Reason.NOT_JSON, "half a \ud800 pair"), {b"data": b"\x00\xff", b"n\xfe": b"v"}
        )
        publisher(system).publish([refused])
        [letter] = system.dead
        assert original_fields(letter) == {b"data": b"\x00\xff", b"n\xfe": b"v"}


def test_a_full_server_refuses_a_batch_whole_and_takes_it_later(make_system, tmp_path) -> None:
    with start_embedded_server(Settings(state_directory=tmp_path, server_port=None)) as server:
        full = make_system(redis_url=server.url)
        try:
            consumer(full, "anybody").ensure_group()
            [entry] = given_out(full, "2")
            full.client.config_set("maxmemory", 1)
            with pytest.raises(OutOfMemoryError, match="maxmemory"):
                publisher(full).publish([finished(full, entry)])
            full.client.config_set("maxmemory", 0)
            assert publisher(full).publish([finished(full, entry)]).verdicts == (Verdict.PUBLISHED,)
        finally:
            full.close()


class TestTaking:
    def test_an_attempt_is_noted_before_the_fields_are_handed_out(self, system: System) -> None:
        entries = given_out(system, "1")
        [taken] = consumer(system, "w1").take(entries, note="alone")
        assert (taken.state, taken.attempts) == (TakeState.TAKEN, 1)
        assert taken.fields == {b"data": b'{"body": "1", "id": "article 0"}'}
        assert taken.history[0].startswith("w1 ")

    def test_what_another_is_at_is_left_alone(self, system: System) -> None:
        entries = given_out(system, "1")
        consumer(system, "w1", reclaim_after=60).take(entries, note="alone")
        [taken] = consumer(system, "w2", reclaim_after=60).take(entries, note="alone")
        assert taken.state is TakeState.BUSY

    def test_what_was_started_before_is_not_taken_along_with_others(self, system: System) -> None:
        entries = given_out(system, "1", "1")
        consumer(system, "w1").take(entries[:1], note="alone")
        consumer(system, "w1").release(entries[:1], because="it failed")
        states = [taken.state for taken in consumer(system, "w2").take(entries, note="in a batch of 2")]
        assert states == [TakeState.BUSY, TakeState.TAKEN]

    def test_an_answer_that_was_lost_on_the_way_costs_no_attempt(self, system: System) -> None:
        entries = given_out(system, "1", "1")
        worker = consumer(system, "w1")
        for _ in range(2):
            answers = worker.take(entries, note="in a batch of 2")
        assert [(taken.state, taken.attempts) for taken in answers] == [(TakeState.TAKEN, 1)] * 2

    def test_what_failed_costs_an_attempt_by_the_same_worker_too(self, system: System) -> None:
        entries = given_out(system, "1")
        worker = consumer(system, "w1")
        worker.take(entries, note="alone")
        worker.release(entries, because="it failed")
        [taken] = worker.take(entries, note="alone")
        assert taken.attempts == 2

    def test_what_has_no_attempt_left_is_not_started_again(self, system: System) -> None:
        entries = given_out(system, "1")
        states = [consumer(system, f"w{n}").take(entries, note="alone")[0].state for n in range(4)]
        assert states == [TakeState.TAKEN] * 3 + [TakeState.BUSY]
        [item] = consumer(system, "intake").reclaim(most=10)
        assert (item.state, len(item.history)) == (ReclaimState.EXHAUSTED, 3)

    def test_a_start_in_company_is_charged_to_nobody(self, system: System) -> None:
        entries = given_out(system, "1", "1")
        consumer(system, "w0").take(entries, note="in a batch of 2")
        states = [consumer(system, f"w{n}").take(entries[:1], note="alone")[0].state for n in range(1, 5)]
        assert states == [TakeState.TAKEN] * 3 + [TakeState.BUSY]
        found = {item.entry_id: item.state for item in consumer(system, "intake").reclaim(most=10)}
        assert found == {entries[0]: ReclaimState.EXHAUSTED, entries[1]: ReclaimState.RETRY}

    def test_what_is_done_is_gone(self, system: System) -> None:
        [entry] = given_out(system, "1")
        publisher(system).publish([finished(system, entry)])
        [taken] = consumer(system, "w1").take([entry], note="alone")
        assert taken.state is TakeState.GONE

    def test_what_was_deleted_is_missing_and_still_to_be_told(self, system: System) -> None:
        [entry] = given_out(system, "1")
        system.client.xdel("articles", entry)
        [taken] = consumer(system, "w1").take([entry], note="alone")
        assert taken.state is TakeState.MISSING
        refused = Finished(entry, Refused(Reason.ENTRY_DELETED, "deleted"), {})
        assert publisher(system).publish([refused]).verdicts == (Verdict.PUBLISHED,)

    def test_large_entries_are_handed_out_a_few_at_a_time(self, system: System) -> None:
        entries = given_out(system, *["x" * 1000] * 5)
        small = consumer(system, "w1", batch_bytes=2500)
        taken = small.take(entries, note="in a batch of 5")
        assert len(taken) == 2
        assert len(small.take(entries[2:], note="in a batch of 5")) == 2

    def test_an_entry_larger_than_the_budget_is_handed_out_alone(self, system: System) -> None:
        entries = given_out(system, "x" * 5000, "1")
        [taken] = consumer(system, "w1", batch_bytes=100).take(entries, note="in a batch of 2")
        assert taken.state is TakeState.TAKEN

    def test_an_entry_too_large_for_a_dead_letter_is_not_handed_out(self, system: System, monkeypatch) -> None:
        monkeypatch.setattr("worker.entries.LARGEST_ENTRY", 1000)
        assert LARGEST_ENTRY > 1000
        entries = given_out(system, "x" * 2000)
        [taken] = consumer(system, "w1").take(entries, note="alone")
        assert (taken.state, taken.fields) == (TakeState.OVERSIZE, None)
        assert taken.size > 2000


class TestBringingBack:
    def test_what_nobody_started_comes_again(self, system: System) -> None:
        entries = given_out(system, "1", "1")
        found = consumer(system, "other intake").reclaim(most=10)
        assert [(item.entry_id, item.state) for item in found] == [(entry, ReclaimState.AGAIN) for entry in entries]

    def test_what_was_started_is_tried_again_until_its_attempts_are_used_up(self, system: System) -> None:
        entries = given_out(system, "1")
        states = []
        for attempt in range(3):
            consumer(system, f"w{attempt}").take(entries, note="alone")
            [item] = consumer(system, "intake", reclaim_after=0).reclaim(most=10)
            states.append(item.state)
        assert states == [ReclaimState.RETRY, ReclaimState.RETRY, ReclaimState.EXHAUSTED]
        assert len(item.history) == 3

    def test_a_worker_that_shows_signs_of_life_keeps_its_entries(self, system: System) -> None:
        entries = given_out(system, "1")
        alive = consumer(system, "w1")
        alive.take(entries, note="alone")
        assert alive.refresh(entries) == 1
        assert not consumer(system, "intake", reclaim_after=60, redispatch_after=60).reclaim(most=10)

    def test_signs_of_life_do_not_take_back_what_another_has(self, system: System) -> None:
        entries = given_out(system, "1")
        slow = consumer(system, "slow")
        slow.take(entries, note="alone")
        consumer(system, "intake", reclaim_after=0).reclaim(most=10)
        consumer(system, "quick").take(entries, note="alone")
        assert slow.refresh(entries) == 0
        assert slow.release(entries, because="late") == 0

    def test_what_is_given_back_is_found_at_once(self, system: System) -> None:
        entries = given_out(system, "1")
        patient = consumer(system, "w1", reclaim_after=600, redispatch_after=600)
        patient.take(entries, note="alone")
        patient.release(entries, because="it\nfailed")
        [item] = patient.reclaim(most=10)
        assert item.state is ReclaimState.RETRY
        assert item.history[0].endswith("alone: it failed")

    def test_two_intakes_bring_an_entry_back_once(self, system: System) -> None:
        given_out(system, "1")
        one, two = (consumer(system, name, redispatch_after=0.05) for name in ("one", "two"))
        system.client.execute_command("XCLAIM", "articles", "stancewire", "gone", 0, *given_ids(system), "IDLE", 1000)
        assert len(one.reclaim(most=10)) + len(two.reclaim(most=10)) == 1

    def test_entries_that_may_wait_do_not_hide_those_behind_them(self, system: System) -> None:
        entries = given_out(system, *["1"] * 300)
        last = consumer(system, "w1")
        last.take(entries[-1:], note="alone")
        found = consumer(system, "intake", redispatch_after=600).reclaim(most=10)
        assert [item.entry_id for item in found] == entries[-1:]


class TestTrimming:
    def test_what_is_done_goes_and_what_is_not_stays(self, system: System) -> None:
        entries = given_out(system, *["x" * 5000] * 300)
        waiting = system.feed("not given out yet")
        publisher(system).publish([finished(system, entry, article_id=entry) for entry in entries[:200]])
        trimmed = consumer(system, "intake", article_retention=0).trim()
        left = [entry_id.decode() for entry_id, _ in system.client.xrange("articles")]
        assert trimmed > 150
        assert set(entries[200:]) | {waiting} <= set(left)

    def test_an_old_entry_that_is_pending_keeps_all_after_it(self, system: System) -> None:
        entries = given_out(system, *["x" * 5000] * 300)
        publisher(system).publish([finished(system, entry, article_id=entry) for entry in entries[1:]])
        assert consumer(system, "intake", article_retention=0).trim() == 0

    def test_another_group_that_has_not_read_keeps_entries(self, system: System) -> None:
        system.client.xgroup_create("articles", "archive", id="0")
        entries = given_out(system, *["x" * 5000] * 300)
        publisher(system).publish([finished(system, entry, article_id=entry) for entry in entries])
        assert consumer(system, "intake", article_retention=0).trim() == 0

    def test_what_is_done_stays_for_its_retention(self, system: System) -> None:
        entries = given_out(system, *["x" * 5000] * 300)
        publisher(system).publish([finished(system, entry, article_id=entry) for entry in entries])
        assert consumer(system, "intake", article_retention=60).trim() == 0

    def test_topics_are_trimmed_to_the_operators_limit(self, system: System) -> None:
        entries = given_out(system, *["1"] * 500)
        publisher(system).publish([finished(system, entry, article_id=entry) for entry in entries])
        trimmed = consumer(system, "intake").trim_topics(100)
        assert trimmed["positions"] >= 700
        assert 100 <= system.client.xlen("positions") < 300


class TestDeadLetters:
    @pytest.fixture
    def letter_ids(self, system: System) -> list[str]:
        entries = given_out(system, "1", "1", "1")
        letters = [
            Finished(entries[0], Refused(Reason.SCHEMA, "why"), {b"data": b'{"body": "1"}', b"trace": b"t"}),
            Finished(entries[1], Refused(Reason.NOT_UTF8, "why"), {b"data": b"\xff\x00"}),
            Finished(entries[2], Refused(Reason.SCHEMA, "why"), {b"data": b"{}"}),
        ]
        publisher(system).publish(letters)
        return [dead_id.decode() for dead_id, _ in system.client.xrange("articles.dead")]

    def test_they_can_be_listed_by_reason(self, system: System, letter_ids: list[str]) -> None:
        found = [letter.dead_id for letter in dead_letters(system.client, KEYS, reason=Reason.SCHEMA)]
        assert found == [letter_ids[0], letter_ids[2]]
        newest = [letter.dead_id for letter in dead_letters(system.client, KEYS, newest_first=True)]
        assert newest == letter_ids[::-1]

    def test_a_replay_feeds_what_came_in_byte_by_byte(self, system: System, letter_ids: list[str]) -> None:
        for dead_id, fields in (
            (letter_ids[0], {b"data": b'{"body": "1"}', b"trace": b"t"}),
            (letter_ids[1], {b"data": b"\xff\x00"}),
        ):
            letter = dead_letter(system.client, KEYS, dead_id)
            assert letter is not None
            entry_id = replay_dead_letter(system.client, KEYS, letter)
            assert entry_id is not None
            assert system.client.xrange("articles", entry_id, entry_id)[0][1] == fields
            assert dead_letter(system.client, KEYS, dead_id) is None

    def test_a_letter_is_replayed_once(self, system: System, letter_ids: list[str]) -> None:
        letter = dead_letter(system.client, KEYS, letter_ids[0])
        assert letter is not None
        assert replay_dead_letter(system.client, KEYS, letter) is not None
        assert replay_dead_letter(system.client, KEYS, letter) is None

    def test_a_letter_can_be_dropped(self, system: System, letter_ids: list[str]) -> None:
        assert drop_dead_letter(system.client, KEYS, letter_ids[0])
        assert not drop_dead_letter(system.client, KEYS, letter_ids[0])
        assert not drop_dead_letter(system.client, KEYS, "no id")

    def test_a_letter_of_a_newer_version_is_read(self, system: System, letter_ids: list[str]) -> None:
        [(_, fields)] = system.client.xrange("articles.dead", letter_ids[0], letter_ids[0])
        newer = {**json.loads(fields[b"data"]), "machine": "north-1"}
        dead_id = system.client.xadd("articles.dead", {"data": json.dumps(newer)}).decode()
        letter = dead_letter(system.client, KEYS, dead_id)
        assert letter is not None
        assert replay_dead_letter(system.client, KEYS, letter) is not None

    def test_what_others_wrote_into_the_topic_is_passed_over(self, system: System, letter_ids: list[str]) -> None:
        system.client.xadd("articles.dead", {"data": "no letter"})
        assert len(list(dead_letters(system.client, KEYS))) == len(letter_ids)


def test_a_celery_message_is_appended_once(system: System) -> None:
    assert append_received(system.client, KEYS, b"{}", message_id="m1") is not None
    assert append_received(system.client, KEYS, b"{}", message_id="m1") is None
    assert append_received(system.client, KEYS, b"{}", message_id="m2") is not None


def given_ids(system: System) -> list[str]:
    return [entry_id.decode() for entry_id, _ in system.client.xrange("articles")]
