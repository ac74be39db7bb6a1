"""`rediss://` with a CA and client certificates on a real server: every process works, and no stranger gets in."""

import json
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from celery import Celery
from guarded import TLS_BINARIES, free_port, running
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError
from system import System, wait_until

from worker.celery_app import create_app
from worker.connection import check_server, connect
from worker.settings import Settings

PASSWORD = "long-secret-w0rd"  # noqa: S105


@dataclass(frozen=True)
class Encrypted:
    """A server that speaks TLS only and wants certificates of clients; the files of one that it trusts."""

    port: int
    settings: dict[str, object]
    stranger: dict[str, object]
    """The same with a certificate that another authority signed."""

    @property
    def plain(self) -> str:
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def changed(self, **changes: object) -> Settings:
        return Settings(**{**self.settings, **changes}, redis_timeout=3)


def write_certificate(authority: trustme.CA, folder: Path, name: str) -> tuple[Path, Path]:
    issued = authority.issue_cert(name)
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    return certificate, key


@pytest.fixture(scope="module", params=TLS_BINARIES, ids=lambda binary: Path(binary).name)
def encrypted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encrypted]:
    folder = tmp_path_factory.mktemp("encrypted")
    authority, other = trustme.CA(), trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    server_certificate, server_key = write_certificate(authority, folder, "127.0.0.1")
    certificate, key = write_certificate(authority, folder, "worker.example")
    strange_certificate, strange_key = write_certificate(other, folder, "stranger.example")
    port = free_port()
    options = ("--tls-cert-file", server_certificate, "--tls-key-file", server_key, "--tls-ca-cert-file", ca_file)
    address = {"redis_url": f"rediss://:{PASSWORD}@127.0.0.1:{port}/0", "redis_ca_file": ca_file}
    found = Encrypted(
        port,
        {**address, "redis_certificate_file": certificate, "redis_key_file": key},
        {**address, "redis_certificate_file": strange_certificate, "redis_key_file": strange_key},
    )
    with running(request.param, folder, "--port", "0", "--tls-port", str(port), "--requirepass", PASSWORD, *options):
        wait_until(lambda: listens(port), what="the server listens")
        yield found


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_client_checks_the_server_and_shows_its_own_certificate(encrypted: Encrypted) -> None:
    client = connect(encrypted.changed())
    assert check_server(client)
    [connection] = client.connection_pool._available_connections
    assert connection._sock.version() in {"TLSv1.2", "TLSv1.3"}
    assert connection._sock.context.verify_mode is ssl.CERT_REQUIRED
    assert connection._sock.context.check_hostname


@pytest.mark.parametrize("missing", [{"redis_ca_file": None}, {"redis_certificate_file": None, "redis_key_file": None}])
def test_without_an_authority_or_a_certificate_there_is_no_connection(
    encrypted: Encrypted, missing: dict[str, object]
) -> None:
    with pytest.raises(ConnectionError):
        connect(encrypted.changed(**missing), retries=0).ping()


def test_a_certificate_that_a_stranger_signed_is_refused(encrypted: Encrypted) -> None:
    with pytest.raises(ConnectionError):
        connect(encrypted.changed(**encrypted.stranger), retries=0).ping()


def test_a_server_under_another_name_is_refused(encrypted: Encrypted) -> None:
    url = f"rediss://:{PASSWORD}@localhost:{encrypted.port}/0"
    with pytest.raises(ConnectionError, match=r"(?i)hostname mismatch"):
        connect(encrypted.changed(redis_url=url), retries=0).ping()


def test_without_tls_there_is_no_connection(encrypted: Encrypted) -> None:
    with pytest.raises(ConnectionError):
        connect(Settings(redis_url=encrypted.plain, redis_timeout=3), retries=0).ping()


@pytest.mark.parametrize("missing", [{}, {"redis_ca_file": None}, {"redis_url": "rediss://localhost:{port}/0"}])
def test_celery_s_connection_is_held_to_the_same(encrypted: Encrypted, missing: dict[str, object]) -> None:
    changes = {
        name: value.format(port=encrypted.port) if isinstance(value, str) else value for name, value in missing.items()
    }
    app: Celery = create_app(encrypted.changed(**changes))
    with app.connection_for_write() as connection:
        if not missing:
            connection.ensure_connection(max_retries=1)
            return
        with pytest.raises(OperationalError, match="certificate verify failed"):
            connection.ensure_connection(max_retries=1, interval_start=0.01)


def test_the_whole_way_works_over_tls(encrypted: Encrypted, tmp_path: Path) -> None:
    settings = encrypted.changed(
        state_directory=tmp_path,
        pipeline="stand_in:load",
        concurrency=1,
        worker_metrics_port=0,
        intake_metrics_port=0,
    )
    system = System(settings, tmp_path / "log")
    try:
        for number in range(20):
            system.feed("2", id=f"article {number}")
        system.start()
        system.settled(fed=20)
        create_app(settings).send_task(
            "stancewire.process", args=[{"id": "by Celery", "body": "1"}], queue="stancewire"
        )
        wait_until(lambda: len(system.processed) == 21, what="the article that Celery brought")
        assert len(system.positions) == 41
        assert PASSWORD not in system.log.read_text(encoding="utf-8")
    finally:
        system.close()


def test_the_commands_work_over_tls(
    encrypted: Encrypted, stancewire: Callable[..., subprocess.CompletedProcess[bytes]], tmp_path: Path
) -> None:
    (tmp_path / "article.json").write_text('{"body": "Talks resume.", "id": "by the command"}', encoding="utf-8")
    variables = {f"STANCEWIRE_{name.upper()}": str(value) for name, value in encrypted.settings.items()}
    for command in (("feed", "article.json"), ("status", "--json"), ("dead", "list")):
        done = stancewire(*command, **variables)
        assert done.returncode == 0, done.stderr.decode()
    told = stancewire("tail", "articles", "-n", "1", "--json", **variables)
    assert json.loads(told.stdout)["data"]["id"] == "by the command"
    without = stancewire("status", **{**variables, "STANCEWIRE_REDIS_CA_FILE": "none"})
    assert without.returncode == 3
    assert b"certificate" in without.stderr
    assert PASSWORD.encode() not in without.stderr + told.stderr
