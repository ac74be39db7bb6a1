"""How do results get out? One atomic call a batch: each entry's effect takes place once, whoever else computes it."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from schemas.codes import Reason
from schemas.topics import Topic
from worker.connection import Client
from worker.outcome import Outcome, Processed, Refused
from worker.publishing.events import (
    Event,
    dead_article,
    dead_event,
    duplicate_event,
    position_event,
    processed_event,
    timestamp,
)
from worker.publishing.keys import Keys
from worker.publishing.trace import trace_fields
from worker.scripts import script
from worker.settings import Settings

KEY_NUMBERS = {Topic.POSITIONS: 2, Topic.PROCESSED: 3, Topic.DEAD: 4}
"""Which key of the script `publish` a topic is."""
REPEATED_WANTED = 3
"""Answer of the script to a duplicate whose events were not handed in: nothing was done yet."""


class Verdict(IntEnum):
    """What the server says to an entry that is handed in."""

    GONE = 0
    """Somebody else was first: nothing was published."""
    PUBLISHED = 1
    DUPLICATE = 2
    """The article was published before, under another entry: only that was noted."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An entry of `articles` and what became of it."""

    entry_id: str
    outcome: Outcome
    fields: dict[bytes, bytes]
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publication:
    """The answer to one call."""

    verdicts: tuple[Verdict, ...]
    at_ms: int
    """The server's time."""


@dataclass(frozen=True, slots=True)
class _Letter:
    entry_id: str
    article_id: str
    first: tuple[Event, ...]
    repeated: tuple[Event, ...] | None
    """None: not made, since hardly any article is a duplicate."""


class Publisher:
    """Publishes what became of entries of one partition."""

    def __init__(self, client: Client, keys: Keys, settings: Settings, *, worker: str | None = None) -> None:
        """Publish as `worker`, by default host and process number."""
        self._keys = keys
        self._settings = settings
        self._worker = worker
        self._publish = script(client, "publish")

    def publish(self, finished: Sequence[Finished]) -> Publication:
        """Publish positions, summaries and dead letters, acknowledge the entries: all of it, or nothing.

        The events that tell of duplicates are made for those that the server finds to be some, and handed in then.
        """
        time = timestamp(datetime.now(UTC))
        at, answers = self._hand_in(finished, time=time, with_repeated=False)
        wanted = [number for number, answer in enumerate(answers) if answer == REPEATED_WANTED]
        if wanted:
            at, others = self._hand_in([finished[number] for number in wanted], time=time, with_repeated=True)
            for number, answer in zip(wanted, others, strict=True):
                answers[number] = answer
        return Publication(tuple(Verdict(answer) for answer in answers), at)

    def _hand_in(self, finished: Sequence[Finished], *, time: str, with_repeated: bool) -> tuple[int, list[int]]:
        """Call the script; returns the server's time and its answer to each entry."""
        arguments: list[str | bytes | int] = [
            self._settings.group,
            int(self._settings.duplicate_window * 1000),
            self._settings.duplicate_limit,
        ]
        for item in finished:
            letter = self._letter(item, time, with_repeated=with_repeated)
            trace = trace_fields(item.fields)
            arguments += (letter.entry_id, letter.article_id)
            for events in (letter.first, letter.repeated):
                arguments.append(-1 if events is None else len(events))
                for event in events or ():
                    arguments += (KEY_NUMBERS[event.topic], len(event.fields) + len(trace), *event.fields, *trace)
        keys = self._keys
        at, *answers = self._publish(
            keys=(keys.articles, keys.positions, keys.processed, keys.dead, keys.published, keys.attempts),
            args=arguments,
        )
        return int(at), answers

    def _letter(self, item: Finished, time: str, *, with_repeated: bool) -> _Letter:
        outcome = item.outcome
        if isinstance(outcome, Processed):
            try:
                return _processed(item.entry_id, outcome, time, with_repeated=with_repeated)
            except ValueError as error:  # a result that cannot be written as JSON must not hold up its neighbours
                outcome = Refused(Reason.INTERNAL, f"the result cannot be written: {error}", outcome.summary.article_id)
        dead = dead_article(
            entry_id=item.entry_id,
            fields=item.fields,
            reason=outcome.reason,
            error=_printable(outcome.error),
            worker=self._worker or f"{socket.gethostname()}:{os.getpid()}",
            attempts=len(item.history),
            history=item.history,
            article_id=outcome.article_id,
        )
        return _Letter(item.entry_id, "", (dead_event(dead),), ())


def _processed(entry_id: str, outcome: Processed, time: str, *, with_repeated: bool) -> _Letter:
    positions = [position_event(position, time=time) for position in outcome.positions]
    return _Letter(
        entry_id,
        outcome.summary.article_id,
        (*positions, processed_event(outcome.summary, time=time)),
        (duplicate_event(outcome.summary, entry_id, time=time),) if with_repeated else None,
    )


def _printable(error: str) -> str:
    return error.encode("utf-8", "backslashreplace").decode()[:4000]
