"""How are the dashboards written? `python -m deploy.dashboards` puts each as JSON where Grafana is told to look."""

import sys
from pathlib import Path

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.dashboards import pipeline, positions
from deploy.dashboards.alerts import grafana_alerts
from deploy.dashboards.panels import prose, shown
from deploy.dashboards.runbook import FILE, RUNBOOK, sections, within_grafana

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/grafana"


def dashboards() -> dict[str, str]:
    """Return the text of each file by its name."""
    built = {
        "pipeline.json": shown(
            "Pipeline", "stancewire-pipeline", "Is Stancewire healthy, and does it keep up?", pipeline.ROWS, ()
        ),
        "positions.json": shown(
            "Positions",
            "stancewire-positions",
            "Who takes which stance on what, over time.",
            positions.ROWS,
            positions.VARIABLES,
        ),
        "runbook.json": runbook(FILE.read_text(encoding="utf-8")),
    }
    files = {f"dashboards/{name}": written(builder) for name, builder in built.items()}
    return files | {"provisioning/alerting/alerts.yml": grafana_alerts()}


def runbook(markdown: str) -> dashboard.Dashboard:
    """Return the runbook as a dashboard, so that it can be read where the alert is seen."""
    built = (
        dashboard.Dashboard("Runbook")
        .uid(RUNBOOK)
        .description("What to do when an alert fires; the text of docs/runbook.md.")
        .tags(["stancewire"])
        .readonly()
    )
    for number, (heading, body) in enumerate(sections(markdown), start=1):
        built = built.with_panel(prose(heading, within_grafana(body)).id(number))
    return built


def written(builder: dashboard.Dashboard) -> str:
    """Return a dashboard as the JSON that Grafana loads."""
    return JSONEncoder(indent=1, sort_keys=True, ensure_ascii=False).encode(builder.build()) + "\n"


def main() -> int:
    """Write every dashboard."""
    for name, text in dashboards().items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"wrote {(FOLDER / name).relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
