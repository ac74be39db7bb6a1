"""How does one of our panels look? Title, description and unit always; one look for all of a kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    heatmap,
    prometheus,
    stat,
    table,
    text,
    timeseries,
)
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    VariableHide,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.dashboards.runbook import link

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
Kind = Literal["lines", "stack", "number", "bars", "table", "heatmap"]
WIDTHS: dict[Kind, int] = {"lines": 8, "stack": 8, "number": 4, "bars": 12, "table": 12, "heatmap": 12}
HEIGHTS: dict[Kind, int] = {"lines": 8, "stack": 8, "number": 4, "bars": 10, "table": 10, "heatmap": 10}


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel, before Grafana's own shape."""

    title: str
    description: str
    unit: str
    """As Grafana calls units: `s`, `bytes`, `percentunit`, `ops`, `short`."""
    queries: Sequence[tuple[str, str]]
    """Expression and legend of each."""
    kind: Kind = "lines"
    width: int | None = None
    alarm: float | None = None
    """Value from which it is shown in red."""
    runbook: str | None = None
    """Section of the runbook (its anchor) that tells what to do."""
    maximum: float | None = None
    signed: bool = False
    """Whether it shows values below 0."""


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: Sequence[Panel]


def selected(metric: str, *conditions: str) -> str:
    """Return a metric of the chosen jobs and instances."""
    return metric + "{" + ", ".join(('job=~"$job"', 'instance=~"$instance"', *conditions)) + "}"


def rate(metric: str, *conditions: str) -> str:
    """Return how fast a counter of the chosen jobs and instances rises."""
    return f"rate({selected(metric, *conditions)}[$__rate_interval])"


def increase(metric: str, *conditions: str) -> str:
    """Return by how much a counter rose over the time that is shown."""
    return f"increase({selected(metric, *conditions)}[$__range])"


def quantile(share: float, metric: str, by: str = "le") -> str:
    """Return a quantile of a histogram."""
    buckets = rate(f"{metric}_bucket")
    return f"histogram_quantile({share}, sum by ({by}) ({buckets}))"


def shown(
    title: str, uid: str, description: str, rows: Sequence[Row], variables: Sequence[object]
) -> dashboard.Dashboard:
    """Return a dashboard with the variables and links that all of ours have."""
    built = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["stancewire"])
        .readonly()
        .timezone("browser")
        .time("now-1h", "now")
        .refresh("30s")
        .link(
            dashboard.DashboardLink("Stancewire")
            .type(DashboardLinkType.DASHBOARDS)
            .tags(["stancewire"])
            .as_dropdown(True)
            .include_vars(True)
            .keep_time(True)
        )
        .annotation(
            dashboard.AnnotationQuery()
            .name("Alerts")
            .datasource(SOURCE)
            .enable(True)
            .icon_color("red")
            .expr('ALERTS{alertstate="firing", alertname=~"Stancewire.*"}')
        )
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(from_label("job", "label_values(stancewire_build_info, job)"))
        .with_variable(from_label("instance", 'label_values(stancewire_build_info{job=~"$job"}, instance)'))
    )
    for variable in variables:
        built = built.with_variable(variable)  # type: ignore[arg-type]
    number = 0
    for row in rows:
        built = built.with_row(dashboard.Row(row.title).id(100 + number))
        for panel in row.panels:
            number += 1
            built = built.with_panel(drawn(panel).id(number))
    return built


def from_label(name: str, query: str) -> dashboard.QueryVariable:
    """Return a variable whose values are those of a label; all of them at first."""
    return (
        dashboard.QueryVariable(name)
        .label(name.capitalize())
        .datasource(SOURCE)
        .query(query)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .hide(VariableHide.DONT_HIDE)
    )


def drawn(panel: Panel) -> timeseries.Panel | stat.Panel | bargauge.Panel | table.Panel | heatmap.Panel:
    """Return a panel in Grafana's shape."""
    built = _empty(panel.kind)
    built = built.title(panel.title).description(panel.description).unit(panel.unit).datasource(SOURCE)
    built = built.span(panel.width or WIDTHS[panel.kind]).height(HEIGHTS[panel.kind])
    if panel.kind != "heatmap":
        built = built if panel.signed else built.min(0)
    if panel.maximum is not None:
        built = built.max(panel.maximum)
    steps = [Threshold(value=None, color="green" if panel.kind == "number" else "blue")]
    if panel.alarm is not None:
        steps.append(Threshold(value=panel.alarm, color="red"))
    built = built.thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
    if panel.runbook:
        what = dashboard.DashboardLink("What to do").type(DashboardLinkType.LINK).url(link(panel.runbook))
        built = built.links([what])
    for number, (expression, legend) in enumerate(panel.queries):
        query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(chr(ord("A") + number))
        query = query.datasource(SOURCE)
        if panel.kind in {"number", "bars", "table"}:
            query = query.instant()
        if panel.kind == "table":
            query = query.format(PromQueryFormat.TABLE)
        if panel.kind == "heatmap":
            query = query.format(PromQueryFormat.HEATMAP)
        built = built.with_target(query)
    return built


def _empty(kind: Kind) -> timeseries.Panel | stat.Panel | bargauge.Panel | table.Panel | heatmap.Panel:
    if kind == "number":
        return stat.Panel().graph_mode(BigValueGraphMode.NONE).color_mode(BigValueColorMode.VALUE)
    if kind == "bars":
        return bargauge.Panel().orientation(VizOrientation.HORIZONTAL)
    if kind == "table":
        return table.Panel()
    if kind == "heatmap":
        return heatmap.Panel()
    lines = (
        timeseries.Panel()
        .draw_style(GraphDrawStyle.LINE)
        .line_width(1)
        .show_points(VisibilityMode.NEVER)
        .color_scheme(dashboard.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC))
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
    )
    if kind == "stack":
        return lines.fill_opacity(40).stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    return lines.fill_opacity(5)


def prose(title: str, markdown: str) -> text.Panel:
    """Return a panel of text."""
    from grafana_foundation_sdk.models.text import TextMode  # noqa: PLC0415

    return text.Panel().title(title).mode(TextMode.MARKDOWN).content(markdown).span(24).height(12)
