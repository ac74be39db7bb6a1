"""What stands in for the extractor in a chaos run? A deterministic one that takes milliseconds, in two versions.

It reads messages as the real one does. What it finds depends on nothing but the message and its version, so that any
two runs can be compared event by event. The environment says how it behaves (see `chaos.target`): its version, how long
an article takes on average, and a file to which it appends the id of each article that it has computed.
"""

import os
import time
from collections.abc import Sequence
from zlib import crc32

from schemas.codes import Attribution, Issue, PartyKind, Reason, Stance, TimeFrame
from schemas.decoding import DecodingError, decode_article
from schemas.messages import (
    ArticleMessage,
    ArticleReference,
    Extractor,
    Party,
    Plover,
    PositionEvent,
    ProcessedArticle,
    Span,
    digest,
)
from worker.outcome import Outcome, Processed, Refused

VERSION, SECONDS, TALLY = "CHAOS_EXTRACTOR_VERSION", "CHAOS_SECONDS_AN_ARTICLE", "CHAOS_TALLY"
OLDER, NEWER = "1", "2"


class StandIn:
    """Finds the lines that begin with a certain word."""

    def __init__(self, *, version: str = OLDER, seconds: float = 0.0, tally: str | None = None) -> None:
        """Be this version, take so long for an article on average, write down what was computed in `tally`."""
        self._words = ("demand", "hint") if version == NEWER else ("demand",)
        self._extractor = Extractor(version=version, model="stand-in", domain="chaos")
        self._seconds = seconds
        self._tally = tally

    def run(self, payloads: Sequence[bytes]) -> list[Outcome]:
        """Return an outcome a message."""
        outcomes = []
        for payload in payloads:
            outcomes.append(self._outcome(payload))
            # Between a tenth and twice the average, the same each time: a batch is caught at any place.
            time.sleep(self._seconds * (0.1 + 1.8 * (crc32(payload) % 1000) / 1000))
        if self._tally:
            _append(self._tally, len(payloads))
        return outcomes

    def _outcome(self, payload: bytes) -> Outcome:
        try:
            message = decode_article(payload)
        except DecodingError as error:
            return Refused(error.reason, error.message)
        positions = tuple(self._positions(message))
        summary = ProcessedArticle(
            article_id=message.article_id,
            positions=len(positions),
            language="en",
            skipped=None if message.body else Reason.EMPTY,
            raw_characters=len(message.body),
            cleaned_characters=len(message.body),
            seconds={"extract": self._seconds},
            extractor=self._extractor,
        )
        return Processed(positions, summary, message.body)

    def _positions(self, message: ArticleMessage) -> list[PositionEvent]:
        positions, start = [], 0
        for line in message.body.split("\n"):
            if line.startswith(self._words):
                positions.append(self._position(message, Span(text=line, start=start, end=start + len(line))))
            start += len(line) + 1
        return positions

    def _position(self, message: ArticleMessage, evidence: Span) -> PositionEvent:
        return PositionEvent(
            position_id=digest(message.article_id, str(evidence.start), str(evidence.end)),
            article=ArticleReference(id=message.article_id, source=message.source),
            party=Party(name="Harbour Union", kind=PartyKind.UNION),
            issue=Issue.ECONOMY,
            stance=Stance.DEMAND,
            evidence=evidence,
            attribution=Attribution.NARRATED,
            time=TimeFrame.CURRENT,
            confidence=0.5,
            plover=Plover(event="REQUEST"),
            extractor=self._extractor,
        )


def load() -> StandIn:
    """Return the pipeline as the environment wants it."""
    return StandIn(
        version=os.environ.get(VERSION, OLDER),
        seconds=float(os.environ.get(SECONDS, "0")),
        tally=os.environ.get(TALLY),
    )


def computed(tally: str) -> int:
    """Return how many articles were computed, those included whose results were thrown away."""
    with open(tally, "ab+") as file:  # noqa: PTH123 (created where nothing was computed)
        file.seek(0)
        return sum(int(line) for line in file.read().split())


def _append(tally: str, count: int) -> None:
    with open(tally, "ab", buffering=0) as file:  # noqa: PTH123 (one write, which the kernel does not tear)
        file.write(b"%d\n" % count)
