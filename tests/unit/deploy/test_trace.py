"""A producer's trace goes along to every event about its article; what is no trace goes nowhere."""

import pytest

from schemas.codes import Reason
from worker.outcome import Refused
from worker.publishing.publisher import Finished
from worker.publishing.trace import trace_fields, traceparent_of
from worker.settings import Settings

TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_trace_is_passed_on_as_it_came() -> None:
    fields = {b"data": b"{}", b"traceparent": TRACE, b"tracestate": b"vendor=opaque"}
    assert trace_fields(fields) == ("traceparent", TRACE.decode(), "tracestate", "vendor=opaque")


def test_a_state_without_a_trace_means_nothing() -> None:
    assert trace_fields({b"data": b"{}", b"tracestate": b"vendor=opaque"}) == ()


def test_a_state_that_no_header_could_hold_is_left_out() -> None:
    assert trace_fields({b"traceparent": TRACE, b"tracestate": b"a=b\nforged"}) == ("traceparent", TRACE.decode())


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"hello",
        TRACE.upper(),
        TRACE + b"\n",
        TRACE + b"-more",
        b"ff" + TRACE[2:],
        b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01",
        b"00-4bf92f3577b34da6a3ce929d0e0e4736-" + b"0" * 16 + b"-01",
        b"\xff\xfe",
    ],
)
def test_what_is_no_trace_is_not_passed_on(value: bytes) -> None:
    assert traceparent_of({b"data": b"{}", b"traceparent": value}) is None


class RecordingClient:
    """Stands for a server: keeps what the publish script is called with."""

    def __init__(self) -> None:
        self.arguments: list[object] = []

    def register_script(self, _source: str) -> "RecordingClient":
        return self

    def __call__(self, *, keys: object, args: list[object]) -> list[int]:
        self.arguments = args
        return [0, 1]


def test_the_event_of_an_article_carries_its_trace(settings: Settings) -> None:
    from worker.publishing.keys import Keys
    from worker.publishing.publisher import Publisher

    client = RecordingClient()
    refused = Refused(Reason.NOT_JSON, "no JSON")
    Publisher(client, Keys(), settings).publish([Finished("1-1", refused, {b"data": b"{", b"traceparent": TRACE})])  # type: ignore[arg-type]
    names = client.arguments
    assert names[names.index("traceparent") + 1] == TRACE.decode()
