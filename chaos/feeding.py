"""What was fed, and what does the producer know of it? A producer that insists, and its ledger."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError, ResponseError

from chaos.articles import article_id, is_fed_twice, payload
from worker.connection import Client

LARGEST_BURST = 60
PAUSE = 0.05


@dataclass(slots=True)
class Fed:
    """How often an article was appended."""

    certainly: int = 0
    """The server said so."""
    perhaps: int = 0
    """The connection broke before an answer came, or the server forgot what it had said."""


class Ledger:
    """What the producer knows of each article."""

    def __init__(self, seed: int) -> None:
        """Start with nothing."""
        self.seed = seed
        self.count = 0
        """Articles up to this number were fed."""
        self.newest = (0, 0)
        """Id of the newest entry that the server has told us of."""
        self.forgotten = 0
        """Entries that the server had acknowledged and did not have any more after it was killed."""
        self._fed: dict[str, Fed] = {}
        self._recent: list[tuple[tuple[int, int], str]] = []

    @property
    def fed(self) -> dict[str, Fed]:
        """How often each article was appended, by its id."""
        return self._fed

    def appended(self, article: str, entry_id: bytes | None) -> None:
        """Note an answer; None: it never came."""
        entry = self._fed.setdefault(article, Fed())
        if entry_id is None:
            entry.perhaps += 1
            return
        entry.certainly += 1
        self.newest = parsed(entry_id)
        self._recent = [*self._recent[-2000:], (self.newest, article)]

    def server_came_back(self, newest: tuple[int, int]) -> None:
        """Note what the server remembers: what it had acknowledged after that, it has forgotten."""
        for entry_id, article in self._recent:
            if entry_id > newest:
                self._fed[article].certainly -= 1
                self._fed[article].perhaps += 1
                self.forgotten += 1
        self._recent = [(entry_id, article) for entry_id, article in self._recent if entry_id <= newest]
        self.newest = min(self.newest, newest)


Send = Callable[[Sequence[str]], list[bytes | Exception]]
"""Hands messages over; returns an id or an error for each, raises where it cannot know."""


class Feeder:
    """Feeds articles at a steady rate in bursts of any size, in a thread."""

    def __init__(
        self, send: Send, ledger: Ledger, *, articles: int, rate: float, wait: Callable[[], bool] = lambda: False
    ) -> None:
        """Feed so many, so many a second, but nothing while it has to `wait`."""
        self._send = send
        self._ledger = ledger
        self._articles = articles
        self._rate = rate
        self._wait = wait
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feeder", daemon=True)
        self.lock = threading.Lock()
        """Held while the ledger is written."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End at once: what was fed is not complete then."""
        self._stop.set()
        self.join()

    def join(self) -> None:
        """Wait until it has ended."""
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def done(self) -> bool:
        """Whether everything is fed."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def _run(self) -> None:
        dice = random.Random(self._ledger.seed)  # noqa: S311 (no secret)
        started = time.monotonic()
        while self._ledger.count < self._articles and not self._stop.is_set():
            first = self._ledger.count
            last = min(self._articles, first + dice.randint(1, LARGEST_BURST))
            burst = [number for number in range(first, last) for _ in range(2 if is_fed_twice(number) else 1)]
            self._append(burst)
            self._ledger.count = last
            self._stop.wait(max(0.0, started + last / self._rate - time.monotonic()))

    def _append(self, numbers: Sequence[int]) -> None:
        seed = self._ledger.seed
        while numbers and not self._stop.is_set():
            if self._wait():
                time.sleep(PAUSE)
                continue
            try:
                answers = self._send([payload(seed, number) for number in numbers])
            except (RedisError, OSError):
                answers = [None] * len(numbers)  # type: ignore[list-item]
            refused = []
            with self.lock:
                for number, answer in zip(numbers, answers, strict=True):
                    if not isinstance(answer, ResponseError):
                        self._ledger.appended(article_id(seed, number), answer if isinstance(answer, bytes) else None)
                    if not isinstance(answer, bytes):
                        refused.append(number)
            numbers = refused
            if numbers:
                time.sleep(PAUSE)


def append_by(client: Client, stream: str) -> Send:
    """Return what appends messages to a stream; the client must not try again by itself."""

    def send(messages: Sequence[str]) -> list[bytes | Exception]:
        pipe = client.pipeline(transaction=False)
        for message in messages:
            pipe.xadd(stream, {"data": message})
        answers: list[Any] = pipe.execute(raise_on_error=False)
        return answers

    return send


def parsed(entry_id: bytes) -> tuple[int, int]:
    """Return an entry's id as numbers, which can be compared."""
    milliseconds, _, number = entry_id.partition(b"-")
    return int(milliseconds), int(number)
