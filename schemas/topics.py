"""Which topics are there, and which message with which event type does each carry?"""

from enum import StrEnum

from schemas.messages import ArticleMessage, DeadArticle, Message, PositionEvent, ProcessedArticle


class Topic(StrEnum):
    """The Redis streams, by their name in the contract; a deployment may put a prefix and a partition before it."""

    ARTICLES = "articles"
    POSITIONS = "positions"
    PROCESSED = "articles.processed"
    DEAD = "articles.dead"
    SHIFTS = "shifts"


class EventType(StrEnum):
    """The CloudEvents `type` of each message that the workers publish."""

    POSITION = "stancewire.position.v1"
    PROCESSED = "stancewire.article.processed.v1"
    DEAD = "stancewire.article.dead.v1"


MESSAGES: dict[Topic, type[Message]] = {
    Topic.ARTICLES: ArticleMessage,
    Topic.POSITIONS: PositionEvent,
    Topic.PROCESSED: ProcessedArticle,
    Topic.DEAD: DeadArticle,
}
"""What stands under `data` in each topic; `shifts` is reserved."""

EVENT_TYPES: dict[Topic, EventType] = {
    Topic.POSITIONS: EventType.POSITION,
    Topic.PROCESSED: EventType.PROCESSED,
    Topic.DEAD: EventType.DEAD,
}
"""The event type of each topic that the workers publish."""
