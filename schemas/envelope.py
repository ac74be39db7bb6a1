"""What stands around a message in a topic? CloudEvents 1.0 attributes, as fields of the stream entry."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from schemas.messages import Message

DATA_FIELD = "data"
"""The field of a stream entry that holds the message as JSON, in every topic and in `articles`."""


TRACE_FIELDS = ("traceparent", "tracestate")
"""Fields of CloudEvents' distributed tracing extension, which an entry of `articles` may carry too."""


def _trace_is_optional(schema: JsonDict) -> None:
    required, properties = schema["required"], schema["properties"]
    if isinstance(required, list) and isinstance(properties, dict):
        schema["required"] = [name for name in required if name not in TRACE_FIELDS]
        for name in TRACE_FIELDS:
            properties[name] = {"type": "string"}


class EventAttributes(Message):
    """The fields of a topic entry beside `data`."""

    model_config = ConfigDict(json_schema_extra=_trace_is_optional)

    specversion: Literal["1.0"] = "1.0"
    """Version of CloudEvents."""
    id: str = Field(min_length=1)
    """The same each time the article is processed: consumers may drop what they have seen."""
    source: str = Field(min_length=1)
    """Who published it, as a URI reference."""
    type: str = Field(min_length=1)
    """What happened, such as `stancewire.position.v1`."""
    subject: str
    """The article's id."""
    time: datetime
    """When it was published."""
    datacontenttype: Literal["application/json"] = "application/json"
    """What `data` is."""
    traceparent: str | None = None
    """W3C trace context that the producer gave with the article, as it came; absent where none came."""
    tracestate: str | None = None
    """What the producer's tracing system added to it; absent where nothing came."""
