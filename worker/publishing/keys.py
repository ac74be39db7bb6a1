"""What are the Redis keys called? Every name in one place, so that all keys of one script stand in one hash slot."""

from dataclasses import dataclass
from zlib import crc32

from schemas.topics import Topic

DEFAULT_PREFIX = "stancewire"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one partition: the topics of the contract and the books kept beside them.

    `before` is put before every name. It is empty for the plain names, else it ends in a hash tag in braces, which a
    Redis Cluster takes alone to choose the slot, so that one script may touch all of them.
    """

    before: str = ""

    @property
    def articles(self) -> str:
        """Stream that producers append to."""
        return self.before + Topic.ARTICLES

    @property
    def positions(self) -> str:
        """Stream of position events."""
        return self.before + Topic.POSITIONS

    @property
    def processed(self) -> str:
        """Stream of one summary an article."""
        return self.before + Topic.PROCESSED

    @property
    def dead(self) -> str:
        """Stream of articles that cannot be processed."""
        return self.before + Topic.DEAD

    @property
    def published(self) -> str:
        """Sorted set: id of each published article, by the time of publication."""
        return self.before + "articles.published"

    @property
    def attempts(self) -> str:
        """Hash: entry id to one line for each time that a worker started it; gone once the entry is done."""
        return self.before + "articles.attempts"

    @property
    def received(self) -> str:
        """Sorted set: id of each Celery message that brought an article, by the time it was appended."""
        return self.before + "articles.received"

    def topic(self, topic: Topic) -> str:
        """Return the key of a topic."""
        return self.before + topic

    def all(self) -> tuple[str, ...]:
        """Return every key of this partition."""
        return (
            *(self.topic(topic) for topic in Topic),
            self.published,
            self.attempts,
            self.received,
        )


def partition_keys(*, prefix: str = "", partitions: int = 1) -> tuple[Keys, ...]:
    """Return the keys of each partition: plain names for one partition without a prefix, else hash-tagged ones."""
    if partitions == 1 and not prefix:
        return (Keys(),)
    return tuple(Keys(f"{{{prefix or DEFAULT_PREFIX}:{number}}}:") for number in range(partitions))


def partition_of(article_id: str, partitions: int) -> int:
    """Return the partition of an article: always the same one for one id, so that duplicates meet."""
    return crc32(article_id.encode("utf-8", "surrogatepass")) % partitions
