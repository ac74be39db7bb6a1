"""What docker-compose.yml starts works: the same commands, environment and files, in namespaces."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def run(module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILS" not in done.stdout
    return done.stdout


def test_every_service_comes_up_and_every_panel_has_data() -> None:
    said = run("deploy.rehearse", "--scale", "worker=2")
    for check in (
        "every article has one outcome",
        "worker is not root",
        "worker cannot write to its root",
        "worker logs JSON only",
        "every replica is found and scraped",
        "the one alert fires that should",
        "every panel of pipeline has data",
        "every panel of positions has data",
    ):
        assert f"holds     {check}" in said


def test_alerts_fire_and_the_runbook_leads_out() -> None:
    said = run("deploy.drill", "server-down", "no-worker", "server-memory")
    for drill in ("server-down", "no-worker", "server-memory"):
        assert f"holds     {drill}: rang after" in said
