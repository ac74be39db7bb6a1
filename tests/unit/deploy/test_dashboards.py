"""Dashboards and alerts: written from one source, complete, loadable, and linked to what to do."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client import Counter, Gauge, Histogram

from deploy.dashboards.__main__ import FOLDER, dashboards
from deploy.dashboards.runbook import FILE, anchors, link
from deploy.rehearsal.prometheus import panels, queries
from worker.observability import celery_metrics, metrics

ROOT = Path(__file__).parents[3]
FILES = dashboards()
BOARDS = {name: json.loads(text) for name, text in FILES.items() if name.endswith(".json")}
MEASURING = {name: board for name, board in BOARDS.items() if not name.endswith("runbook.json")}
PANELS = [
    pytest.param(panel, id=f"{board['title']}: {panel['title']}")
    for board in MEASURING.values()
    for panel in panels(board)
]
RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"][0]["rules"]
COLLECTED = {
    "celery_worker_up",
    "celery_worker_tasks_active",
    "celery_queue_length",
    "stancewire_worker_processes",
    "stancewire_worker_memory_bytes",
    "stancewire_worker_cpu_seconds_total",
    "stancewire_clock_offset_seconds",
    "stancewire_articles_appended_total",
    "stancewire_server_memory_used_bytes",
    "stancewire_server_memory_limit_bytes",
    "stancewire_server_up",
    "stancewire_stream_length",
    "stancewire_stream_lag",
    "stancewire_stream_pending",
    "stancewire_stream_oldest_pending_age_seconds",
}
"""Metrics that are made at each scrape; that they are there is seen by the rehearsal."""


def declared() -> set[str]:
    """The names of all series that our modules declare."""
    found = set(COLLECTED)
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    for module in (metrics, celery_metrics):
        for metric in vars(module).values():
            if isinstance(metric, Counter | Gauge | Histogram):
                [family] = metric.describe()
                found |= {family.name + ending for ending in endings.get(family.type, ("",))}
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_its_source_gives(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == FILES[name], "run `make dashboards` and commit the result"


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_survives_grafanas_own_model(name: str) -> None:
    read = Dashboard.from_json(BOARDS[name])
    assert json.loads(JSONEncoder().encode(read)) == BOARDS[name]


@pytest.mark.parametrize("name", MEASURING)
def test_a_dashboard_lets_one_choose_source_job_and_instance(name: str) -> None:
    variables = {variable["name"]: variable for variable in MEASURING[name]["templating"]["list"]}
    assert list(variables)[:3] == ["datasource", "job", "instance"]
    assert variables["datasource"]["type"] == "datasource"
    assert all(variable["includeAll"] and variable["multi"] for variable in list(variables.values())[1:])


@pytest.mark.parametrize("name", BOARDS)
def test_panels_have_numbers_of_their_own_and_do_not_overlap(name: str) -> None:
    shown = BOARDS[name]["panels"]
    assert len({panel["id"] for panel in shown}) == len(shown)
    taken: set[tuple[int, int]] = set()
    for panel in shown:
        place = panel["gridPos"]
        cells = {(place["x"] + across, place["y"] + down) for across in range(place["w"]) for down in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_it_shows_in_which_unit(panel: dict[str, Any]) -> None:
    assert len(panel["description"]) > 10
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["datasource"]["uid"] == "${datasource}"


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_asks_for_the_chosen_instances_and_an_interval_that_fits(panel: dict[str, Any]) -> None:
    assert panel["targets"]
    for target in panel["targets"]:
        expression = target["expr"]
        assert 'job=~"$job"' in expression
        assert 'instance=~"$instance"' in expression
        ranges = set(re.findall(r"\[([^]]+)\]", expression))
        assert ranges <= {"$__rate_interval", "$__range"}
        assert target["legendFormat"]


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_asks_for_metrics_that_there_are(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        asked = set(re.findall(r"\b((?:stancewire|celery)_\w+)\{", target["expr"]))
        assert asked
        assert asked <= declared()


def test_every_metric_has_its_place_on_a_dashboard_or_is_told_why_not() -> None:
    shown = " ".join(query.expression for board in MEASURING.values() for query in queries(board))
    elsewhere = {
        "stancewire_batch_duration_seconds": "celery_task_runtime shows the same",
        "stancewire_articles_received": "only where articles come by Celery",
        "stancewire_published_ids": "bounded by a setting",
        "stancewire_stream_lag_exact": "a footnote to the lag",
        "stancewire_server_up": "an alert",
        "celery_task_succeeded": "the articles tell more",
        "celery_task_failed": "the attempts tell more",
    }
    families = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in declared()}
    assert {name for name in families if name not in shown} <= set(elsewhere)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
    file, _, section = rule["annotations"]["runbook_url"].partition("#")
    assert ROOT / file == FILE
    assert section in anchors()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_is_named_in_its_section(rule: dict[str, Any]) -> None:
    section = rule["annotations"]["runbook_url"].partition("#")[2]
    text = FILE.read_text(encoding="utf-8").split("\n## ")
    [body] = [part for part in text if part.lower().replace(" ", "-").startswith(section + "\n")]
    assert rule["alert"] in body


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_metrics_that_there_are(rule: dict[str, Any]) -> None:
    assert set(re.findall(r"\bstancewire_\w+", rule["expr"])) <= declared()


def test_grafana_gets_every_alert_with_its_expression_and_its_section() -> None:
    document = yaml.safe_load(FILES["provisioning/alerting/alerts.yml"])
    given = {rule["title"]: rule for group in document["groups"] for rule in group["rules"]}
    assert given.keys() == {rule["alert"] for rule in RULES}
    for rule in RULES:
        copy = given[rule["alert"]]
        assert copy["data"][0]["model"]["expr"] == rule["expr"].strip()
        assert copy["annotations"]["runbook_url"] == link(rule["annotations"]["runbook_url"].partition("#")[2])
        assert len(copy["uid"]) <= 40


def test_every_link_of_the_runbook_leads_somewhere() -> None:
    linked = set(re.findall(r"\]\(#([\w-]+)\)", FILE.read_text(encoding="utf-8")))
    assert linked <= set(anchors())


def test_grafana_is_told_where_data_and_dashboards_are() -> None:
    folder = ROOT / "deploy/grafana/provisioning"
    [source] = yaml.safe_load((folder / "datasources/prometheus.yml").read_text())["datasources"]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert source["url"] == "http://prometheus:9090"
    [provider] = yaml.safe_load((folder / "dashboards/stancewire.yml").read_text())["providers"]
    assert any(provider["options"]["path"] in mount for mount in compose["grafana"]["volumes"])
    scrape = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == scrape
