"""SIGTERM: what is begun is finished, the rest is left for others, and it does not take long."""

import time
from collections import Counter

import psutil
from system import System, metrics_of, processes, wait_until


def feed(system: System, bodies: list[str]) -> None:
    for number, body in enumerate(bodies):
        system.feed(body, id=f"article {number}")


def test_a_worker_finishes_what_it_is_at_and_leaves(system: System) -> None:
    feed(system, ["sleep 0.2\n2"] * 30)
    services = system.start(reclaim_after=60.0, redispatch_after=60.0)
    main, _ = processes(services, "worker")
    wait_until(lambda: system.client.hlen("articles.attempts"))
    started = time.monotonic()
    main.terminate()
    wait_until(lambda: not services.statuses[1].running, what="worker gone")
    assert time.monotonic() - started < 15
    assert system.client.hlen("articles.attempts") == 0, "an article was begun and not finished"
    done = len(system.processed)
    assert 0 < done < 30
    system.start("worker", redispatch_after=0.5)
    system.start("intake", redispatch_after=0.5)
    system.settled(fed=30)
    assert set(Counter(summary.article_id for summary in system.processed).values()) == {1}


def test_a_stopped_worker_leaves_no_process_behind(system: System) -> None:
    services = system.start("worker")
    main, children = processes(services, "worker")
    services.stop()
    assert not psutil.wait_procs([main, *children], timeout=5)[1]


def test_an_idle_system_stops_within_seconds(system: System) -> None:
    services = system.start()
    started = time.monotonic()
    services.stop()
    assert time.monotonic() - started < 10
    assert not any(status.running for status in services.statuses)


def test_an_intake_stops_while_the_workers_are_behind(system: System) -> None:
    feed(system, ["1"] * 500)
    services = system.start("intake")
    wait_until(lambda: system.client.llen("stancewire") >= system.settings.queue_high_water)
    wait_until(lambda: metrics_of(services, "intake")["stancewire_intake_held_back_seconds_total"] > 0)
    started = time.monotonic()
    services.stop()
    assert time.monotonic() - started < 5


def test_intake_reads_no_more_than_the_workers_can_take(system: System) -> None:
    feed(system, ["1"] * 500)
    services = system.start("intake")
    wait_until(lambda: metrics_of(services, "intake")["stancewire_intake_held_back_seconds_total"] > 0)
    seen = metrics_of(services, "intake")
    waiting = seen['celery_queue_length{queue_name="stancewire"}']
    assert waiting == system.settings.queue_high_water
    assert seen["stancewire_stream_pending"] == waiting * system.settings.batch_size
    assert seen["stancewire_stream_lag"] == 500 - seen["stancewire_stream_pending"]
