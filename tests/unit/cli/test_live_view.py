"""What a person sees of a run: figures, services, positions; on a terminal and on paper."""

import time
from io import StringIO

import pytest
from rich.console import Console

from schemas.examples import POSITION
from worker.commands import live
from worker.commands.feed import Fed
from worker.commands.live import LineView, Moment, dashboard, print_summary
from worker.commands.tail import Entry
from worker.commands.tally import DEAD, POSITIONS, PROCESSED, Tally
from worker.supervisor import ServiceStatus

EVENT = POSITION.model_dump(mode="json")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Console:
    screen = Console(file=StringIO(), width=120, markup=False, highlight=False)
    monkeypatch.setattr(live, "console", lambda: screen)
    return screen


def printed(screen: Console) -> str:
    assert isinstance(screen.file, StringIO)
    return screen.file.getvalue()


def entry(**data: object) -> Entry:
    return Entry("1795507200000-0", {}, data)


def tally(positions: int = 1) -> Tally:
    made = Tally(fed=[Fed("1-0", "a", "a.txt"), Fed("2-0", "", "bad.jsonl:3"), Fed("3-0", "c", "c.txt")])
    for number in range(positions):
        made.count(POSITIONS, entry(**{**EVENT, "confidence": 0.5 + number / 1000}))
    made.count(PROCESSED, entry(article_id="a"))
    made.count(DEAD, entry(entry_id="2-0", reason="not_json", error="not JSON"))
    return made


def status(name: str, *, ready: bool, restarts: int = 0, detail: str = "starting") -> ServiceStatus:
    values = {
        "name": name,
        "running": True,
        "ready": ready,
        "restarts": restarts,
        "port": 1,
        "detail": detail,
        "pid": 1,
    }
    return ServiceStatus(**{key: values[key] for key in ServiceStatus.__dataclass_fields__})


def moment(*, services: list[ServiceStatus] | None = None, **changes: object) -> Moment:
    values: dict[str, object] = {
        "tally": tally(),
        "waiting": 7,
        "in_progress": 2,
        "services": services or [status("intake", ready=True), status("worker", ready=False)],
        "server": "redis://127.0.0.1:6390/0",
        "started": time.monotonic(),
        "feeding": True,
    }
    return Moment(**(values | changes))  # type: ignore[arg-type]


def test_the_live_view_shows_throughput_backlog_failures_and_newest_positions(screen: Console) -> None:
    screen.print(dashboard(moment(), [entry(**EVENT)]))
    shown = printed(screen)
    for words in (
        "intake ready",
        "worker starting",
        "redis://127.0.0.1:6390/0",
        "2 of 3+ articles",
        "articles/s",
        "7 waiting, 2 in progress",
        "1 refused",
        "1 positions",
        "Norway conditional settlement",
    ):
        assert words in shown


def test_a_restarted_service_is_shown_as_such(screen: Console) -> None:
    screen.print(dashboard(moment(services=[status("worker", ready=True, restarts=2)]), []))
    assert "worker ready (restarted 2 times)" in printed(screen)


def test_the_live_view_fits_a_narrow_terminal(screen: Console) -> None:
    screen.width = 40
    screen.print(dashboard(moment(), [entry(**EVENT)] * 3))
    assert max(map(len, printed(screen).splitlines())) <= 40


def test_lines_tell_positions_refusals_and_changes_of_services_only(screen: Console) -> None:
    view = LineView()
    view.outcome(POSITIONS, entry(**EVENT))
    view.outcome(PROCESSED, entry(article_id="a"))
    view.outcome(DEAD, entry(entry_id="2-0", reason="not_json", error="not JSON"))
    for ready in (False, True, True, False):
        view.moment(moment(services=[status("worker", ready=ready, detail="no answer for 9 s")]))
    position, refusal, *services = printed(screen).splitlines()
    assert position.startswith("Norway conditional settlement")
    assert "not_json  not JSON" in refusal
    assert services == ["worker ready", "worker no answer for 9 s"]


def test_lines_tell_how_it_stands_now_and_then(screen: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TELL_EVERY", 0.0)
    LineView().moment(moment(services=[]))
    assert "2 of 3+ articles" in printed(screen)


def test_the_summary_shows_positions_refusals_and_figures(screen: Console) -> None:
    print_summary(tally(), 12.34)
    shown = printed(screen)
    assert "fisheries-2026-11-24" in shown
    assert "0.50" in shown
    assert "refused bad.jsonl:3: not_json: not JSON" in shown
    assert "2 articles in 12.3 s: 1 positions; skipped: none; refused: not_json 1" in shown


def test_the_summary_keeps_to_the_surest_positions(screen: Console) -> None:
    print_summary(tally(positions=50), 1.0, rows=10)
    shown = printed(screen)
    assert shown.count("Norway") - shown.count("Norway will") == 10
    assert "0.55" in shown
    assert "0.50 " not in shown
    assert "... and 40 less sure ones" in shown


def test_the_summary_of_nothing_is_one_line(screen: Console) -> None:
    print_summary(Tally(), 1.0)
    assert printed(screen).count("\n") == 1


@pytest.mark.parametrize("event", [{}, {"article": 7, "evidence": "x", "confidence": "high", "party": None}])
def test_an_event_of_another_make_does_not_break_the_summary(screen: Console, event: dict[str, object]) -> None:
    made = Tally()
    made.count(POSITIONS, entry(**event))
    print_summary(made, 1.0)
    assert "1 positions" in printed(screen)
