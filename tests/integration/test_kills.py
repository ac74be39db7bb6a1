"""Processes die in the middle of their work: nothing is lost and nothing takes effect twice."""

import json
import os
import signal
from collections import Counter

import psutil
import pytest
from system import System, metrics_of, processes, wait_until

from schemas.codes import Reason
from worker.embedded import start_embedded_server
from worker.settings import Settings


def feed_together(system: System, bodies: list[str]) -> None:
    """Append articles in one go, so that they share batches."""
    pipe = system.client.pipeline()
    for number, body in enumerate(bodies):
        pipe.xadd("articles", {"data": json.dumps({"id": f"article {number}", "body": body})})
    pipe.execute()


def in_the_middle_of_a_batch(system: System) -> bool:
    """Whether some articles are done and some are started."""
    return system.client.xlen("articles.processed") > 0 and system.client.hlen("articles.attempts") > 0


def suspended_at_work(system: System) -> psutil.Process:
    """Freeze a process of the worker in the middle of its work and return it."""

    def freeze_one() -> psutil.Process | None:
        if not in_the_middle_of_a_batch(system):
            return None
        starter = next(iter(system.client.hvals("articles.attempts")), b"").split()[:1]
        if not starter:
            return None
        process = psutil.Process(int(starter[0].rpartition(b":")[2]))
        process.suspend()
        if any(history.startswith(starter[0]) for history in system.client.hvals("articles.attempts")):
            return process
        process.resume()  # it was done in the meantime
        return None

    return wait_until(freeze_one, what="a process at work")


def assert_each_took_effect_once(system: System, count: int, positions_each: int = 2) -> None:
    assert Counter(summary.article_id for summary in system.processed) == {f"article {n}": 1 for n in range(count)}
    assert not system.dead
    found = Counter(position.position_id for position in system.positions)
    assert len(found) == count * positions_each
    assert set(found.values()) == {1}


def test_a_killed_process_loses_and_doubles_nothing(system: System) -> None:
    feed_together(system, ["sleep 0.03\n2"] * 60)
    system.start()
    suspended_at_work(system).kill()
    system.settled(fed=60)
    assert_each_took_effect_once(system, 60)


def test_what_a_killed_process_was_at_is_given_back_at_once(system: System) -> None:
    feed_together(system, ["sleep 0.03\n2"] * 60)
    system.start(reclaim_after=600.0, redispatch_after=600.0)
    suspended_at_work(system).kill()
    system.settled(fed=60)
    assert_each_took_effect_once(system, 60)


def test_a_killed_worker_with_all_its_processes_loses_and_doubles_nothing(system: System) -> None:
    feed_together(system, ["sleep 0.03\n2"] * 60)
    services = system.start()
    wait_until(lambda: in_the_middle_of_a_batch(system))
    main, children = processes(services, "worker")
    for process in (main, *children):
        process.kill()
    psutil.wait_procs(children, timeout=10)
    system.start("worker")
    system.settled(fed=60)
    assert_each_took_effect_once(system, 60)


def test_a_killed_intake_loses_and_doubles_nothing(system: System) -> None:
    feed_together(system, ["sleep 0.03\n2"] * 60)
    services = system.start()
    wait_until(lambda: in_the_middle_of_a_batch(system))
    main, _ = processes(services, "intake")
    main.kill()
    system.start("intake")
    system.settled(fed=60)
    assert_each_took_effect_once(system, 60)


def test_processes_of_a_killed_worker_end_with_it(system: System) -> None:
    services = system.start("worker")
    main, children = processes(services, "worker")
    assert children
    main.kill()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def test_a_process_that_comes_back_after_others_did_its_work_doubles_nothing(system: System) -> None:
    feed_together(system, ["sleep 0.05\n2"] * 40)
    services = system.start()
    zombie = suspended_at_work(system)
    system.settled(fed=40)
    zombie.resume()
    wait_until(lambda: metrics_of(services, "worker")["stancewire_articles_superseded_total"] > 0)
    assert_each_took_effect_once(system, 40)


def test_a_poison_article_ends_in_the_dead_letters_and_its_neighbours_do_not(system: System) -> None:
    feed_together(system, ["sleep 0.3\nkill\n1" if number == 3 else "2" for number in range(10)])
    services = system.start(concurrency=1)
    system.settled(fed=10)
    [letter] = system.dead
    assert letter.reason is Reason.ATTEMPTS_EXHAUSTED
    assert letter.attempts == 1 + system.settings.max_attempts
    assert letter.data == '{"id": "article 3", "body": "sleep 0.3\\nkill\\n1"}'
    first, *later = letter.history
    assert "in a batch of 10" in first
    assert all("alone" in line for line in later)
    assert {summary.article_id for summary in system.processed} == {f"article {n}" for n in range(10) if n != 3}
    # Nine neighbours start once more after the joint failure; nobody a third time by its fault.
    poison = system.settings.max_attempts
    assert metrics_of(services, "worker")['stancewire_attempts_total{kind="repeated"}'] == 9 + poison


@pytest.mark.parametrize(
    ("command", "reason"), [("hang", Reason.TIMEOUT), ("deaf hang", Reason.ATTEMPTS_EXHAUSTED)], ids=str
)
def test_an_article_that_hangs_ends_in_the_dead_letters(system: System, command: str, reason: Reason) -> None:
    feed_together(system, [f"{command}\n1" if number == 3 else "2" for number in range(6)])
    system.start(article_time_limit=0.6, batch_time_limit=0.6, kill_margin=0.6, max_attempts=2)
    system.settled(fed=6)
    [letter] = system.dead
    assert (letter.article_id, letter.reason, letter.attempts) == (None, reason, 3)
    assert len(system.processed) == 5


def test_a_killed_server_loses_and_doubles_nothing(make_system, tmp_path) -> None:
    settings = Settings(state_directory=tmp_path, server_port=None)
    server = start_embedded_server(settings)
    system = make_system(redis_url=server.url)
    try:
        feed_together(system, ["sleep 0.03\n2"] * 60)
        services = system.start()
        wait_until(lambda: in_the_middle_of_a_batch(system))
        os.kill(system.client.info("server")["process_id"], signal.SIGKILL)
        wait_until(lambda: not server.running)
        server = start_embedded_server(settings)
        system.settled(fed=60, watched=services)
        assert_each_took_effect_once(system, 60)
    finally:
        system.close()
        server.stop()
