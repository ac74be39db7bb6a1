"""The rehearsal's name server answers as a container engine's does."""

import struct

import pytest

from deploy.rehearsal.names import answer_question

ADDRESSES = {"worker": ["10.88.0.5", "10.88.0.6"]}


def question(name: str, kind: int = 1) -> bytes:
    labels = b"".join(struct.pack("!B", len(label)) + label.encode() for label in name.split("."))
    return struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", kind, 1)


def header(answer: bytes) -> tuple[int, int, int]:
    identity, flags, _, count, *_ = struct.unpack_from("!HHHHHH", answer)
    return identity, flags & 0xF, count


def test_a_service_has_the_addresses_of_all_its_replicas() -> None:
    answer = answer_question(question("worker"), ADDRESSES.get)
    assert answer is not None
    assert header(answer) == (7, 0, 2)
    assert bytes([10, 88, 0, 5]) in answer
    assert bytes([10, 88, 0, 6]) in answer


def test_a_name_that_is_none_is_told_so() -> None:
    answer = answer_question(question("grafana"), ADDRESSES.get)
    assert answer is not None
    assert header(answer) == (7, 3, 0)


def test_a_service_has_no_address_of_another_kind() -> None:
    answer = answer_question(question("worker", kind=28), ADDRESSES.get)
    assert answer is not None
    assert header(answer) == (7, 0, 0)


@pytest.mark.parametrize("broken", [b"", b"\0" * 11, question("worker")[:-3], question("worker")[:14]])
def test_what_cannot_be_read_is_not_answered(broken: bytes) -> None:
    assert answer_question(broken, ADDRESSES.get) is None
