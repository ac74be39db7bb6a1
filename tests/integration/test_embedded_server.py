"""The embedded server: keeps what it took, tells who holds its folder, and never outlives its parent."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from redis import Redis
from system import wait_until

from worker.embedded import EmbeddedServerError, running_server, start_embedded_server
from worker.settings import Settings

STARTER = textwrap.dedent(
    """
    import sys, time
    from worker.embedded import start_embedded_server
    from worker.settings import load_settings
    server = start_embedded_server(load_settings(server_port=0))
    print(server.url, flush=True)
    time.sleep(600)
    """
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_directory=tmp_path, server_port=None)


def server_process(url: str) -> psutil.Process:
    with Redis.from_url(url) as client:
        return psutil.Process(client.info("server")["process_id"])


def test_it_is_append_only_and_never_evicts(settings: Settings) -> None:
    with start_embedded_server(settings) as server, Redis.from_url(server.url, decode_responses=True) as client:
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_it_keeps_what_it_took_over_a_kill(settings: Settings) -> None:
    with start_embedded_server(settings) as server, Redis.from_url(server.url) as client:
        client.xadd("articles", {"data": "kept"})
        server_process(server.url).kill()
        wait_until(lambda: not server.running)
    with start_embedded_server(settings) as server, Redis.from_url(server.url) as client:
        assert client.xlen("articles") == 1


def test_it_ends_with_a_parent_that_is_killed(settings: Settings) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTER], env=os.environ | settings.environment(), stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    server = server_process(parent.stdout.readline().strip())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_until(lambda: not server.is_running(), within=20)
    parent.stdout.close()
    with start_embedded_server(settings):  # the folder is free again
        pass


def test_it_ends_with_its_launcher(settings: Settings) -> None:
    with start_embedded_server(settings) as server:
        process = server_process(server.url)
        psutil.Process(process.ppid()).kill()
        wait_until(lambda: not process.is_running(), within=10)


def test_a_second_start_says_who_holds_the_folder(settings: Settings) -> None:
    with start_embedded_server(settings) as server:
        holder = f"held by process {os.getpid()} .* answers at {server.url.partition('?')[0]}"
        with pytest.raises(EmbeddedServerError, match=holder):
            start_embedded_server(settings)


def test_others_can_find_it_while_it_runs(settings: Settings) -> None:
    with start_embedded_server(settings) as server:
        holder = running_server(settings)
        assert holder is not None
        assert (holder.pid, holder.url) == (os.getpid(), server.url)
    assert running_server(settings) is None


def test_a_taken_port_is_replaced_by_a_free_one(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start_embedded_server(settings.model_copy(update={"server_port": port})) as server:
            assert server.port not in {None, port}
            with Redis(host="127.0.0.1", port=server.port) as client:
                assert client.ping()


def test_without_a_port_it_listens_on_its_socket_alone(settings: Settings) -> None:
    with start_embedded_server(settings) as server:
        listening = [c for c in server_process(server.url).net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert not listening


def test_a_folder_too_deep_for_a_socket_is_served_by_loopback(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    with start_embedded_server(Settings(state_directory=deep, server_port=None)) as server:
        assert server.url == f"redis://127.0.0.1:{server.port}/0"
        with Redis.from_url(server.url) as client:
            assert client.ping()


def test_a_folder_that_cannot_be_used_is_told(settings: Settings) -> None:
    settings.server_directory.mkdir(parents=True)
    (settings.server_directory / "appendonlydir").write_text("a file where the log's folder should be")
    with pytest.raises(EmbeddedServerError, match="did not start; it said:"):
        start_embedded_server(settings)
