"""A server whose disk is full: nothing is lost, the reason is told, and all go on when there is room again."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis.exceptions import ResponseError
from small_disk import mounted
from system import System, wait_until

from worker.embedded import start_embedded_server
from worker.settings import Settings

DISK = "24m"
BALLAST = 12 * 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", DISK) as folder:
        yield folder


def test_a_full_disk_is_told_and_waited_for(make_system: Callable[..., System], disk: Path) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(BALLAST))
    with start_embedded_server(Settings(state_directory=disk, server_port=None)) as server:
        system = make_system(redis_url=server.url)
        try:
            fed = fill(system)
            services = system.supervisor()
            services.start()
            wait_until(lambda: "MISCONF" in system.log.read_text(encoding="utf-8"), what="the reason is told")
            ballast.unlink()
            system.settled(fed=len(fed), watched=services)
            assert Counter(summary.article_id for summary in system.processed) == fed
            assert not system.dead
            assert len(system.positions) == len(fed)
        finally:
            system.close()


def fill(system: System) -> Counter[str]:
    """Feed until the server has no room for more; returns the ids of what it took."""
    fed: Counter[str] = Counter()
    with pytest.raises(ResponseError, match=r"MISCONF.*No space left on device"):
        while True:
            article = {"id": f"article {len(fed)}", "body": "x" * 20_000 + "\n1"}
            system.feed_raw(json.dumps(article))
            fed[article["id"]] += 1
    return fed
