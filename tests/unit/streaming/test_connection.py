"""Connections: what the server's address becomes, for Redis clients and for Celery."""

from pathlib import Path

import pytest
from kombu import Connection

from worker.connection import ServerError, UnsupportedServerError, broker_url, check_server, connect
from worker.settings import Settings, SettingsError, load_settings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h:1/2", {"host": "h", "port": 1, "db": 2}),
        ("unix:///run/v.sock?db=3", {"path": "/run/v.sock", "db": 3}),
        ("unix://u:p%2F@/run/v.sock?db=3", {"path": "/run/v.sock", "db": 3, "username": "u", "password": "p/"}),
        ("rediss://u:p@h:1/0", {"host": "h", "username": "u", "password": "p"}),
        ("redis://h:1?username=u&password=p%2F&db=2", {"host": "h", "db": 2, "username": "u", "password": "p/"}),
        ("unix:///run/v.sock?db=3&password=p%2F", {"path": "/run/v.sock", "db": 3, "password": "p/"}),
    ],
)
def test_client_and_celery_reach_the_same_server(url: str, expected: dict[str, object]) -> None:
    settings = load_settings(redis_url=url)
    client = connect(settings).connection_pool.connection_kwargs
    celery = broker_parameters(settings)
    for name, value in expected.items():
        assert client[name] == value
        assert celery[name] == value


def broker_parameters(settings: Settings) -> dict[str, object]:
    """Return what Celery's transport would connect with."""
    connection = Connection(broker_url(settings))
    channel = connection.transport.Channel.__new__(connection.transport.Channel)
    channel.connection = connection.transport
    channel._registered = False
    return channel._connparams()


def test_tls_verifies_the_server_by_the_given_files(tmp_path: Path) -> None:
    settings = load_settings(
        redis_url="rediss://h:1/0",
        redis_ca_file=tmp_path / "ca.pem",
        redis_certificate_file=tmp_path / "client.pem",
        redis_key_file=tmp_path / "client.key",
    )
    options = connect(settings).connection_pool.connection_kwargs
    assert options["ssl_ca_certs"] == str(tmp_path / "ca.pem")
    assert options["ssl_certfile"] == str(tmp_path / "client.pem")
    assert options["ssl_keyfile"] == str(tmp_path / "client.key")
    assert options.get("ssl_cert_reqs", "required") == "required"


def test_without_an_address_it_is_told_what_to_set() -> None:
    with pytest.raises(SettingsError, match="STANCEWIRE_REDIS_URL"):
        connect(load_settings())


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(ServerError, match="does not answer"):
        check_server(connect(load_settings(redis_url="unix:///nowhere/valkey.sock"), retries=0))


class OldServer:
    """A server of a certain version."""

    def __init__(self, **information: str) -> None:
        self.information = information

    def info(self, _section: str) -> dict[str, str]:
        return self.information


@pytest.mark.parametrize(
    ("information", "answer"),
    [
        ({"redis_version": "7.0.15"}, "redis 7.0.15"),
        ({"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "9.1.2"}, "valkey 9.1.2"),
    ],
)
def test_a_server_of_these_days_is_named(information: dict[str, str], answer: str) -> None:
    assert check_server(OldServer(**information)) == answer


def test_a_server_that_is_too_old_is_refused() -> None:
    with pytest.raises(UnsupportedServerError, match=r"Redis 6\.2\.14; Stancewire needs Redis 7\.0"):
        check_server(OldServer(redis_version="6.2.14"))
