"""The broker's books: kept for messages that bring an article, spared for those that carry entry ids."""

from collections.abc import Iterator

import pytest
from celery import Celery
from kombu.transport.redis import QoS as KombuQoS
from kombu.transport.virtual import Channel as VirtualChannel

from worker.broker import ENTRIES_ONLY, Channel, QoS, Transport
from worker.celery_app import create_app
from worker.settings import Settings


class Message:
    """As much of a message as is looked at."""

    def __init__(self, **headers: object) -> None:
        self.headers = headers


@pytest.fixture
def app() -> Celery:
    return create_app(Settings(redis_url="redis://127.0.0.1:1/0"))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What reaches the books of kombu, instead of a server."""
    calls: list[str] = []
    monkeypatch.setattr(KombuQoS, "append", lambda _self, _message, tag: calls.append(f"append {tag}"))
    monkeypatch.setattr(KombuQoS, "ack", lambda _self, tag: calls.append(f"ack {tag}"))
    monkeypatch.setattr(KombuQoS, "restore_by_tag", lambda _self, tag, **_: calls.append(f"restore {tag}"))
    monkeypatch.setattr(VirtualChannel, "_restore", lambda _self, _message: calls.append("put back"))
    return calls


@pytest.fixture
def in_hand(kept: list[str]) -> Iterator[QoS]:
    channel = Channel.__new__(Channel)
    qos = QoS(channel, prefetch_count=1)
    yield qos
    qos._on_collect.cancel()  # it would put back what is left when the process ends


@pytest.mark.parametrize("scheme", ["redis", "rediss", "redis+socket"])
def test_celery_uses_the_transport_for_every_address_of_a_server(scheme: str) -> None:
    address = {"redis+socket": "unix:///run/valkey.sock"}.get(scheme, f"{scheme}://127.0.0.1:1/0")
    with create_app(Settings(redis_url=address)).connection_for_write() as connection:
        assert connection.get_transport_cls() is Transport


def test_another_broker_keeps_its_own_transport(app: Celery) -> None:
    with app.connection_for_write("memory://") as connection:
        assert connection.get_transport_cls() is not Transport


def test_a_message_with_entry_ids_is_in_hand_until_it_is_acknowledged(in_hand: QoS, kept: list[str]) -> None:
    in_hand.append(Message(**{ENTRIES_ONLY: 25}), "ours")
    assert not in_hand.can_consume()
    in_hand.ack("ours")
    assert in_hand.can_consume()
    assert not kept


def test_a_message_that_brings_an_article_is_kept_in_the_books(in_hand: QoS, kept: list[str]) -> None:
    in_hand.append(Message(), "theirs")
    in_hand.ack("theirs")
    assert kept == ["append theirs", "ack theirs"]


def test_what_a_worker_has_not_started_when_it_stops_goes_back(in_hand: QoS, kept: list[str]) -> None:
    in_hand.append(Message(**{ENTRIES_ONLY: 25}), "ours")
    in_hand.restore_by_tag("ours")
    in_hand.restore_by_tag("theirs")
    assert kept == ["put back", "restore theirs"]
