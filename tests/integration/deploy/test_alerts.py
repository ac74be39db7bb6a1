"""Alert rules by Prometheus' own tool: valid, and firing when they should and only then."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[3] / "deploy/prometheus"


def promtool(*arguments: str) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_are_valid() -> None:
    promtool("check", "rules", str(FOLDER / "alerts.yml"))


def test_prometheus_understands_its_configuration(tmp_path: Path) -> None:
    text = (FOLDER / "prometheus.yml").read_text(encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text(text.replace("/etc/prometheus/", ""), encoding="utf-8")
    (tmp_path / "alerts.yml").write_bytes((FOLDER / "alerts.yml").read_bytes())
    promtool("check", "config", str(tmp_path / "prometheus.yml"))


def test_each_rule_fires_when_it_should_and_only_then() -> None:
    promtool("test", "rules", str(FOLDER / "alerts.test.yml"))


@pytest.mark.parametrize("rule", yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"])
def test_each_rule_has_a_test_in_which_it_fires(rule: dict[str, str]) -> None:
    tests = yaml.safe_load((FOLDER / "alerts.test.yml").read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"] if case["alertname"] == rule["alert"]]
    assert any(case.get("exp_alerts") for case in cases)


def test_a_rule_that_is_changed_fails_its_test(tmp_path: Path) -> None:
    """The tests of the rules can fail: a threshold ten times as high is noticed."""
    rules = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
    (tmp_path / "alerts.yml").write_text(re.sub(r"> 0\.05\b", "> 0.5", rules), encoding="utf-8")
    (tmp_path / "alerts.test.yml").write_bytes((FOLDER / "alerts.test.yml").read_bytes())
    command = ["promtool", "test", "rules", str(tmp_path / "alerts.test.yml")]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
