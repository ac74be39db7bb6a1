"""How does a server come and go? An embedded one that can be killed and comes back with what it has on disk."""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from redis.exceptions import RedisError

from worker.connection import Client, connect
from worker.embedded import EmbeddedServer, start_embedded_server
from worker.settings import Settings

LOOK_EVERY = 0.02
SECONDS_TO_DISK = 1.0
"""For how long `everysec` may leave what was written to the care of the operating system."""


class NotNow(Exception):  # noqa: N818 (no error)
    """What a fault wants to hit is not there at the moment."""


class Server:
    """An embedded server that can be killed and comes back with what it has on disk."""

    def __init__(self, settings: Settings) -> None:
        """Start it."""
        self._settings = settings
        self._sizes: deque[tuple[float, Path, int]] = deque()
        self._running = self._start()
        self.settings = settings.with_server(self._running.url)
        self.client: Client = connect(self.settings, retries=0)
        """Leads to it directly; a failed call is not tried again."""
        self.away = False
        """From before it is killed until `came_back` has looked at it; a producer waits for that."""
        self.came_back: Callable[[], None] = lambda: None
        """Called when it has been started again."""
        self._watching = threading.Event()
        threading.Thread(target=self._watch, name="log sizes", daemon=True).start()

    @property
    def socket(self) -> Path:
        """The socket that it listens on."""
        return self._settings.server_directory.absolute() / "valkey.sock"

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._running.running

    def kill(self) -> None:
        """Kill its process."""
        if not self.running:
            raise NotNow("the server is away")
        self.away = True
        try:
            os.kill(int(self.client.info("server")["process_id"]), signal.SIGKILL)
        except (RedisError, OSError):
            self.away = False
            raise NotNow("the server does not answer") from None
        while self.running:
            time.sleep(0.005)

    def lose_what_is_not_on_disk(self) -> None:
        """Cut its log back to what it was a second ago, unless it waits for the disk with every write."""
        if self._settings.server_fsync == "always":
            return
        since = time.monotonic() - SECONDS_TO_DISK
        log = self._log()
        sizes = [size for at, path, size in [*self._sizes] if path == log and at >= since]
        os.truncate(log, min(sizes, default=log.stat().st_size))

    def start(self) -> None:
        """Start it again."""
        self._running = self._start()
        self.came_back()
        self.away = False

    def stop(self) -> None:
        """Stop it for good."""
        self._watching.set()
        self.client.close()
        self._running.stop()

    def _start(self) -> EmbeddedServer:
        return start_embedded_server(self._settings)

    def _watch(self) -> None:
        while not self._watching.wait(LOOK_EVERY):
            with suppress(OSError, ValueError):  # it is just being written anew
                log = self._log()
                self._sizes.append((time.monotonic(), log, log.stat().st_size))
            while self._sizes and self._sizes[0][0] < time.monotonic() - SECONDS_TO_DISK - 1:
                self._sizes.popleft()

    def _log(self) -> Path:
        """Return the file that it appends to."""
        logs = (self._settings.server_directory.absolute() / "appendonlydir").glob("*.incr.aof")
        return max(logs, key=lambda path: path.stat().st_mtime)
