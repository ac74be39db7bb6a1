"""Metrics: a bounded number of series whatever articles bring, names as Prometheus wants them, figures that add up."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from schemas.codes import Reason
from schemas.examples import POSITION, PROCESSED
from worker.observability import metrics
from worker.observability.processes import WorkerCollector
from worker.observability.recording import record
from worker.observability.server import ClockCollector, ServerCollector, clock_offset, measure_server
from worker.outcome import Processed, Refused
from worker.publishing.keys import Keys
from worker.publishing.publisher import Finished, Publication, Verdict

SERIES_LABEL = '{}="{}"'.format


def series() -> set[str]:
    """The series shown now, without their values."""
    lines = generate_latest(REGISTRY).decode().splitlines()
    return {line.rpartition(" ")[0] for line in lines if line.startswith("stancewire_")}


def known() -> set[str]:
    """The series of the closed lists, as they are shown."""
    return {
        f"{name}_total{{{','.join(map(SERIES_LABEL, labels, values))}}}"
        for name, labels, values in metrics.known_series()
    }


@given(name=st.text(min_size=1, max_size=40), iso3=st.text(max_size=3) | st.sampled_from(["NOR", "XXX"]))
def test_what_parties_are_called_adds_no_series(name: str, iso3: str) -> None:
    record([_finished(POSITION)], Publication((Verdict.PUBLISHED,), 1_000))
    before = series()
    party = POSITION.party.model_copy(update={"name": name, "iso3": iso3, "mention": name})
    article = POSITION.article.model_copy(update={"id": name, "source": name, "url": name})
    record(
        [_finished(POSITION.model_copy(update={"party": party, "article": article, "reported_by": name}))],
        Publication((Verdict.PUBLISHED,), 1_000),
    )
    assert {line for line in series() - before if not re.search("_created", line)} <= known()


@pytest.mark.parametrize("reason", sorted(metrics.REFUSED))
def test_a_dead_letter_adds_no_series_but_counts(reason: Reason) -> None:
    metrics.show_intake_from_zero()
    before, count = series(), REGISTRY.get_sample_value("stancewire_articles_dead_total", {"reason": reason.value})
    record([Finished("1-1", Refused(reason, "error"), {})], Publication((Verdict.PUBLISHED,), 1_000))
    assert series() == before
    assert REGISTRY.get_sample_value("stancewire_articles_dead_total", {"reason": reason.value}) == (count or 0) + 1


def test_a_worker_shows_every_known_series_from_zero_on_and_none_twice(tmp_path: Path) -> None:
    """In a process of its own: the library decides by the environment, when it is imported, where figures are kept."""
    program = """
from pathlib import Path
from worker.observability.multiprocess import multiprocess_exposition, prepare_multiprocess
prepare_multiprocess(Path("."))
from worker.observability import metrics
metrics.ARTICLES_DEAD.labels("schema").inc()
print(multiprocess_exposition().decode())
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    shown = [line.rpartition(" ") for line in done.stdout.splitlines() if line and not line.startswith("#")]
    values = {series: float(value) for series, _, value in shown}
    assert len(values) == len(shown)
    assert values.pop('stancewire_articles_dead_total{reason="schema"}') == 1
    dead = {name: value for name, value in values.items() if name.startswith("stancewire_articles_dead_total")}
    assert set(dead.values()) == {0}
    assert len(dead) == len(metrics.REFUSED) - 1
    assert values['stancewire_party_positions_total{party="NOR",stance="oppose"}'] == 0


