"""Everything fails, again and again, and every article takes effect exactly once (`make chaos` is the long version)."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from system import System, wait_until

from chaos.articles import article_id, is_fed_twice, payload
from chaos.checker import Breach, judge
from chaos.effects import Effect, read_effects
from chaos.feeding import Fed
from chaos.schedule import USUAL
from chaos.server import SECONDS_TO_DISK, Server
from chaos.stand_in import NEWER, OLDER, StandIn
from chaos.target import settings_for
from worker.entries import ArticleEntries
from worker.publishing.publisher import Finished, Publisher

ROOT = Path(__file__).parents[2]
COUNT = 120
FED = {article_id(1, number): Fed(certainly=1 + is_fed_twice(number)) for number in range(COUNT)}


def chaos(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "chaos", *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.timeout(480)
def test_whatever_dies_every_article_takes_effect_exactly_once() -> None:
    run = chaos("--minutes", "0.75", "--every", "1.5", "--articles", "2500", "--seed", "4", "--json")
    answer, errors = run.communicate()
    assert run.returncode == 0, (answer.decode(), errors.decode())
    report = json.loads(answer)
    assert report["kept"]
    assert report["articles"] == 2500
    assert {kind: fault["count"] >= 2 for kind, fault in report["faults"].items()} == dict.fromkeys(USUAL, True)
    assert report["computed"] > report["articles"] + report["duplicates"], "no fault has hit anybody at work"


def test_a_chaos_run_ends_cleanly_when_it_is_interrupted() -> None:
    run = chaos("--minutes", "5", "--seed", "1")
    family = psutil.Process(run.pid)
    # A server, two workers with two processes each, two intakes, and the launchers of them all.
    wait_until(lambda: len(family.children(recursive=True)) >= 14, what="everything runs")
    started = family.children(recursive=True)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130, errors.decode()
    _, alive = psutil.wait_procs(started, timeout=10)
    assert not alive


def published(system: System, version: str = OLDER) -> dict[str, Effect]:
    """Publish what the stand-in finds in the articles; return what the topics hold of it."""
    entries = ArticleEntries(system.client, system.keys, system.settings, consumer="test")
    entries.ensure_group()
    for number in range(COUNT):
        for _ in range(1 + is_fed_twice(number)):
            system.feed_raw(payload(1, number))
    read = entries.read(count=2 * COUNT, block_ms=1)
    taken = [one for entry_id in read.entry_ids for one in entries.take([entry_id], note="alone")]
    outcomes = StandIn(version=version).run([one.fields[b"data"] for one in taken if one.fields])
    publisher = Publisher(system.client, system.keys, system.settings)
    for one, outcome in zip(taken, outcomes, strict=True):
        publisher.publish([Finished(one.entry_id, outcome, one.fields or {}, one.history)])
    return read_effects(system.client, system.keys)


def breaches(system: System, calm: dict[str, Effect]) -> set[Breach]:
    found = judge(FED, read_effects(system.client, system.keys), [calm]).breaches
    return {breach for breach, articles in found.items() if articles}


def test_topics_of_a_calm_run_hold_what_they_should(system: System) -> None:
    calm = published(system)
    verdict = judge(FED, calm, [calm])
    assert verdict.kept, verdict.breaches
    assert verdict.positions == len(system.positions) > COUNT
    assert verdict.duplicates == sum(is_fed_twice(number) for number in range(COUNT)) > 0
    assert verdict.letters == len(system.dead) == 1


@pytest.mark.parametrize("topic", ["positions", "articles.processed", "articles.dead"])
def test_an_event_that_stands_twice_in_a_topic_is_found(system: System, topic: str) -> None:
    calm = published(system)
    [(_, event)] = system.client.xrange(topic, count=1)
    system.client.xadd(topic, event)
    assert breaches(system, calm) == {Breach.DOUBLED}


@pytest.mark.parametrize(
    ("topic", "breach"),
    [("positions", Breach.ALTERED), ("articles.processed", Breach.LOST), ("articles.dead", Breach.LOST)],
)
def test_an_event_that_is_missing_in_a_topic_is_found(system: System, topic: str, breach: Breach) -> None:
    calm = published(system)
    [(entry_id, _)] = system.client.xrange(topic, count=1)
    system.client.xdel(topic, entry_id)
    assert breaches(system, calm) == {breach}


def test_events_of_another_version_than_any_calm_run_are_found(system: System) -> None:
    newer = published(system, NEWER)
    system.client.flushdb()
    published(system, OLDER)
    assert breaches(system, newer) == {Breach.ALTERED}


@pytest.mark.parametrize(("fsync", "kept"), [("always", [b"early", b"late"]), ("everysec", [b"early"])])
def test_a_power_cut_takes_what_is_not_on_disk(tmp_path: Path, fsync: str, kept: list[bytes]) -> None:
    server = Server(settings_for(tmp_path, fsync=fsync))
    try:
        server.client.rpush("written", "early")
        time.sleep(SECONDS_TO_DISK + 0.2)
        server.client.rpush("written", "late")
        server.kill()
        server.lose_what_is_not_on_disk()
        server.start()
        assert server.client.lrange("written", 0, -1) == kept
    finally:
        server.stop()
