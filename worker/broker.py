"""How does Celery speak to the server? By kombu's transport for Redis, without the books that the stream keeps better.

kombu writes every message that a worker takes into a hash and a sorted set and removes it when the task has ended, so
that it comes back some time after its worker was killed. Of a task that carries entry ids nothing is lost with it: the
entries are pending in the stream, and intake brings them back sooner. Without those books a task costs the worker's
main process half. A message that brings an article is kept in them as ever.
"""

from typing import Any

from celery.app.amqp import AMQP
from kombu import connection
from kombu.transport import redis, virtual

ENTRIES_ONLY = "stancewire_entries"
"""Header of messages that carry nothing but entry ids."""


class QoS(redis.QoS):
    """What a worker has in hand."""

    def append(self, message: Any, delivery_tag: str) -> None:
        """Take a message in hand."""
        if _carries_entries_only(message):
            virtual.QoS.append(self, message, delivery_tag)
        else:
            super().append(message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        """Be done with a message."""
        if _carries_entries_only(self._delivered.get(delivery_tag)):
            virtual.QoS.ack(self, delivery_tag)
        else:
            super().ack(delivery_tag)

    def restore_by_tag(self, tag: str, client: Any = None, leftmost: bool = False) -> None:
        """Put a message back into its queue, when the worker stops before it has started it."""
        message = self._delivered.get(tag)
        if _carries_entries_only(message):
            virtual.Channel._restore(self.channel, message)
        else:
            super().restore_by_tag(tag, client=client, leftmost=leftmost)


class Channel(redis.Channel):
    """A channel with one client for all its commands, where kombu makes one for each."""

    QoS = QoS
    _kept: Any = None

    def _create_client(self, asynchronous: bool = False) -> Any:
        if asynchronous:
            return super()._create_client(asynchronous=True)
        if self._kept is None or self._kept.connection_pool is not self.pool:
            self._kept = super()._create_client()
        return self._kept


class Transport(redis.Transport):
    """Transport with this channel."""

    Channel = Channel


class Connection(connection.Connection):
    """Connection that uses this transport wherever kombu would use its own for Redis."""

    def get_transport_cls(self) -> Any:
        """Return the class of the transport."""
        found = super().get_transport_cls()
        return Transport if found is redis.Transport else found


class Protocol(AMQP):
    """Celery's way of making messages, over this connection."""

    Connection = Connection
    BrokerConnection = Connection


def _carries_entries_only(message: Any) -> bool:
    return message is not None and ENTRIES_ONLY in (message.headers or {})
