"""Who sends alerts where there is no Alertmanager? Grafana, by the very rules that Prometheus evaluates.

Grafana keeps rules in a shape of its own: a query, and a condition on what it returns. A rule of Prometheus fires where
its expression returns anything, so the condition is that there is a number, whichever.
"""

from pathlib import Path
from typing import Any

import yaml

from deploy.dashboards.runbook import link

RULES = Path(__file__).resolve().parents[2] / "deploy/prometheus/alerts.yml"
HEADING = (
    "# Written by `python -m deploy.dashboards` from deploy/prometheus/alerts.yml: change that file.\n"
    "# Grafana evaluates these so that it can notify: set a contact point there, or give Prometheus an Alertmanager.\n"
)
LOOK_BACK = 600
"""Seconds that Grafana is told to look at; an instant query looks at the last of them."""


def grafana_alerts() -> str:
    """Return the provisioning file."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    document = {
        "apiVersion": 1,
        "groups": [
            {
                "orgId": 1,
                "name": group["name"],
                "folder": "Stancewire",
                "interval": "30s",
                "rules": [_rule(rule) for rule in group["rules"]],
            }
            for group in groups
        ],
    }
    return HEADING + yaml.safe_dump(document, sort_keys=False, width=120)


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    annotations = dict(rule["annotations"])
    annotations["runbook_url"] = link(annotations["runbook_url"].partition("#")[2])
    # Prometheus' templates know the value as such; in Grafana it belongs to a query.
    shown = {name: text.replace("$value", "$values.A.Value") for name, text in annotations.items()}
    return {
        "uid": rule["alert"],
        "title": rule["alert"],
        "condition": "C",
        "for": rule.get("for", "0s"),
        "noDataState": "OK",
        "execErrState": "Error",
        "labels": rule["labels"],
        "annotations": shown,
        "data": [
            _query("A", "stancewire-prometheus", {"expr": rule["expr"].strip(), "instant": True}),
            _query("B", "__expr__", {"type": "math", "expression": "is_number($A) || is_nan($A) || is_inf($A)"}),
            _query(
                "C",
                "__expr__",
                {
                    "type": "threshold",
                    "expression": "B",
                    "conditions": [{"evaluator": {"type": "gt", "params": [0]}}],
                },
            ),
        ],
    }


def _query(name: str, source: str, model: dict[str, Any]) -> dict[str, Any]:
    return {
        "refId": name,
        "relativeTimeRange": {"from": LOOK_BACK, "to": 0},
        "datasourceUid": source,
        "model": {"refId": name, **model},
    }
