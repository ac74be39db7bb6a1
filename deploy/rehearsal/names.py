"""Which addresses has a service? A name server for the rehearsal, as a container engine runs one for its networks."""

import socket
import struct
import threading
from collections.abc import Callable, Sequence

A, IN = 1, 1
ANSWER, NO_SUCH_NAME = 0x8580, 0x8583
"""Flags: a response, with authority, recursion available; the last digit is the code."""
TTL = 1


def serve_names(address: str, lookup: Callable[[str], Sequence[str] | None]) -> None:
    """Answer questions at `address` from a thread of this process; `lookup` gives a name's IPv4 addresses, or None."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind((address, 53))

    def answer_all() -> None:
        while True:
            question, asker = listener.recvfrom(1500)
            answer = answer_question(question, lookup)
            if answer is not None:
                listener.sendto(answer, asker)

    threading.Thread(target=answer_all, name="names", daemon=True).start()


def answer_question(question: bytes, lookup: Callable[[str], Sequence[str] | None]) -> bytes | None:
    """Return the answer to one DNS message, None where it cannot be read."""
    try:
        identity, _flags, questions = struct.unpack_from("!HHH", question)
        labels, at = [], 12
        while length := question[at]:
            labels.append(question[at + 1 : at + 1 + length].decode("ascii"))
            at += 1 + length
        kind, network = struct.unpack_from("!HH", question, at + 1)
    except (struct.error, IndexError, UnicodeDecodeError):
        return None
    if questions != 1:
        return None
    asked = question[12 : at + 5]
    addresses = lookup(".".join(labels).lower())
    if addresses is None:
        return struct.pack("!HHHHHH", identity, NO_SUCH_NAME, 1, 0, 0, 0) + asked
    shown = list(addresses) if (kind, network) == (A, IN) else []
    records = b"".join(
        struct.pack("!HHHLH", 0xC00C, A, IN, TTL, 4) + socket.inet_aton(address) for address in shown
    )  # 0xC00C: the name stands in the question
    return struct.pack("!HHHHHH", identity, ANSWER, 1, len(shown), 0, 0) + asked + records
