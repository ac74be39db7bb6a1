"""How do others know that a worker is still at its entries? It says so, every now and then, for as long as it is."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog

log = structlog.get_logger(__name__)


class SignsOfLife:
    """Shows signs of life for the entries in hand, from a thread that is there while there is work.

    A thread a batch would cost more than all else that happens to a batch of small articles beside the language work.
    """

    def __init__(self, show: Callable[[Sequence[str]], object], *, every: float) -> None:
        """Call `show` with the entries in hand every so many seconds."""
        self._show = show
        self._every = every
        self._lock = threading.Lock()
        self._in_hand: tuple[str, ...] = ()
        self._thread: threading.Thread | None = None

    @contextmanager
    def shown_for(self, entry_ids: Sequence[str]) -> Iterator[None]:
        """Show signs of life for these entries while the block runs."""
        with self._lock:
            self._in_hand = tuple(entry_ids)
            if entry_ids and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="signs of life", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            self._in_hand = ()

    def _run(self) -> None:
        while True:
            time.sleep(self._every)
            with self._lock:
                in_hand = self._in_hand
                if not in_hand:
                    self._thread = None
                    return
            try:
                self._show(in_hand)
            except Exception as error:  # the thread goes on for the batches to come
                log.warning("a claim could not be refreshed", error=str(error))
