"""Producers faster than workers: the backlog waits in the stream, processes stay as they are, nothing is dropped."""

import pytest

from bench.overload import Report, overload

RATE, CAPACITY = 300, 100
SECONDS = 6


@pytest.fixture(scope="module")
def report() -> Report:
    return overload(seconds=SECONDS, rate=RATE, size=2000, warm_up=0.4)


def test_the_backlog_waits_in_the_stream_and_its_lag_is_told(report: Report) -> None:
    assert report.fed > RATE * SECONDS / 2
    assert report.done_under_load < CAPACITY * SECONDS
    assert report.most_lag > report.fed / 3


def test_whatever_was_fed_is_done_once_though_done_entries_are_trimmed_meanwhile(report: Report) -> None:
    assert report.trimmed > 0
    assert (report.lost, report.doubled, report.dead) == (0, 0, 0)


def test_no_process_but_the_server_grows(report: Report) -> None:
    assert {course.name for course in report.courses} >= {"server", "intake", "worker", "worker child 1"}
    assert report.broken == []


def test_files_and_connections_stay_the_same(report: Report) -> None:
    workers = [course for course in report.courses if course.name.startswith(("worker", "intake"))]
    assert all(max(course.connections) - min(course.connections) <= 1 for course in workers)
    assert all(max(course.files) - min(course.files) <= 2 for course in workers)
