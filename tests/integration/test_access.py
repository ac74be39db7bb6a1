"""deploy/acl/users.acl on a real server: each user can do its work, and nothing of what it must not do."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import Celery
from guarded import BINARIES, free_port, running, wait_for
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError
from system import System, wait_until

from deploy.acl.__main__ import user_names
from worker.celery_app import create_app
from worker.connection import connect
from worker.publishing.keys import partition_keys
from worker.settings import Settings

ROOT = Path(__file__).parents[2]


class Guarded:
    """A server with the shipped access list, and the passwords of its users."""

    def __init__(self, port: int, passwords: dict[str, str]) -> None:
        self.port = port
        self.passwords = passwords

    def url(self, user: str) -> str:
        return f"redis://{user}:{self.passwords[user]}@127.0.0.1:{self.port}/0"

    def client(self, user: str) -> Redis:
        return connect(Settings(redis_url=self.url(user)))


@pytest.fixture(scope="module", params=BINARIES, ids=lambda binary: Path(binary).name)
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    command = [sys.executable, "-m", "deploy.acl", folder / "users.acl"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    passwords = dict(line.split() for line in told.splitlines())
    port = free_port()
    with running(request.param, folder, "--port", str(port), "--aclfile", folder / "users.acl"):
        wait_for(Redis(port=port))
        yield Guarded(port, passwords)


def test_every_user_has_a_password_of_its_own_of_which_the_file_holds_a_digest(guarded: Guarded) -> None:
    assert sorted(guarded.passwords) == sorted(user_names()) == ["consumer", "operator", "producer", "worker"]
    assert len(set(guarded.passwords.values())) == len(guarded.passwords)
    for user in guarded.passwords:
        assert guarded.client(user).ping()


@pytest.mark.parametrize("login", ["", "default@", ":guess@", "worker:@", "worker:guess@", "nobody:guess@"])
def test_nobody_gets_in_without_the_password(guarded: Guarded, login: str) -> None:
    with pytest.raises(AuthenticationError):
        Redis.from_url(f"redis://{login}127.0.0.1:{guarded.port}").ping()


STREAMS = ["articles", "positions", "articles.processed", "articles.dead", "{stancewire:3}:articles"]
NOBODY_MAY = [
    "FLUSHALL",
    "FLUSHDB",
    "CONFIG GET requirepass",
    "CONFIG SET dir /tmp",
    "ACL LIST",
    "ACL SETUSER me on nopass +@all",
    "CLIENT KILL TYPE normal",
    "CLIENT PAUSE 1",
    "CLIENT LIST",
    "MODULE LIST",
    "SHUTDOWN NOSAVE",
    "REPLICAOF 127.0.0.1 1",
    "SAVE",
    "SCRIPT FLUSH",
    "FUNCTION LIST",
    "MONITOR",
    "KEYS *",
    "SCAN 0",
    "SWAPDB 0 1",
    "EVAL return(1) 0",
    "SET stranger 1",
    "GET stranger",
    "PUBLISH stranger hello",
    *(f"DEL {stream}" for stream in STREAMS),
    *(f"UNLINK {stream}" for stream in STREAMS),
    *(f"RENAME {stream} elsewhere" for stream in STREAMS),
    *(f"EXPIRE {stream} 1" for stream in STREAMS),
    *(f"SET {stream} 1" for stream in STREAMS),
    *(f"XGROUP DESTROY {stream} stancewire" for stream in STREAMS),
    *(f"XGROUP SETID {stream} stancewire 0" for stream in STREAMS),
    *(f"XSETID {stream} 9-9" for stream in STREAMS),
    "XTRIM articles.dead MAXLEN 0",
    "XADD stranger * a b",
    "COPY articles stranger",
    "SORT articles STORE stranger",
    "MIGRATE 127.0.0.1 1 articles 0 1",
    "DUMP articles",
    "RESTORE articles 0 x REPLACE",
]
MUST_NOT = {
    "producer": [
        *(f"XADD {topic} * data {{}}" for topic in STREAMS[1:4]),
        "XADD stancewire * data {}",
        "LPUSH stancewire {}",
        *(f"XRANGE {stream} - +" for stream in STREAMS),
        "XREAD STREAMS articles 0",
        "XREADGROUP GROUP stancewire me STREAMS articles >",
        "XACK articles stancewire 0-1",
        "XDEL articles 0-1",
        "XTRIM articles MAXLEN 0",
        "XGROUP CREATE articles mine 0",
        "XLEN articles",
        "INFO",
        "SCRIPT LOAD return(1)",
        "SUBSCRIBE /0.celery.pidbox",
        "PUBLISH /0.celery.pidbox {}",
        "HGETALL articles.attempts",
        "ZRANGE articles.published 0 -1",
    ],
    "consumer": [
        *(f"XADD {stream} * data {{}}" for stream in STREAMS),
        *(f"XDEL {stream} 0-1" for stream in STREAMS),
        *(f"XTRIM {stream} MAXLEN 0" for stream in STREAMS),
        "XRANGE articles - +",
        "XREAD STREAMS articles 0",
        "XREADGROUP GROUP stancewire me STREAMS articles >",
        "XGROUP CREATE articles mine 0",
        "XACK articles stancewire 0-1",
        "LPUSH stancewire {}",
        "INFO",
        "SCRIPT LOAD return(1)",
        "SUBSCRIBE /0.celery.pidbox",
        "ZRANGE articles.published 0 -1",
    ],
    "worker": [
        *(f"XDEL {stream} 0-1" for stream in STREAMS),
        "LPUSH other {}",
        "DEL articles.published",
        "DEL articles.attempts",
        "SET articles.published 1",
        "ZREM articles.published a",
        "SUBSCRIBE stranger",
    ],
    "operator": [
        *(f"XADD {topic} * data {{}}" for topic in ("positions", "articles.processed", "articles.dead")),
        *(f"XTRIM {stream} MAXLEN 0" for stream in STREAMS),
        "XDEL articles 0-1",
        "XDEL positions 0-1",
        "XREADGROUP GROUP stancewire me STREAMS articles >",
        "XACK articles stancewire 0-1",
        "LPUSH stancewire {}",
        "LRANGE stancewire 0 -1",
        "PUBLISH /0.celery.pidbox {}",
        "HSET articles.attempts a b",
        "ZADD articles.published 1 a",
    ],
}


@pytest.mark.parametrize("user", MUST_NOT)
def test_what_a_user_must_not_do_is_refused(guarded: Guarded, user: str) -> None:
    client = guarded.client(user)
    allowed = []
    for command in [*NOBODY_MAY, *MUST_NOT[user]]:
        try:
            client.execute_command(*command.split())
        except NoPermissionError:
            continue
        except ResponseError:  # refused for another reason, which may be gone tomorrow
            pass
        allowed.append(command)
    assert allowed == []


@pytest.mark.parametrize("user", ["worker", "operator"])
def test_a_script_may_do_no_more_than_its_user(guarded: Guarded, user: str) -> None:
    client = guarded.client(user)
    for line in ("redis.call('FLUSHALL')", "redis.call('DEL', 'articles')", "redis.call('SET', 'stranger', '1')"):
        with pytest.raises(ResponseError, match=r"(?i)no permissions|can't (run|access)"):
            client.evalsha(client.script_load(line), 0)


def test_the_whole_way_works_with_each_in_its_part(guarded: Guarded, tmp_path: Path) -> None:
    settings = Settings(
        redis_url=guarded.url("worker"),
        state_directory=tmp_path,
        pipeline="stand_in:load",
        concurrency=1,
        reclaim_after=1.5,
        redispatch_after=2.0,
        topic_max_length=1000,
        max_attempts=2,
        worker_metrics_port=0,
        intake_metrics_port=0,
    )
    system = System(settings, tmp_path / "log")
    producer, consumer = guarded.client("producer"), guarded.client("consumer")
    try:
        for number in range(30):
            producer.xadd("articles", {"data": json.dumps({"id": f"article {number}", "body": "2"})})
        producer.xadd("articles", {"data": json.dumps({"id": "deadly", "body": "kill\n1"})})
        producer.xadd("articles", {"data": "no article"})
        system.start()
        system.settled(fed=32)
        app: Celery = create_app(settings)
        app.send_task("stancewire.process", args=[{"id": "by Celery", "body": "1"}], queue="stancewire")
        wait_until(lambda: len(system.processed) == 31, what="the article that Celery brought")
        assert app.control.ping(timeout=5)

        consumer.xgroup_create("positions", "readers", id="0", mkstream=True)
        [(_, entries)] = consumer.xreadgroup("readers", "me", {"positions": ">"}, count=1000)
        assert len(entries) == 61
        assert consumer.xack("positions", "readers", *[entry_id for entry_id, _ in entries]) == 61
        assert sorted(letter.reason for letter in system.dead) == ["attempts_exhausted", "not_json"]
        assert "NOPERM" not in system.log.read_text(encoding="utf-8")
        assert "permission" not in system.log.read_text(encoding="utf-8")
    finally:
        for supervisor in system._supervisors:
            supervisor.stop()
        system.client.close()


def test_partitions_work_under_the_worker_s_user(guarded: Guarded, tmp_path: Path) -> None:
    settings = Settings(
        redis_url=guarded.url("worker"),
        state_directory=tmp_path,
        pipeline="stand_in:load",
        partitions=2,
        concurrency=1,
        worker_metrics_port=0,
        intake_metrics_port=0,
    )
    system = System(settings, tmp_path / "log")
    try:
        for keys in partition_keys(partitions=2):
            guarded.client("producer").xadd(keys.articles, {"data": json.dumps({"body": "1"})})
        system.start()
        for keys in partition_keys(partitions=2):
            wait_until(lambda keys=keys: guarded.client("consumer").xlen(keys.positions) == 1)
    finally:
        for supervisor in system._supervisors:
            supervisor.stop()
        system.client.close()


@pytest.mark.parametrize(
    ("user", "command"),
    [
        ("producer", ("feed", "article.json")),
        ("consumer", ("tail", "positions", "--json")),
        ("consumer", ("tail", "articles.dead")),
        ("operator", ("status", "--json")),
        ("operator", ("tail", "articles")),
        ("operator", ("dead", "list")),
        ("operator", ("dead", "replay", "--all")),
        ("operator", ("dead", "drop", "--all")),
        ("worker", ("status",)),
    ],
)
def test_the_commands_of_each_user_work(
    guarded: Guarded,
    stancewire: Callable[..., subprocess.CompletedProcess[bytes]],
    tmp_path: Path,
    user: str,
    command: tuple[str, ...],
) -> None:
    (tmp_path / "article.json").write_text('{"body": "Talks resume."}', encoding="utf-8")
    done = stancewire(*command, STANCEWIRE_REDIS_URL=guarded.url(user))
    assert done.returncode == 0, done.stderr.decode()


def test_the_operator_brings_a_dead_letter_back(guarded: Guarded) -> None:
    from worker.publishing.dead_letters import dead_letters, drop_dead_letter, replay_dead_letter
    from worker.publishing.keys import Keys

    worker, operator, keys = guarded.client("worker"), guarded.client("operator"), Keys()
    dead = {"entry_id": "1-1", "reason": "not_json", "error": "e", "attempts": 1, "failed_at": "2026-11-24T00:00:00Z"}
    for _ in range(2):
        worker.xadd(keys.dead, {"data": json.dumps({**dead, "worker": "w", "data": "no article"})})
    first, second = list(dead_letters(operator, keys))[-2:]
    assert replay_dead_letter(operator, keys, first)
    assert drop_dead_letter(operator, keys, second.dead_id)
