"""What does Prometheus say? Its targets, rules and alerts, and whether the queries of a dashboard return anything."""

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

VALUES = {"__rate_interval": "1m", "__range": "5m", "__interval": "15s"}
"""What Grafana puts for its own variables, about."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a dashboard."""

    dashboard: str
    panel: str
    expression: str


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running Prometheus."""

    address: str

    def get(self, path: str, **parameters: str) -> Any:
        """Return the data of an API call."""
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as response:  # nosec B310
            return json.load(response)["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the series that an expression gives now."""
        data = self.get("query", query=expression)
        return [{"metric": {}, "value": data["result"]}] if data["resultType"] == "scalar" else data["result"]

    def value(self, expression: str) -> float | None:
        """Return the value of the only series that an expression gives, None where it gives none."""
        result = self.query(expression)
        return float(result[0]["value"][1]) if result else None

    def targets(self) -> dict[str, list[str]]:
        """Return the health of the targets of each job."""
        found: dict[str, list[str]] = {}
        for target in self.get("targets", state="active")["activeTargets"]:
            found.setdefault(target["labels"]["job"], []).append(target["health"])
        return found

    def rules(self) -> dict[str, str]:
        """Return the health of each rule."""
        groups = self.get("rules")["groups"]
        return {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}

    def alerts(self) -> dict[str, str]:
        """Return the state of each alert that is pending or firing; firing goes before pending."""
        states: dict[str, str] = {}
        for alert in self.get("alerts")["alerts"]:
            name = alert["labels"]["alertname"]
            states[name] = "firing" if "firing" in {alert["state"], states.get(name)} else alert["state"]
        return states


def queries(dashboard: Mapping[str, Any]) -> Iterator[Query]:
    """Yield the queries of a dashboard, its variables replaced by "all"."""
    variables = {variable["name"]: ".*" for variable in dashboard["templating"].get("list", ())} | VALUES
    for panel in panels(dashboard):
        for target in panel.get("targets", ()):
            yield Query(dashboard["title"], panel["title"], filled(target["expr"], variables))


def panels(dashboard: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the panels of a dashboard, those within rows too."""
    for panel in dashboard["panels"]:
        yield from panel.get("panels") or ()
        if panel["type"] != "row":
            yield panel


def filled(expression: str, variables: Mapping[str, str]) -> str:
    """Return a query with its variables replaced."""
    for name, value in sorted(variables.items(), key=lambda item: -len(item[0])):
        expression = expression.replace(f"${{{name}}}", value).replace(f"${name}", value)
    return expression
