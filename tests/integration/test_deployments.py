"""Other ways to be set up: users and passwords, partitions with hash tags, several intakes."""

import json
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from system import System, wait_until

from worker.connection import connect
from worker.entries import append_article
from worker.observability.backlog import measure_backlog
from worker.publishing.keys import partition_keys, partition_of


def test_a_user_with_a_password_is_enough_for_every_process(system: System) -> None:
    system.client.acl_setuser(
        "worker", enabled=True, passwords=["+s@/cret"], commands=["+@all"], keys=["*"], channels=["*"]
    )
    url = system.settings.redis_url.get_secret_value()
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    with_login = f"{parts.scheme}://worker:s%40%2Fcret@{address}{parts.path}" + (
        f"?{parts.query}" if parts.query else ""
    )
    try:
        system.settings = system.settings.with_server(with_login)
        system.client.acl_setuser("default", enabled=False)
        system.client = connect(system.settings)
        system.feed("2", id="by a named user")
        system.start()
        system.settled(fed=1)
    finally:
        system.client.acl_setuser("default", enabled=True)
    assert len(system.positions) == 2
    assert "cret" not in system.log.read_text()


def test_partitions_share_the_work(make_system: Callable[..., System]) -> None:
    system = make_system(partitions=3, key_prefix="spread")
    all_keys = partition_keys(prefix="spread", partitions=3)
    try:
        for number in range(60):
            article_id = f"article {number % 50}"  # ten of them twice
            data = json.dumps({"id": article_id, "body": "1"}).encode()
            append_article(system.client, all_keys[partition_of(article_id, 3)], data)
        system.start()

        def done() -> bool:
            backlogs = [measure_backlog(system.client, keys, system.settings) for keys in all_keys]
            return sum(backlog.processed for backlog in backlogs) == 60 and all(backlog.idle for backlog in backlogs)

        wait_until(done)
        published = [position["article"]["id"] for keys in all_keys for position in system.messages(keys.positions)]
        assert Counter(published) == {f"article {number}": 1 for number in range(50)}
        assert all(system.client.xlen(keys.positions) for keys in all_keys)
        assert not system.client.exists("articles", "positions", "articles.processed")
    finally:
        system.close()


def test_several_intakes_share_one_stream(system: System) -> None:
    for number in range(300):
        system.feed("1", id=f"article {number}")
    system.start("intake", "intake", "worker")
    system.settled(fed=300)
    assert Counter(summary.article_id for summary in system.processed) == {f"article {n}": 1 for n in range(300)}
    assert len(system.positions) == 300
