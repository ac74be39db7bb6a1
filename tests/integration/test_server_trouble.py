"""A server that answers and takes nothing: read-only, or unable to write to its disk. All wait, say why, and go on."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis.exceptions import ReadOnlyError, ResponseError
from system import System, wait_until

from worker.embedded import EmbeddedServer, start_embedded_server
from worker.settings import Settings

WORKER_SAYS = ("results wait for the server", "Unrecoverable error")
"""A worker waits with its results, unless Celery has to acknowledge a task first: it ends then and is restarted."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    with start_embedded_server(Settings(state_directory=tmp_path, server_port=None)) as started:
        yield started


@pytest.fixture
def system(make_system: Callable[..., System], server: EmbeddedServer) -> Iterator[System]:
    """A system on a server of its own."""
    system = make_system(redis_url=server.url)
    yield system
    system.close()


class ReadOnly:
    """The server follows another, as after a failover that went the wrong way."""

    code = "read only"
    error = ReadOnlyError

    def __init__(self, system: System, _server: EmbeddedServer) -> None:
        self._client = system.client

    def begin(self) -> None:
        self._client.execute_command("REPLICAOF", "127.0.0.1", "1")

    def end(self) -> None:
        self._client.execute_command("REPLICAOF", "NO", "ONE")


class CannotSave:
    """The server cannot write its snapshot: a folder stands where the file belongs."""

    code = "MISCONF"
    error = ResponseError

    def __init__(self, system: System, server: EmbeddedServer) -> None:
        self._client = system.client
        self._obstacle = server.directory / "dump.rdb"

    def begin(self) -> None:
        (self._obstacle / "full").mkdir(parents=True)
        self._client.config_set("save", "3600 1000000")
        self._save(succeeds=False)

    def end(self) -> None:
        (self._obstacle / "full").rmdir()
        self._obstacle.rmdir()
        self._save(succeeds=True)

    def _save(self, *, succeeds: bool) -> None:
        self._client.bgsave()
        wait_until(lambda: (self._client.info("persistence")["rdb_last_bgsave_status"] == "ok") is succeeds)


@pytest.mark.parametrize("kind", [ReadOnly, CannotSave])
def test_a_server_that_takes_nothing_is_told_and_waited_for(
    system: System, server: EmbeddedServer, kind: type[ReadOnly | CannotSave]
) -> None:
    trouble = kind(system, server)
    services = system.start()
    pipe = system.client.pipeline()
    for number in range(60):
        pipe.xadd("articles", {"data": json.dumps({"id": f"article {number}", "body": "sleep 0.05\n2"})})
    pipe.execute()
    wait_until(lambda: system.client.xlen("articles.processed"))
    trouble.begin()
    with pytest.raises(trouble.error, match=trouble.code):
        system.feed("1")
    wait_until(lambda: told(system, "the server does not answer as it should", trouble.code), what="intake says why")
    wait_until(lambda: any(told(system, words) for words in WORKER_SAYS), what="worker says why")
    assert system.client.xlen("articles.processed") < 60
    trouble.end()
    system.settled(fed=60, watched=services)
    assert Counter(summary.article_id for summary in system.processed) == {f"article {n}": 1 for n in range(60)}
    assert not system.dead
    assert set(Counter(position.position_id for position in system.positions).values()) == {1}
    assert len(system.positions) == 120


def told(system: System, *words: str) -> bool:
    """Whether the log has a line with all these words."""
    lines = system.log.read_text(encoding="utf-8").splitlines()
    return any(all(word in line for word in words) for line in lines)
