"""Kubernetes and KEDA files: valid by their schemas, and in agreement with the image and the settings."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator

from deploy.rehearsal.compose import load_compose
from worker.settings import Settings

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy/kubernetes"
RESOURCES: list[dict[str, Any]] = list(yaml.safe_load_all((FOLDER / "stancewire.yaml").read_text()))
DEPLOYMENTS = {
    resource["metadata"]["name"].removeprefix("stancewire-"): resource
    for resource in RESOURCES
    if resource["kind"] == "Deployment"
}
SCALED = yaml.safe_load((FOLDER / "scaledobject.yaml").read_text())
COMPOSE = load_compose(ROOT / "docker-compose.yml")

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
STREAMS = {
    "required": ["address", "stream", "consumerGroup", "lagCount", "activationLagCount"],
    "propertyNames": {
        "enum": ["address", "stream", "consumerGroup", "lagCount", "activationLagCount", "databaseIndex", "enableTLS"]
    },
}
LISTS = {
    "required": ["address", "listName"],
    "propertyNames": {
        "enum": ["address", "listName", "listLength", "activationListLength", "databaseIndex", "enableTLS"]
    },
}
SCALED_OBJECT = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "apiVersion": {"const": "keda.sh/v1alpha1"},
        "kind": {"const": "ScaledObject"},
        "spec": {
            "type": "object",
            "required": ["scaleTargetRef", "triggers"],
            "additionalProperties": False,
            "properties": {
                "scaleTargetRef": {"type": "object", "required": ["name"]},
                "minReplicaCount": {"type": "integer", "minimum": 0},
                "maxReplicaCount": {"type": "integer", "minimum": 1},
                "pollingInterval": {"type": "integer", "minimum": 1},
                "cooldownPeriod": {"type": "integer", "minimum": 0},
                "advanced": {"type": "object"},
                "triggers": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["type", "metadata"],
                        "properties": {"metadata": TEXTS},
                        "oneOf": [
                            {"properties": {"type": {"const": "redis-streams"}, "metadata": STREAMS}},
                            {"properties": {"type": {"const": "redis"}, "metadata": LISTS}},
                        ],
                    },
                },
            },
        },
    },
}
"""What KEDA's documentation says of the parts that are used here, in our own words: no package carries its schema."""


@pytest.mark.parametrize(
    "resource", RESOURCES, ids=lambda resource: f"{resource['kind']} {resource['metadata']['name']}"
)
def test_a_resource_is_valid_by_the_schema_of_its_kind(resource: dict[str, Any]) -> None:
    kubernetes_validate.validate(resource, "1.33", strict=True)


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_runs_what_the_compose_file_runs(name: str) -> None:
    [container] = DEPLOYMENTS[name]["spec"]["template"]["spec"]["containers"]
    assert ("stancewire", *container["args"]) == COMPOSE[name].command
    assert DEPLOYMENTS[name]["spec"]["template"]["spec"]["securityContext"]["runAsUser"] == COMPOSE[name].user[0]
    assert {place for place, _ in COMPOSE[name].tmpfs} == {mount["mountPath"] for mount in container["volumeMounts"]}


@pytest.mark.parametrize(("name", "setting"), [("worker", "worker_metrics_port"), ("intake", "intake_metrics_port")])
def test_probes_ask_where_the_process_answers(name: str, setting: str) -> None:
    [container] = DEPLOYMENTS[name]["spec"]["template"]["spec"]["containers"]
    assert container["ports"] == [{"name": "metrics", "containerPort": Settings.model_fields[setting].default}]
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "metrics"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/live", "port": "metrics"}


def test_a_pod_is_killed_later_than_its_supervisor_would_restart_the_worker() -> None:
    [container] = DEPLOYMENTS["worker"]["spec"]["template"]["spec"]["containers"]
    probe = container["livenessProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > 2 * Settings.model_fields["stall_after"].default


def test_a_worker_is_given_longer_to_stop_than_it_takes() -> None:
    grace = DEPLOYMENTS["worker"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert grace > Settings.model_fields["stop_grace"].default


def test_the_scaled_object_is_what_keda_reads() -> None:
    errors = Draft202012Validator(SCALED_OBJECT).iter_errors(SCALED)
    assert [error.message for error in errors] == []


def test_a_number_where_keda_wants_text_is_noticed() -> None:
    wrong = yaml.safe_load((FOLDER / "scaledobject.yaml").read_text())
    wrong["spec"]["triggers"][0]["metadata"]["lagCount"] = 500
    assert not Draft202012Validator(SCALED_OBJECT).is_valid(wrong)


def test_workers_are_scaled_by_both_places_where_articles_wait() -> None:
    streams, queue = (trigger["metadata"] for trigger in SCALED["spec"]["triggers"])
    assert streams["stream"] == "articles"
    assert streams["consumerGroup"] == Settings.model_fields["group"].default
    assert queue["listName"] == Settings.model_fields["queue"].default
    assert SCALED["spec"]["scaleTargetRef"]["name"] == DEPLOYMENTS["worker"]["metadata"]["name"]


def test_workers_are_not_taken_away_while_lost_articles_are_about_to_come_back() -> None:
    back = sum(Settings.model_fields[name].default for name in ("redispatch_after", "reclaim_after"))
    assert SCALED["spec"]["cooldownPeriod"] > back
