"""A password in the server's address shows up nowhere: in no output, log, health, metric or list of processes."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from guarded import EMBEDDED, free_port, running, wait_for
from redis import Redis
from system import HERE, System, wait_until

from worker.settings import Settings
from worker.supervisor import Supervisor, ask

SECRET = "s3cr3t-w0rd"  # noqa: S105
QUICK = {"pipeline": "stand_in:load", "concurrency": 1, "worker_metrics_port": 0, "intake_metrics_port": 0}
Stancewire = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port, folder = free_port(), tmp_path_factory.mktemp("secret")
    with running(EMBEDDED, folder, "--port", str(port)):
        wait_for(Redis(port=port))
        with Redis(port=port) as client:
            client.config_set("requirepass", SECRET)
        yield port


def addresses(port: int) -> dict[str, str]:
    """Addresses with the secret in them: of a server that is there, and of one that is not."""
    return {
        "right": f"redis://:{SECRET}@127.0.0.1:{port}/0",
        "right, as an option": f"redis://127.0.0.1:{port}/0?password={SECRET}",
        "wrong": f"redis://default:{SECRET}x@127.0.0.1:{port}/0",
        "dead": f"redis://user:{SECRET}@127.0.0.1:1/0",
        "no address": f"redis://user:{SECRET}@127.0.0.1:port/0",
        "without TLS": f"rediss://:{SECRET}@127.0.0.1:{port}/0",
        "a name that nobody has": f"redis://:{SECRET}@nowhere.invalid:6379/0",
    }


COMMANDS = [
    ("status", "--json"),
    ("tail", "positions"),
    ("dead", "list"),
    ("feed", "article.json", "--give-up-after", "0"),
    ("run", "article.json"),
]


@pytest.mark.parametrize(
    ("case", "command"),
    [
        *((case, ("status",)) for case in addresses(0)),
        *((case, command) for case in ("right", "wrong", "dead") for command in COMMANDS),
    ],
    ids=str,
)
def test_no_command_tells_the_password(
    stancewire: Stancewire, tmp_path: Path, port: int, case: str, command: tuple[str, ...]
) -> None:
    (tmp_path / "article.json").write_text('{"body": "1"}', encoding="utf-8")
    variables = {f"STANCEWIRE_{name.upper()}": str(value) for name, value in QUICK.items()}
    done = stancewire(
        *command,
        **variables,
        PYTHONPATH=str(HERE),
        STANCEWIRE_REDIS_URL=addresses(port)[case],
        STANCEWIRE_REDIS_TIMEOUT="2",
        STANCEWIRE_LOG_LEVEL="debug",
    )
    assert (done.returncode == 0) == case.startswith("right")
    assert SECRET.encode() not in done.stdout + done.stderr
    logs = [file for file in (tmp_path / ".stancewire").rglob("*") if file.is_file()]
    assert bool(logs) == (command[0] == "run" and case.startswith("right"))
    assert not [file for file in logs if SECRET.encode() in file.read_bytes()]


@pytest.mark.parametrize("case", ["right", "dead"])
def test_the_doctor_does_not_tell_the_password(stancewire: Stancewire, port: int, case: str) -> None:
    done = stancewire("doctor", "--json", STANCEWIRE_REDIS_URL=addresses(port)[case])
    assert b"language" in done.stdout
    assert SECRET.encode() not in done.stdout + done.stderr


@pytest.mark.parametrize("case", ["right", "right, as an option", "wrong", "dead"])
def test_no_process_tells_the_password(tmp_path: Path, port: int, case: str) -> None:
    settings = Settings(
        **QUICK, redis_url=addresses(port)[case], state_directory=tmp_path, redis_timeout=2, log_level="debug"
    )
    system = System(settings, tmp_path / "log")
    supervisor = system.supervisor("intake", "worker")
    try:
        supervisor.start()
        if case.startswith("right"):
            wait_until(lambda: supervisor.check() or supervisor.ready, what="processes ready")
        else:
            wait_until(lambda: all(words in system.log.read_text() for words in ("trying on", "Cannot connect")))
        told = [shown(supervisor, path) for path in ("/metrics", "/live", "/ready")]
        assert any(told)
        assert SECRET not in "".join(told) + system.log.read_text(encoding="utf-8")
        children = psutil.Process().children(recursive=True)
        assert SECRET not in str([child.cmdline() for child in children if child.is_running()])
    finally:
        supervisor.kill()
        system.close()


def shown(supervisor: Supervisor, path: str) -> str:
    """Return what the processes answer; a worker without its server serves nothing yet."""
    return "".join(answer[1] for service in supervisor.services if (answer := ask(service, path)))


def test_metrics_and_health_are_served_to_this_machine_only(tmp_path: Path, port: int) -> None:
    settings = Settings(**QUICK, redis_url=addresses(port)["right"], state_directory=tmp_path)
    system = System(settings, tmp_path / "log")
    try:
        supervisor = system.start()
        listening = [
            connection.laddr.ip
            for child in psutil.Process().children(recursive=True)
            if "valkey" not in child.name()
            for connection in child.net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert len(listening) >= len(list(supervisor.services))
        assert set(listening) == {"127.0.0.1"}
    finally:
        system.close()
