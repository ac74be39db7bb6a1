"""An article's way through real processes, whichever way it came in."""

import json
import socket
from collections.abc import Callable, Iterator

import pytest
from celery import Celery
from system import System, wait_until

from schemas.codes import Reason
from schemas.envelope import EventAttributes
from worker.connection import broker_url


@pytest.fixture(scope="module")
def running(make_system: Callable[..., System]) -> Iterator[System]:
    system = make_system()
    system.start()
    yield system
    system.close()


@pytest.fixture(autouse=True)
def _empty_topics(running: System) -> None:
    running.client.delete("positions", "articles.processed", "articles.dead", "articles.published")


def test_a_bare_xadd_is_enough(running: System) -> None:
    address = running.client.connection_pool.connection_kwargs
    kind = socket.AF_UNIX if "path" in address else socket.AF_INET
    with socket.socket(kind) as raw:
        raw.connect(address["path"] if "path" in address else (address["host"], address["port"]))
        raw.sendall(f"SELECT {address['db']}\r\n".encode())
        raw.sendall(b"""XADD articles * data '{"body": "2", "id": "bare"}'\r\n""")
        running.settled(fed=1)
    assert [position.article.id for position in running.positions] == ["bare", "bare"]
    assert running.processed[0].positions == 2


def test_every_entry_carries_cloudevents_attributes(running: System) -> None:
    running.feed("1", id="enveloped")
    running.feed_raw("no json")
    running.settled(fed=2)
    for topic, kind in (
        ("positions", "stancewire.position.v1"),
        ("articles.processed", "stancewire.article.processed.v1"),
        ("articles.dead", "stancewire.article.dead.v1"),
    ):
        [(_, fields)] = running.client.xrange(topic)
        attributes = EventAttributes.model_validate(
            {name.decode(): value.decode() for name, value in fields.items() if name != b"data"}
        )
        assert attributes.type == kind


def test_an_article_sent_by_celery_is_processed_once_however_often_it_is_delivered(running: System) -> None:
    sender = Celery(broker=broker_url(running.settings))
    article = {"body": "2", "id": "by celery"}
    for _ in range(2):
        sender.send_task("stancewire.process", [article], queue="stancewire", task_id="the same message")
    sender.send_task("stancewire.process", kwargs={"article": {"body": "1", "id": "last"}}, queue="stancewire")
    wait_until(lambda: running.client.zcard("articles.received") == 2)
    running.settled(fed=2)
    assert sorted(summary.article_id for summary in running.processed) == ["by celery", "last"]
    assert running.client.llen("stancewire") == 0


def test_what_celery_brings_and_is_no_article_becomes_a_dead_letter(running: System) -> None:
    sender = Celery(broker=broker_url(running.settings))
    sender.send_task("stancewire.process", [["a", "list"]], queue="stancewire")
    running.settled(fed=1)
    [letter] = running.dead
    assert (letter.reason, letter.data) == (Reason.SCHEMA, '["a","list"]')


def test_an_article_fed_twice_gives_its_positions_once_and_says_so(running: System) -> None:
    running.feed("2", id="twice")
    running.settled(fed=1)
    running.feed("2", id="twice")
    running.settled(fed=2)
    assert len(running.positions) == 2
    first, second = running.processed
    assert (first.skipped, first.positions) == (None, 2)
    assert (second.skipped, second.positions, second.duplicate_of) == (Reason.DUPLICATE, 0, "twice")


def test_duplicates_within_one_batch_are_told_too(running: System) -> None:
    pipe = running.client.pipeline()
    for _ in range(5):
        pipe.xadd("articles", {"data": json.dumps({"body": "1", "id": "five times"})})
    pipe.execute()
    running.settled(fed=5)
    assert len(running.positions) == 1
    assert [summary.skipped for summary in running.processed] == [None, *[Reason.DUPLICATE] * 4]


def test_the_same_article_gets_the_same_ids_again(running: System) -> None:
    running.feed("3", id="stable")
    running.settled(fed=1)
    before = [fields[b"id"] for _, fields in running.client.xrange("positions")]
    running.client.delete("positions", "articles.processed", "articles.published")
    running.feed("3", id="stable")
    running.settled(fed=1)
    assert [fields[b"id"] for _, fields in running.client.xrange("positions")] == before


def test_a_bad_article_leaves_its_neighbours_alone(running: System) -> None:
    pipe = running.client.pipeline()
    for number in range(10):
        data = json.dumps({"body": "raise\n1" if number == 4 else "1", "id": f"neighbour {number}"})
        pipe.xadd("articles", {"data": data})
    pipe.xadd("articles", {"something": "else"})
    pipe.execute()
    running.settled(fed=11)
    assert {summary.article_id for summary in running.processed} == {f"neighbour {n}" for n in range(10) if n != 4}
    by_reason = {letter.reason: letter for letter in running.dead}
    assert by_reason.keys() == {Reason.INTERNAL, Reason.MALFORMED_ENTRY}
    assert by_reason[Reason.INTERNAL].attempts == 1 + running.settings.max_attempts
    assert "RuntimeError: as told" in by_reason[Reason.INTERNAL].error
    assert by_reason[Reason.MALFORMED_ENTRY].fields == {"something": "else"}


def test_an_error_that_passes_costs_an_attempt_and_nothing_else(running: System, tmp_path_factory) -> None:
    flag = tmp_path_factory.mktemp("flag") / "raised"
    running.feed(f"raise once {flag}\n1", id="second time lucky")
    running.settled(fed=1)
    assert [position.article.id for position in running.positions] == ["second time lucky"]


def test_an_intake_goes_on_when_the_stream_was_deleted(running: System) -> None:
    running.client.delete("articles")
    wait_until(lambda: running.client.exists("articles"), what="the group is made again")
    running.feed("1", id="afterwards")
    running.settled(fed=1)
