"""What Celery on Redis was seen to do, caused on purpose: a deaf worker, one that ends, one that will not end, ..."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from celery import Celery
from system import HERE, System, metrics_of, processes, wait_until

from tests.conftest import COMMAND, clean_environment
from worker.connection import broker_url
from worker.embedded import EmbeddedServer, start_embedded_server
from worker.settings import Settings


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    with start_embedded_server(Settings(state_directory=tmp_path, server_port=None)) as started:
        yield started


@pytest.fixture
def on_its_own(make_system: Callable[..., System], server: EmbeddedServer) -> Iterator[System]:
    """A system on a server of its own."""
    system = make_system(redis_url=server.url)
    yield system
    system.close()


@pytest.mark.parametrize("command", [["worker"], ["run", "--watch"]], ids=" ".join)
def test_the_commands_restart_a_worker_that_lives_and_takes_nothing(system: System, command: list[str]) -> None:
    settings = system.settings.model_copy(update={"stall_after": 2.0, "concurrency": 1})
    environment = clean_environment(**settings.environment(), PYTHONPATH=str(HERE))
    if command == ["worker"]:
        system.start("intake")
    with system.log.open("ab") as log:
        started = subprocess.Popen([COMMAND, *command], env=environment, stdout=log, stderr=log)
    try:
        system.feed("1", id="before")
        system.settled(fed=1)
        control = Celery(broker=broker_url(system.settings)).control
        wait_until(lambda: control.cancel_consumer("stancewire", reply=True), what="the worker is deaf")
        system.feed("1", id="after")
        wait_until(lambda: system.client.llen("stancewire"), what="the task waits in vain")
        system.settled(fed=2)
        log_file = system.log if command == ["worker"] else settings.state_directory / "run.log"
        assert "a process does not get on and is restarted" in log_file.read_text()
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(30)


def test_a_server_that_restarts_again_and_again_leaves_nobody_deaf(
    make_system: Callable[..., System], tmp_path: Path
) -> None:
    settings = Settings(state_directory=tmp_path, server_port=None)
    server = start_embedded_server(settings)
    system = make_system(redis_url=server.url, stall_after=5.0, concurrency=1)
    try:
        services = system.start()
        for number in range(4):
            os.kill(system.client.info("server")["process_id"], signal.SIGKILL)
            wait_until(lambda server=server: not server.running)
            server = start_embedded_server(settings)
            system.feed("1", id=f"after restart {number}")
        system.settled(fed=4, watched=services)
        assert len({position.article.id for position in system.positions}) == 4
    finally:
        system.close()
        server.stop()


def test_a_worker_that_ends_in_its_mailbox_is_started_again(system: System) -> None:
    services = system.start(pipeline="broken_pidbox:load")
    Celery(broker=broker_url(system.settings)).control.broadcast("ping")
    wait_until(lambda: services.check() or services.statuses[1].restarts == 1)
    assert "no attribute 'hostname'" in system.log.read_text()
    system.feed("1", id="afterwards")
    system.settled(fed=1, watched=services)


def test_a_worker_leaves_in_time_though_the_server_hangs(on_its_own: System, server: EmbeddedServer) -> None:
    services = on_its_own.start("worker")
    main, children = processes(services, "worker")
    frozen = psutil.Process(on_its_own.client.info("server")["process_id"])
    frozen.suspend()
    try:
        started = time.monotonic()
        main.terminate()
        assert not psutil.wait_procs([main, *children], timeout=20)[1]
        assert time.monotonic() - started < 15
    finally:
        frozen.resume()


@pytest.mark.parametrize("foreign", [b'{"body": "1"}', b"\xff\x00 no json"], ids=["JSON", "no JSON"])
def test_foreign_bytes_in_the_queue_of_celery_cost_no_article(system: System, foreign: bytes) -> None:
    services = system.start(concurrency=1)
    system.client.lpush("stancewire", foreign)
    for number in range(20):
        system.feed("1", id=f"article {number}")
    system.client.lpush("stancewire", foreign)
    system.settled(fed=20, watched=services)
    wait_until(lambda: services.check() or not system.client.llen("stancewire"), what="the foreign bytes are gone")
    assert Counter(position.article.id for position in system.positions) == {f"article {n}": 1 for n in range(20)}


def test_an_article_that_takes_longer_than_a_claim_holds_is_left_to_its_living_worker(system: System) -> None:
    services = system.start(reclaim_after=0.6, redispatch_after=0.6)
    system.feed("sleep 3\n2", id="slow")
    system.settled(fed=1)
    seen = metrics_of(services, "worker")
    assert seen['stancewire_attempts_total{kind="first"}'] == 1
    assert seen['stancewire_attempts_total{kind="repeated"}'] == 0
    assert seen["stancewire_articles_superseded_total"] == 0
