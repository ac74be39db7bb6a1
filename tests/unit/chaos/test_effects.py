"""Events are compared by everything they say, but not by when it was said."""

from datetime import UTC, datetime, timedelta

import pytest

from chaos.articles import payload
from chaos.effects import fingerprint
from chaos.stand_in import NEWER, StandIn
from schemas.messages import PositionEvent
from worker.outcome import Processed
from worker.publishing.events import Event, position_event, processed_event

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def fields(event: Event) -> dict[bytes, bytes]:
    """Return an event as it stands in its topic."""
    flat = [part.encode() if isinstance(part, str) else part for part in event.fields]
    return dict(zip(flat[::2], flat[1::2], strict=True))


def outcome(**behaviour: object) -> Processed:
    """Return what the stand-in makes of an article that has positions."""
    for number in range(100):
        [found] = StandIn(**behaviour).run([payload(1, number).encode()])
        if isinstance(found, Processed) and found.positions:
            return found
    raise AssertionError("no article has positions")


def position() -> PositionEvent:
    return outcome().positions[0]


def test_the_same_event_at_another_time_is_the_same() -> None:
    later = position_event(position(), time=NOW + timedelta(hours=1))
    assert fingerprint(fields(position_event(position(), time=NOW))) == fingerprint(fields(later))


def test_how_long_an_article_took_makes_no_difference() -> None:
    summaries = (outcome(seconds=seconds).summary for seconds in (0, 0.001))
    assert len({fingerprint(fields(processed_event(summary, time=NOW))) for summary in summaries}) == 1


@pytest.mark.parametrize(
    "change", [{"confidence": 0.6}, {"reported_by": "Interfax"}, {"position_id": "0" * 32}], ids=str
)
def test_an_event_that_says_something_else_is_another(change: dict[str, object]) -> None:
    changed = position().model_copy(update=change)
    events = (position_event(one, time=NOW) for one in (position(), changed))
    assert len({fingerprint(fields(event)) for event in events}) == 2


def test_an_event_with_another_attribute_is_another() -> None:
    before = fields(position_event(position(), time=NOW))
    assert fingerprint(before) != fingerprint({**before, b"subject": b"another article"})


def test_the_versions_of_the_stand_in_can_be_told_apart() -> None:
    summaries = (outcome().summary, outcome(version=NEWER).summary)
    assert len({fingerprint(fields(processed_event(summary, time=NOW))) for summary in summaries}) == 2
