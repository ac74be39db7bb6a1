"""Processes are restarted when they end and when they live on without getting on, and end with their supervisor."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from system import HERE, System, processes, wait_until

from worker.supervisor import Service, ServiceFailedError, Supervisor


def test_a_process_that_ends_is_started_again(system: System) -> None:
    services = system.start("intake")
    main, _ = processes(services, "intake")
    main.kill()
    wait_until(lambda: services.check() or services.statuses[0].restarts == 1)
    wait_until(lambda: services.check() or services.ready)
    system.feed("1")
    wait_until(lambda: system.client.llen("stancewire") == 1)


def test_a_process_that_is_frozen_is_restarted(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.supervisor.ANSWER_WITHIN", 0.5)
    monkeypatch.setattr("worker.supervisor.GRACE_WHEN_STALLED", 0.5)
    services = system.start("intake", stall_after=1.0)
    frozen, _ = processes(services, "intake")
    frozen.suspend()
    wait_until(lambda: services.check() or services.statuses[0].restarts == 1)
    assert not frozen.is_running()


def test_what_cannot_start_is_given_up_with_its_name(system: System) -> None:
    services = system.supervisor("worker", pipeline="no_such_module:load")
    services.start()
    with pytest.raises(ServiceFailedError, match="worker does not start"):
        wait_until(services.check, within=60)
    assert "no_such_module" in system.log.read_text()


def test_children_end_with_a_supervisor_that_is_killed(system: System, tmp_path) -> None:
    script = tmp_path / "supervise.py"
    script.write_text(
        "import threading\n"
        "from worker.settings import load_settings\n"
        "from worker.supervisor import Supervisor, intake_service, worker_service\n"
        "settings = load_settings()\n"
        "services = [intake_service(settings), worker_service(settings)]\n"
        "Supervisor(services, stop_grace=5, stall_after=60).run(threading.Event())\n"
    )
    environment = system.settings.environment() | {"PYTHONPATH": str(HERE)}
    with system.log.open("ab") as log:
        parent = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=log, stderr=log)
    process = psutil.Process(parent.pid)
    wait_until(lambda: len(process.children(recursive=True)) >= 6, what="launchers, intake, worker and its processes")
    children = process.children(recursive=True)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert not psutil.wait_procs(children, timeout=20)[1]


def test_a_process_that_ignores_sigterm_is_killed_after_the_grace() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    service = Service("deaf", (sys.executable, "-c", deaf), {}, "127.0.0.1", 1)
    supervisor = Supervisor([service], stop_grace=0.5, stall_after=60)
    supervisor.start()
    [pid] = [status.pid for status in supervisor.statuses]
    launcher = psutil.Process(pid)
    [child] = wait_until(launcher.children)
    wait_until(lambda: ignores_sigterm(child.pid))
    supervisor.stop()
    assert not child.is_running()


def ignores_sigterm(pid: int) -> bool:
    """Whether the process has come as far as to ignore SIGTERM (bit 15 of the mask that the kernel shows)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    [mask] = [line.split()[1] for line in status.splitlines() if line.startswith("SigIgn")]
    return bool(int(mask, 16) >> (signal.SIGTERM - 1) & 1)
