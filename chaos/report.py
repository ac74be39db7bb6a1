"""What is shown of a run? A table and a verdict for people, an object for programs."""

from statistics import median

from rich.console import Console
from rich.table import Table

from chaos.checker import Breach
from chaos.run import Report
from chaos.schedule import IN_WORDS

SHOWN = 10
"""Articles that are named of each breach."""


def as_object(report: Report) -> dict[str, object]:
    """Return everything as JSON takes it."""
    options, verdict, aftermath = report.options, report.verdict, report.aftermath
    return {
        "kept": verdict.kept,
        "seed": options.seed,
        "fsync": options.fsync,
        "every": options.every,
        "seconds": round(aftermath.seconds, 1),
        "settled_after": round(aftermath.settled_after, 1),
        "articles": verdict.articles,
        "positions": verdict.positions,
        "duplicates": verdict.duplicates,
        "dead_letters": verdict.letters,
        "computed": aftermath.computed,
        "restarts": aftermath.restarts,
        "cut_connections": aftermath.cut_connections,
        "forgotten_by_the_server": aftermath.ledger.forgotten,
        "breaches": {breach.value: len(found) for breach, found in verdict.breaches.items()},
        "examples": {breach.value: found[:SHOWN] for breach, found in verdict.breaches.items() if found},
        "faults": {
            kind.value: {"count": count, **_recovery(aftermath.recovery.get(kind, []))}
            for kind, count in sorted(aftermath.faults.items())
        },
    }


def show(report: Report, console: Console) -> None:
    """Print it for people."""
    verdict, aftermath = report.verdict, report.aftermath
    table = Table(title=f"{aftermath.faults.total()} faults in {aftermath.seconds:.0f} s", title_justify="left")
    for heading in ("fault", "times", "median recovery", "worst"):
        table.add_column(heading, justify="left" if heading == "fault" else "right")
    for kind, count in sorted(aftermath.faults.items()):
        times = aftermath.recovery.get(kind, [])
        shown = (f"{median(times):.1f} s", f"{max(times):.1f} s") if times else ("", "")
        table.add_row(IN_WORDS[kind], str(count), *shown)
    console.print(table)
    console.print(
        f"Recovery is the time until everything that was fed before the fault was done, other faults included.\n"
        f"{verdict.articles:,} articles fed (seed {report.options.seed}, fsync {report.options.fsync}), begun "
        f"{aftermath.computed:,} times; {verdict.positions:,} positions, {verdict.duplicates:,} told to be duplicates, "
        f"{verdict.letters:,} dead letters of messages that are none. {aftermath.restarts} processes started again, "
        f"{aftermath.cut_connections:,} connections cut, {aftermath.ledger.forgotten} acknowledged entries forgotten "
        f"by the server. At rest {aftermath.settled_after:.1f} s after the last article."
    )
    console.print(", ".join(f"{len(found)} {breach.value}" for breach, found in verdict.breaches.items()))
    for breach in Breach:
        if found := verdict.breaches[breach]:
            console.print(f"{breach.value}: {', '.join(found[:SHOWN])}{' ...' if len(found) > SHOWN else ''}")
    every = "Every article that the server kept" if aftermath.ledger.forgotten else "Every article"
    console.print(f"{every} took effect exactly once." if verdict.kept else "[bold red]A promise is broken.[/]")


def _recovery(times: list[float]) -> dict[str, object]:
    if not times:
        return {}
    return {"recovered": len(times), "median": round(median(times), 2), "worst": round(max(times), 2)}
