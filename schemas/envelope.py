"""What stands around a message in a topic? CloudEvents 1.0 attributes, as fields of the stream entry."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from schemas.messages import Message

DATA_FIELD = "data"
"""The field of a stream entry that holds the message as JSON, in every topic and in `articles`."""


class EventAttributes(Message):
    """The fields of a topic entry beside `data`."""

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
