"""Articles that take their worker down, in one system: each ends as a dead letter, alone, and the pool recovers."""

import json
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from system import System, processes, wait_until

from schemas.codes import Reason
from schemas.messages import DeadArticle
from worker.supervisor import Supervisor

POISON = {
    "a native crash": ("crash", Reason.ATTEMPTS_EXHAUSTED, "signal 11"),
    "killed for its memory": ("kill", Reason.ATTEMPTS_EXHAUSTED, "signal 9"),
    "memory refused": ("exhaust", Reason.INTERNAL, "MemoryError"),
    "an error each time": ("raise", Reason.INTERNAL, "RuntimeError: as told"),
    "a hang": ("hang", Reason.TIMEOUT, "time limit"),
    "a hang that no signal ends": ("deaf hang", Reason.ATTEMPTS_EXHAUSTED, "time limit"),
}
NEIGHBOURS = 9
ATTEMPTS = 2


@pytest.fixture(scope="module")
def after_all(make_system: Callable[..., System]) -> Iterator[tuple[System, Supervisor]]:
    """A system that has worked off one batch of each kind: the poison and its neighbours."""
    system = make_system(max_attempts=ATTEMPTS, article_time_limit=0.6, batch_time_limit=0.6, kill_margin=0.6)
    pipe = system.client.pipeline()
    for kind, (command, _, _) in POISON.items():
        for number in range(NEIGHBOURS):
            pipe.xadd("articles", {"data": json.dumps({"id": f"{kind}, neighbour {number}", "body": "2"})})
        pipe.xadd("articles", {"data": json.dumps({"id": kind, "body": f"{command}\n1"}), "kind": kind})
    pipe.execute()
    services = system.start()
    system.settled(fed=len(POISON) * (NEIGHBOURS + 1), within=120)
    yield system, services
    system.close()


def letter_of(system: System, kind: str) -> DeadArticle:
    [letter] = [letter for letter in system.dead if letter.fields.get("kind") == kind]
    return letter


@pytest.mark.parametrize("kind", POISON)
def test_a_poison_is_dead_lettered_after_its_attempts_with_its_history(
    after_all: tuple[System, Supervisor], kind: str
) -> None:
    system, _ = after_all
    _, reason, words = POISON[kind]
    letter = letter_of(system, kind)
    assert letter.reason is reason
    in_company, *alone = letter.history
    assert f"in a batch of {NEIGHBOURS + 1}" in in_company
    assert len(alone) == ATTEMPTS
    assert all(" alone" in line for line in alone)
    assert words in f"{letter.error} {letter.history}"


def test_all_neighbours_are_done_though_each_was_beside_a_poison(after_all: tuple[System, Supervisor]) -> None:
    system, _ = after_all
    done = Counter(summary.article_id for summary in system.processed)
    assert done == {f"{kind}, neighbour {number}": 1 for kind in POISON for number in range(NEIGHBOURS)}
    assert len(system.dead) == len(POISON)
    assert len(system.positions) == 2 * len(done)


def test_the_pool_is_at_full_strength_again_and_works(after_all: tuple[System, Supervisor]) -> None:
    system, services = after_all
    before = system.client.xlen("articles.processed")
    at_work: set[int] = set()
    fed = 0

    def every_process_was_at_work() -> bool:
        nonlocal fed
        for number in range(fed, fed + 10):
            system.feed("sleep 0.02\n1", id=f"afterwards {number}")
        fed += 10
        at_work.update(starter(history) for history in system.client.hvals("articles.attempts"))
        _, children = processes(services, "worker")
        return len(children) == system.settings.concurrency and {child.pid for child in children} <= at_work

    wait_until(every_process_was_at_work, what="as many processes as before, each at work")
    system.settled(fed=before + len(POISON) + fed)
    assert not system.client.hlen("articles.attempts")
    assert [status.restarts for status in services.statuses] == [0, 0]


def starter(history: bytes) -> int:
    """Return the process that started an entry last."""
    return int(history.split(b"\n")[-1].split()[0].rpartition(b":")[2])
