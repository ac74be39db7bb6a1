"""Metrics and health of real processes, also right after one of them was killed."""

from system import System, metrics_of, processes, wait_until

from worker.supervisor import Service, Supervisor, ask


def service(supervisor: Supervisor, name: str) -> Service:
    [found] = [service for service in supervisor.services if service.name == name]
    return found


def counted(services: Supervisor) -> float:
    """Return how many articles the worker has counted: a moment after they were published."""
    return metrics_of(services, "worker")["stancewire_article_latency_seconds_count"]


def test_figures_add_up_over_processes_and_survive_a_killed_one(system: System) -> None:
    for number in range(30):
        system.feed("2", id=f"first {number}")
    services = system.start()
    system.settled(fed=30)
    wait_until(lambda: counted(services) == 30)
    _, [victim, *_] = processes(services, "worker")
    victim.kill()
    wait_until(lambda: not victim.is_running())
    assert metrics_of(services, "worker")["stancewire_articles_processed_total"] == 30
    for number in range(30):
        system.feed("2", id=f"second {number}")
    system.feed("2", id="first 0")
    system.feed_raw("no json")
    system.settled(fed=62)
    wait_until(lambda: counted(services) == 62)
    seen = metrics_of(services, "worker")
    assert seen["stancewire_articles_processed_total"] == 60
    assert seen['stancewire_positions_total{issue="economy",stance="demand"}'] == 120
    assert seen['stancewire_articles_skipped_total{reason="duplicate"}'] == 1
    assert seen['stancewire_articles_dead_total{reason="not_json"}'] == 1
    assert not any("pid=" in sample for sample in seen), "a series a process would never end"


def test_an_intake_shows_what_waits(system: System) -> None:
    for _ in range(200):
        system.feed("1")
    services = system.start("intake")
    wait_until(lambda: metrics_of(services, "intake")["stancewire_stream_pending"] == 80)
    seen = metrics_of(services, "intake")
    assert seen["stancewire_server_up"] == 1
    assert seen["stancewire_stream_lag"] == 120
    assert seen["stancewire_stream_lag_exact"] == 1
    assert seen['celery_queue_length{queue_name="stancewire"}'] == 8
    assert seen['stancewire_stream_length{stream="articles"}'] == 200
    assert seen["stancewire_stream_oldest_pending_age_seconds"] > 0
    assert seen['stancewire_entries_dispatched_total{cause="new"}'] == 80


def test_a_lag_that_the_server_cannot_tell_is_shown_as_an_upper_bound(system: System) -> None:
    entry_ids = [system.feed("1") for _ in range(200)]
    services = system.start("intake")
    wait_until(lambda: metrics_of(services, "intake")["stancewire_stream_pending"] == 80)
    system.client.xdel("articles", entry_ids[150])
    seen = metrics_of(services, "intake")
    assert seen["stancewire_stream_lag_exact"] == 0
    assert 119 <= seen["stancewire_stream_lag"] <= 200


def test_health_can_be_asked_of_every_process(system: System) -> None:
    services = system.start()
    for name in ("intake", "worker"):
        assert ask(service(services, name), "/live")[0] == 200
        assert ask(service(services, name), "/ready") == (200, "ready")
        assert ask(service(services, name), "/elsewhere")[0] == 404


def test_metric_files_of_a_worker_that_is_gone_are_cleared_by_the_next(system: System) -> None:
    services = system.start("worker")
    main, _ = processes(services, "worker")
    main.kill()
    wait_until(lambda: not services.statuses[0].running)
    again = system.start("worker")
    successor, _ = processes(again, "worker")
    folders = [folder.name.rpartition("-")[2] for folder in system.settings.metrics_directory.iterdir()]
    assert folders == [str(successor.pid)]
