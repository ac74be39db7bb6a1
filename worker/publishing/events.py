"""What is published of an article? Its outcome as CloudEvents: attributes as stream fields, JSON under `data`."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.codes import Reason
from schemas.envelope import DATA_FIELD
from schemas.messages import DeadArticle, Message, PositionEvent, ProcessedArticle, digest
from schemas.topics import EVENT_TYPES, Topic

SOURCE = "/stancewire"
"""CloudEvents `source`: one for all workers, so that `source` and `id` name an event whoever computed it."""
LARGEST_AS_TEXT = 64 * 1024 * 1024
"""Bytes above which a dead message is kept in base64: escaped as JSON it might not fit into the server."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry for a topic."""

    topic: Topic
    fields: tuple[str | bytes, ...]
    """Names and values in turn, as XADD takes them."""


def position_event(position: PositionEvent, *, time: str) -> Event:
    """Return the event of one position."""
    return _event(Topic.POSITIONS, position.position_id, position.article.id, position, time)


def processed_event(summary: ProcessedArticle, *, time: str) -> Event:
    """Return the event that sums up an article."""
    return _event(Topic.PROCESSED, digest(Topic.PROCESSED, summary.article_id), summary.article_id, summary, time)


def duplicate_event(summary: ProcessedArticle, entry_id: str, *, time: str) -> Event:
    """Return the event for an article that was published before, under the same id."""
    duplicate = summary.model_copy(
        update={"positions": 0, "skipped": Reason.DUPLICATE, "duplicate_of": summary.article_id}
    )
    event_id = digest(Topic.PROCESSED, summary.article_id, entry_id)
    return _event(Topic.PROCESSED, event_id, summary.article_id, duplicate, time)


def dead_event(dead: DeadArticle) -> Event:
    """Return the event of an article that cannot be processed."""
    event_id = digest(Topic.DEAD, dead.entry_id)
    return _event(Topic.DEAD, event_id, dead.article_id or dead.entry_id, dead, timestamp(dead.failed_at))


def dead_article(
    *,
    entry_id: str,
    fields: Mapping[bytes, bytes],
    reason: Reason,
    error: str,
    worker: str,
    attempts: int,
    history: tuple[str, ...] = (),
    article_id: str | None = None,
) -> DeadArticle:
    """Return the dead letter of an entry, its fields as they came."""
    data = fields.get(DATA_FIELD.encode())
    text = None if data is None or len(data) > LARGEST_AS_TEXT else _text(data)
    plain: dict[str, str] = {}
    coded: dict[str, str] = {}
    for name, value in fields.items():
        shown_name, shown_value = _text(name), _text(value)
        if name == DATA_FIELD.encode():
            continue
        if shown_name is not None and shown_value is not None:
            plain[shown_name] = shown_value
        else:
            coded[b64encode(name).decode()] = b64encode(value).decode()
    return DeadArticle(
        article_id=article_id,
        entry_id=entry_id,
        reason=reason,
        error=error,
        attempts=attempts,
        failed_at=datetime.now(UTC),
        worker=worker,
        data=text,
        data_base64=b64encode(data).decode() if data is not None and text is None else None,
        fields=plain,
        fields_base64=coded,
        history=list(history),
    )


def timestamp(time: datetime) -> str:
    """Return a moment as CloudEvents write it."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(topic: Topic, event_id: str, subject: str, message: Message, time: str) -> Event:
    return Event(
        topic,
        (
            "specversion", "1.0",
            "id", event_id,
            "source", SOURCE,
            "type", EVENT_TYPES[topic].value,
            "subject", subject,
            "time", time,
            "datacontenttype", "application/json",
            DATA_FIELD, message.model_dump_json(),
        ),
    )  # fmt: skip


def _text(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
