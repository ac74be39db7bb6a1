"""The producer of chaos runs insists until it is told yes, and knows what it cannot know."""

from collections import Counter
from collections.abc import Sequence
from itertools import count

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError

from chaos.articles import TWICE_EVERY, payload
from chaos.feeding import Fed, Feeder, Ledger

NUMBERS = count(1)


def fed_through(answers: Sequence[object], articles: int = 1) -> tuple[Ledger, list[str]]:
    """Feed articles to something that gives these answers first, then says yes."""
    left, messages = list(answers), []

    def send(sent: Sequence[str]) -> list[bytes | Exception]:
        messages.extend(sent)
        answer = left.pop(0) if left else None
        if isinstance(answer, RedisConnectionError):
            raise answer
        if isinstance(answer, Exception):
            return [answer] * len(sent)
        return [b"%d-0" % next(NUMBERS) for _ in sent]

    ledger = Ledger(1)
    feeder = Feeder(send, ledger, articles=articles, rate=1e9)
    feeder.start()
    feeder.join()
    return ledger, messages


def test_an_article_is_fed_once() -> None:
    ledger, messages = fed_through([], articles=20)
    assert list(ledger.fed.values()) == [Fed(certainly=1)] * 20
    assert messages == [payload(1, number) for number in range(20)]


def test_what_the_server_refuses_is_fed_again_and_stands_there_once() -> None:
    ledger, messages = fed_through([OutOfMemoryError("full"), OutOfMemoryError("full")])
    assert list(ledger.fed.values()) == [Fed(certainly=1)]
    assert len(messages) == 3


def test_what_no_answer_came_to_stands_there_perhaps_twice() -> None:
    ledger, _ = fed_through([RedisConnectionError("cut")])
    assert list(ledger.fed.values()) == [Fed(certainly=1, perhaps=1)]


def test_some_articles_are_fed_twice_on_purpose() -> None:
    ledger, _ = fed_through([], articles=TWICE_EVERY * 3)
    assert Counter(fed.certainly for fed in ledger.fed.values()) == {1: TWICE_EVERY * 3 - 3, 2: 3}


def test_what_a_server_forgot_is_fed_perhaps() -> None:
    ledger = Ledger(1)
    ledger.appended("one", b"5-0")
    ledger.appended("other", b"5-1")
    ledger.server_came_back((5, 0))
    assert ledger.fed == {"one": Fed(certainly=1), "other": Fed(perhaps=1)}
    assert ledger.forgotten == 1
    assert ledger.newest == (5, 0)
