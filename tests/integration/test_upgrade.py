"""Workers and intakes are replaced one at a time while articles come in: nothing is lost, nothing is tried twice."""

import json
import threading
from collections import Counter
from pathlib import Path

from system import System, metrics_of, wait_until

from schemas.decoding import decode_article

KEPT = Path(__file__).parents[1] / "unit" / "schemas" / "kept"


class Producer:
    """Feeds an article every few milliseconds until it is told to stop."""

    def __init__(self, system: System) -> None:
        self._client = system.client
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._feed)
        self.fed = 0

    def __enter__(self) -> "Producer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _feed(self) -> None:
        while not self._stop.wait(0.01):
            data = json.dumps({"id": f"article {self.fed}", "body": "sleep 0.01\n1"})
            self._client.xadd("articles", {"data": data})
            self.fed += 1


def test_a_rolling_restart_under_load_loses_and_repeats_nothing(system: System) -> None:
    patient = {"concurrency": 1, "reclaim_after": 60.0, "redispatch_after": 60.0}
    old_intake = system.start("intake", **patient)
    old = [system.start("worker", **patient) for _ in range(2)]
    new = []
    with Producer(system) as producer:
        wait_until(lambda: system.client.xlen("articles.processed") > 20)
        for worker in old:
            new.append(system.start("worker", **patient))
            worker.stop()
        system.start("intake", **patient)
        old_intake.stop()
        done = system.client.xlen("articles.processed")
        wait_until(lambda: system.client.xlen("articles.processed") > done + 20, what="the new ones at work")
    system.settled(fed=producer.fed)
    assert Counter(summary.article_id for summary in system.processed) == {
        f"article {n}": 1 for n in range(producer.fed)
    }
    assert len(system.positions) == producer.fed
    for worker in new:
        assert metrics_of(worker, "worker")['stancewire_attempts_total{kind="repeated"}'] == 0


def test_entries_that_an_earlier_version_left_are_processed(system: System) -> None:
    """Some not given out, some given out and not started, one started and left with its history."""
    payloads = [line for file in sorted(KEPT.glob("*/articles.jsonl")) for line in file.read_bytes().splitlines()]
    for payload in payloads[:2]:
        system.feed_raw(payload)
    system.client.xgroup_create("articles", "stancewire", id="0")
    [(_, entries)] = system.client.xreadgroup("stancewire", "intake@gone:1", {"articles": ">"})
    system.client.hset("articles.attempts", entries[0][0], "worker@gone:1:2 1795500000000 in a batch of 2")
    for payload in payloads[2:]:
        system.feed_raw(payload)
    system.start()
    system.settled(fed=len(payloads))
    expected = Counter(decode_article(payload).article_id for payload in payloads)
    assert Counter(summary.article_id for summary in system.processed) == expected
    assert not system.dead
