"""The audit: what it asks about, what it tells, and what it does where nobody answers."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from deploy import audit

ROOT = Path(__file__).parents[3]
REPORT = {
    "dependencies": [
        {"name": "fine", "version": "1", "vulns": []},
        {"name": "leaky", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]},
    ]
}


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let bandit find nothing and pip-audit say what the test wants."""

    def answer(said: str) -> None:
        def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            return subprocess.CompletedProcess(command, 0, said if "pip_audit" in command else "", "no route to host")

        monkeypatch.setattr(audit.subprocess, "run", run)

    return answer


def test_every_locked_package_is_asked_about_in_each_of_its_versions() -> None:
    with (ROOT / "uv.lock").open("rb") as lock:
        locked = {f"{package['name']}=={package['version']}" for package in tomllib.load(lock)["package"]}
    lists = audit.locked_packages()
    assert {line for lines in lists for line in lines} == {
        line for line in locked if not line.startswith("stancewire=")
    }
    for lines in lists:
        names = [line.partition("==")[0] for line in lines]
        assert len(names) == len(set(names))


def test_a_known_vulnerability_fails_and_is_named(answered: Any, capsys: pytest.CaptureFixture[str]) -> None:
    answered(audit.json.dumps(REPORT))
    assert audit.main() == 1
    assert "leaky 2: PYSEC-1, fixed in 2.1" in capsys.readouterr().out


def test_an_accepted_vulnerability_does_not_fail(answered: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(audit.json.dumps(REPORT))
    monkeypatch.setattr(audit, "ACCEPTED", {"PYSEC-1": "not used by us"})
    assert audit.main() == 0


def test_a_service_that_cannot_be_reached_is_told_and_fails_nothing(
    answered: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    answered("")
    assert audit.main() == 0
    assert "NOT checked" in capsys.readouterr().out


def test_unsafe_code_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "unsafe.py").write_text("import pickle\npickle.loads(b'')\n", encoding="utf-8")
    monkeypatch.setattr(audit, "CODE", (str(tmp_path),))
    monkeypatch.setattr(audit, "ask_service", lambda: None)
    assert audit.main() == 1


def test_every_accepted_vulnerability_is_answered_for() -> None:
    answers = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert all(known in answers and reason for known, reason in audit.ACCEPTED.items())
