"""Signs of life: for what is in hand, for as long as it is, whatever goes wrong with one of them."""

import queue
import threading
from collections.abc import Sequence

from redis.exceptions import ConnectionError as RedisConnectionError

from worker.signs_of_life import SignsOfLife

EVERY = 0.005


class Seen:
    """Takes the signs; `troubles` go wrong first."""

    def __init__(self, *troubles: Exception) -> None:
        self.signs: queue.Queue[tuple[str, ...]] = queue.Queue()
        self.threads: set[int] = set()
        self.troubles = list(troubles)

    def __call__(self, entry_ids: Sequence[str]) -> None:
        self.threads.add(threading.get_ident())
        if self.troubles:
            raise self.troubles.pop()
        self.signs.put(tuple(entry_ids))


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "signs of life"]


def test_signs_are_shown_for_what_is_in_hand_again_and_again() -> None:
    seen = Seen()
    with SignsOfLife(seen, every=EVERY).shown_for(["1-0", "2-0"]):
        assert [seen.signs.get(timeout=10) for _ in range(3)] == [("1-0", "2-0")] * 3


def test_a_sign_that_fails_is_followed_by_others() -> None:
    seen = Seen(RedisConnectionError(), ValueError())
    with SignsOfLife(seen, every=EVERY).shown_for(["1-0"]):
        assert seen.signs.get(timeout=10) == ("1-0",)


def test_the_next_batch_has_its_own() -> None:
    seen = Seen()
    signs = SignsOfLife(seen, every=EVERY)
    with signs.shown_for(["1-0"]):
        seen.signs.get(timeout=10)
    with signs.shown_for(["2-0"]):
        while seen.signs.get(timeout=10) != ("2-0",):
            pass


def test_the_thread_ends_when_there_is_nothing_in_hand() -> None:
    before = set(threads())
    with SignsOfLife(Seen(), every=EVERY).shown_for(["1-0"]):
        [thread] = set(threads()) - before
    thread.join(10)
    assert not thread.is_alive()


def test_nothing_in_hand_needs_no_thread() -> None:
    before = threads()
    with SignsOfLife(Seen(), every=EVERY).shown_for([]):
        assert threads() == before