def test_what_a_killed_process_had_right_now_is_gone_and_what_it_counted_stays(tmp_path: Path) -> None:
    program = """
import os, signal
from pathlib import Path
from worker.observability.multiprocess import multiprocess_exposition, prepare_multiprocess
prepare_multiprocess(Path("."))
from prometheus_client import Counter, Gauge
held = Gauge("held", "Right now", multiprocess_mode="livesum")
done = Counter("done", "Ever")
def shown():
    lines = multiprocess_exposition().decode().splitlines()
    return [line for line in lines if line.startswith(("held ", "done_total "))]
told, tell = os.pipe()
child = os.fork()
if child == 0:
    held.set(3)
    done.inc(5)
    os.write(tell, b"x")
    signal.pause()
os.read(told, 1)
print(*shown())
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
print(*shown())
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    before, after = run.stdout.splitlines()
    assert sorted(before.split(" ")) == ["3.0", "5.0", "done_total", "held"]
    assert "held 3.0" not in after
    assert "done_total 5.0" in after


def test_every_reason_is_either_refused_or_skipped() -> None:
    known = {(name, value) for name, _, (value, *_) in metrics.known_series()}
    for reason in Reason:
        shown = {
            name for name in ("stancewire_articles_dead", "stancewire_articles_skipped") if (name, reason) in known
        }
        assert len(shown) == 1


def test_names_carry_base_units_and_no_others() -> None:
    names = {family.name for family in REGISTRY.collect() if family.name.startswith("stancewire_")}
    assert not [name for name in names if re.search(r"_(ms|milliseconds|minutes|kb|mb|percent)\b", name)]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


class AnsweringClient:
    """Stands for a server with given answers."""

    def __init__(self, answers: list[object], seconds: tuple[int, int] = (0, 0)) -> None:
        self._answers = answers
        self._seconds = seconds

    def pipeline(self, *, transaction: bool) -> "AnsweringClient":
        return self

    def info(self, _section: str) -> None:
        """Queue the question."""

    def xinfo_stream(self, _key: str) -> None:
        """Queue the question."""

    def execute(self, *, raise_on_error: bool) -> list[object]:
        return self._answers

    def time(self) -> tuple[int, int]:
        return self._seconds


MEMORY = {"used_memory": 10, "maxmemory": 0, "total_system_memory": 1000}


def test_articles_appended_add_up_over_partitions_and_a_stream_not_there_yet_counts_as_none() -> None:
    client = AnsweringClient([MEMORY, {"entries-added": 7}, ResponseError("no such key"), {"entries-added": 5}])
    assert measure_server(client, [Keys()] * 3).appended == 12  # type: ignore[arg-type]


def test_a_server_without_a_limit_of_its_own_is_limited_by_its_machine() -> None:
    assert measure_server(AnsweringClient([MEMORY]), []).memory_limit == 1000  # type: ignore[arg-type]
    own = {**MEMORY, "maxmemory": 500}
    assert measure_server(AnsweringClient([own]), []).memory_limit == 500  # type: ignore[arg-type]


def test_the_clock_is_compared_at_the_middle_of_the_question() -> None:
    moments = iter([100.0, 102.0])
    client = AnsweringClient([], seconds=(98, 500_000))
    assert clock_offset(client, lambda: next(moments)) == pytest.approx(2.5)  # type: ignore[arg-type]


def test_a_server_that_is_away_leaves_its_figures_out_and_breaks_no_scrape() -> None:
    def away() -> float:
        raise RedisConnectionError("away")

    registry = CollectorRegistry()
    registry.register(ServerCollector(away))  # type: ignore[arg-type]
    registry.register(ClockCollector(away))
    assert generate_latest(registry) == b""


def test_a_worker_shows_its_tasks_and_the_memory_and_time_of_its_processes() -> None:
    registry = CollectorRegistry()
    registry.register(WorkerCollector("node@host", lambda: 3))
    assert registry.get_sample_value("celery_worker_up", {"hostname": "node@host"}) == 1
    assert registry.get_sample_value("celery_worker_tasks_active", {"hostname": "node@host"}) == 3
    assert (registry.get_sample_value("stancewire_worker_memory_bytes") or 0) > 1_000_000
    assert (registry.get_sample_value("stancewire_worker_cpu_seconds_total") or 0) > 0


def _finished(position: object) -> Finished:
    return Finished("1-1", Processed((position,), PROCESSED, ""), {})  # type: ignore[arg-type]
