"""Servers and systems for the tests of this folder.

They run against an embedded server, or against the one that `STANCEWIRE_TEST_REDIS_URL` names: its databases 0 to 15
are emptied, so it must be a server for tests; one that holds keys is refused.
"""

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from guarded import TLS_BINARIES
from redis import Redis
from small_disk import can_mount
from system import System

from worker.embedded import start_embedded_server
from worker.settings import Settings

pytestmark = pytest.mark.integration
_databases = count()

collect_ignore = [] if TLS_BINARIES else ["test_encryption.py"]
"""The embedded server has no TLS: these tests are there where a server is installed that has."""
if not can_mount():
    collect_ignore += ["test_full_disk.py"]

QUICK = {
    "pipeline": "stand_in:load",
    "concurrency": 2,
    "batch_size": 10,
    "reclaim_after": 1.5,
    "redispatch_after": 2.0,
    "worker_metrics_port": 0,
    "intake_metrics_port": 0,
    "log_level": "info",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.integration)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose databases may be emptied."""
    given = os.environ.get("STANCEWIRE_TEST_REDIS_URL")
    if given:
        assert not Redis.from_url(given).info("keyspace"), "STANCEWIRE_TEST_REDIS_URL names a server that holds keys"
        yield given
        return
    settings = Settings(state_directory=tmp_path_factory.mktemp("server"), server_port=0)
    with start_embedded_server(settings) as server:
        yield server.url


@pytest.fixture(scope="session")
def make_system(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., System]:
    """Make systems, each on an empty database."""

    def make(**changes: object) -> System:
        folder = tmp_path_factory.mktemp("system")
        url = changes.pop("redis_url", None) or with_database(server_url, next(_databases) % 16)
        settings = Settings(redis_url=url, state_directory=folder, **QUICK | changes)
        system = System(settings, folder / "log")
        system.client.flushdb()
        return system

    return make


@pytest.fixture
def system(make_system: Callable[..., System]) -> Iterator[System]:
    """A system of one's own, without processes yet."""
    system = make_system()
    yield system
    system.close()


def with_database(url: str, number: int) -> str:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"
    return urlunsplit(parts._replace(path=f"/{number}"))
