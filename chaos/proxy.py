"""How are connections cut and slowed? By a small TCP proxy between the processes and their server."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")
CHUNK = 65_536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Proxy:
    """Passes bytes between a loopback port and the server's socket, until it is told otherwise.

    It runs in a thread of its own. A server that is away is to its clients what it would be without the proxy: a
    connection that ends at once.
    """

    def __init__(self, target: Path) -> None:
        """Lead to the unix socket `target`, which need not be there all the time."""
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._passing = asyncio.Event()
        self._passing.set()
        self._refusing = False
        self._delay = 0.0
        self.port = 0
        self.cut_connections = 0
        """How many connections were cut, both ends of one counted once."""

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        self.port = self._call(self._listen)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop listening, cut what is there."""
        self._call(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Cut every connection at once and refuse new ones until `accept`: what was on its way is lost."""

        async def cut() -> None:
            self._refusing = True
            self.cut_connections += len(self._writers) // 2
            for writer in list(self._writers):
                _reset(writer)

        self._call(cut)

    def accept(self) -> None:
        """Accept connections again."""

        async def accept() -> None:
            self._refusing = False

        self._call(accept)

    def slow(self, delay: float) -> None:
        """Let each piece of data take `delay` seconds more, in both directions; 0: none."""

        async def slow() -> None:
            self._delay = delay

        self._call(slow)

    def hang(self) -> None:
        """Let nothing pass until `release`; connections stay open, and what waits is passed on then."""

        async def hang() -> None:
            self._passing.clear()

        self._call(hang)

    def release(self) -> None:
        """Pass on what waits."""

        async def release() -> None:
            self._passing.set()

        self._call(release)

    def _call(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(function(), self._loop).result(timeout=10)

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            _reset(writer)
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            _reset(writer)
            return
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(self._target)
        except OSError:
            _reset(writer)
            return
        pair = {writer, server_writer}
        self._writers |= pair
        try:
            await asyncio.gather(self._pass_on(reader, server_writer), self._pass_on(server_reader, writer))
        except OSError:
            pass  # one end is gone: so is the other
        finally:
            self._writers -= pair
            for end in pair:
                _reset(end)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            await self._passing.wait()
            if self._delay:
                await asyncio.sleep(self._delay)
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError("one end has closed")


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection as a machine does that knows nothing of it: by a reset, without what waits to be sent."""
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.family != socket.AF_UNIX:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
