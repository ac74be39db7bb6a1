"""When did a process, or one it forked, last get on with its work? One number in memory that they all share."""

import mmap
import struct
import time

_FORMAT = "d"


class Progress:
    """A moment that forked processes write and their parent reads. Create it before the fork."""

    def __init__(self) -> None:
        """Start with this moment."""
        self._memory = mmap.mmap(-1, struct.calcsize(_FORMAT))
        self.made()

    def made(self) -> None:
        """Note that there was progress."""
        struct.pack_into(_FORMAT, self._memory, 0, time.monotonic())

    @property
    def at(self) -> float:
        """When there was progress last, by the clock `time.monotonic` (one for all processes of a machine)."""
        moment: float = struct.unpack_from(_FORMAT, self._memory)[0]
        return moment
