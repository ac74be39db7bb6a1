"""Feeding while the server is away: patient, but not for ever, and nothing is lost without a word."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError

from worker.commands.articles import Source
from worker.commands.failures import CommandError, ExitCode
from worker.commands.feed import LONGEST_PAUSE, Patience, append_patiently
from worker.publishing.keys import partition_keys, partition_of
from worker.settings import Settings

BATCH = [Source(b'{"id": "a", "body": "x"}', "file:1"), Source(b"{broken", "file:2")]


@dataclass
class Clock:
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def patience(self, seconds: float) -> Patience:
        return Patience(seconds, sleep=self.sleep, clock=lambda: self.now)


@dataclass
class Server:
    """Fails as often as told, then takes everything."""

    failures: list[Exception]
    streams: list[str] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)

    def pipeline(self, **_: object) -> "Server":
        self.queued = []
        return self

    def xadd(self, stream: str, fields: dict[str, bytes]) -> None:
        assert set(fields) == {"data"}
        self.queued.append(stream)

    def execute(self) -> list[bytes]:
        if self.failures:
            raise self.failures.pop(0)
        self.streams += self.queued
        return [f"{number}-0".encode() for number in range(1, len(self.queued) + 1)]


def feed(server: Server, patience: Patience, **settings: object) -> Any:
    return append_patiently(cast("Any", server), Settings(**cast("Any", settings)), BATCH, patience)


def test_each_article_is_appended_and_known_by_its_ids() -> None:
    server = Server([])
    assert feed(server, Clock().patience(60)) == [("1-0", "a", "file:1"), ("2-0", "", "file:2")]
    assert server.streams == ["articles", "articles"]


def test_a_server_that_comes_back_gets_everything() -> None:
    clock, server = Clock(), Server([Unreachable("down")] * 4)
    assert len(feed(server, clock.patience(60))) == 2
    assert clock.slept == [0.5, 1.0, 2.0, 4.0]


def test_pauses_grow_to_a_limit_and_end_with_the_patience() -> None:
    clock, server = Clock(), Server([Unreachable("down")] * 1_000)
    with pytest.raises(CommandError, match="did not answer for 100 s") as caught:
        feed(server, clock.patience(100))
    assert caught.value.code is ExitCode.SERVER
    assert max(clock.slept) == LONGEST_PAUSE
    assert sum(clock.slept) == pytest.approx(100)


def test_a_server_that_refuses_is_not_tried_again() -> None:
    clock, server = (
        Clock(),
        Server([ResponseError("WRONGTYPE no stream")]),
    )
    with pytest.raises(CommandError, match="refuses articles: WRONGTYPE"):
        feed(server, clock.patience(60))
    assert clock.slept == []


FULL = ResponseError("Command # 1 (XADD articles * data x) of pipeline caused error: MISCONF Errors writing to the AOF")


@pytest.mark.parametrize("refusal", [FULL, OutOfMemoryError("not allowed"), ReadOnlyError("a read only replica")])
def test_a_server_that_is_full_or_read_only_is_waited_for_and_told(
    refusal: ResponseError, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, server = Clock(), Server([refusal] * 2)
    assert len(feed(server, clock.patience(60))) == 2
    assert clock.slept == [0.5, 1.0]
    assert "XADD" not in capsys.readouterr().err
    with pytest.raises(CommandError, match=r"took no articles for 1 s: (MISCONF|not allowed|a read only)"):
        feed(Server([refusal] * 9), Clock().patience(1))


def test_articles_go_to_the_partition_of_their_id() -> None:
    server = Server([])
    feed(server, Clock().patience(0), partitions=8)
    keys = partition_keys(partitions=8)
    assert server.streams == [keys[partition_of(name, 8)].articles for name in ("a", "")]


def test_what_the_workers_will_take_is_known_by_its_id_however_large() -> None:
    large = [Source(b'{"id": "large", "body": "' + b"x" * 9 * 1024 * 1024 + b'"}', "file:1")]
    server, patience = Server([]), Clock().patience(0)
    [fed] = append_patiently(cast("Any", server), Settings(max_message_bytes=10 * 1024 * 1024), large, patience)
    assert fed.article_id == "large"
    [fed] = append_patiently(cast("Any", server), Settings(), large, patience)
    assert not fed.article_id
