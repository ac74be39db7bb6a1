"""Events: ids that come out the same, attributes of CloudEvents, dead letters that lose nothing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Reason
from schemas.envelope import EventAttributes
from schemas.messages import DeadArticle, Extractor, ProcessedArticle
from worker.publishing import events
from worker.publishing.dead_letters import original_fields

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
SUMMARY = ProcessedArticle(
    article_id="a",
    positions=2,
    raw_characters=1,
    cleaned_characters=1,
    extractor=Extractor(version="1", model="m", domain="d"),
)


def fields_of(event: events.Event) -> dict[str, str]:
    flat = [part if isinstance(part, str) else part.decode() for part in event.fields]
    return dict(zip(flat[::2], flat[1::2], strict=True))


def letter(fields: dict[bytes, bytes]) -> DeadArticle:
    return events.dead_article(
        entry_id="1-1", fields=fields, reason=Reason.SCHEMA, error="why", worker="w", attempts=1, history=("h",)
    )


def test_attributes_are_those_of_cloudevents() -> None:
    fields = fields_of(events.processed_event(SUMMARY, time=events.timestamp(NOW)))
    attributes = EventAttributes.model_validate({name: value for name, value in fields.items() if name != "data"})
    assert (attributes.subject, attributes.time) == ("a", NOW)
    assert ProcessedArticle.model_validate_json(fields["data"]) == SUMMARY


def test_a_summary_has_the_same_id_whenever_it_is_computed() -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)
    first, second = (
        fields_of(events.processed_event(SUMMARY, time=events.timestamp(time)))["id"] for time in (NOW, later)
    )
    assert first == second


def test_a_duplicate_has_an_id_of_its_own_and_says_of_what() -> None:
    fields = fields_of(events.duplicate_event(SUMMARY, "2-1", time=events.timestamp(NOW)))
    assert fields["id"] != fields_of(events.processed_event(SUMMARY, time=events.timestamp(NOW)))["id"]
    duplicate = ProcessedArticle.model_validate_json(fields["data"])
    assert (duplicate.positions, duplicate.skipped, duplicate.duplicate_of) == (0, Reason.DUPLICATE, "a")


@given(st.dictionaries(st.binary(max_size=20), st.binary(max_size=40), max_size=4), st.binary(max_size=80))
def test_a_dead_letter_gives_back_every_byte_that_came_in(others: dict[bytes, bytes], data: bytes) -> None:
    came_in = others | {b"data": data}
    read_back = DeadArticle.model_validate_json(letter(came_in).model_dump_json())
    assert original_fields(read_back) == came_in


@pytest.mark.parametrize(
    ("data", "as_text", "as_base64"), [(b"{}", "{}", None), (b"\xff", None, "/w=="), (b"\x00", "\x00", None)]
)
def test_a_message_is_kept_readable_where_it_can_be(data: bytes, as_text: str | None, as_base64: str | None) -> None:
    dead = letter({b"data": data})
    assert (dead.data, dead.data_base64) == (as_text, as_base64)


def test_a_huge_message_is_kept_in_base64_so_that_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LARGEST_AS_TEXT", 3)
    assert letter({b"data": b"four"}).data_base64 is not None
