"""What stands in for the extractor in a chaos run? A deterministic one that takes milliseconds, in two versions.

It reads messages as the real one does. What it finds depends on nothing but the message and its version, so that any
two runs can be compared event by event. The environment says how it behaves (see `chaos.target`): its version, how long
an article takes on average, and a folder in which it notes who is at work and how many articles were begun.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
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

VERSION, SECONDS, FOLDER = "CHAOS_EXTRACTOR_VERSION", "CHAOS_SECONDS_AN_ARTICLE", "CHAOS_FOLDER"
TALLY, AT_WORK = "tally", "at-work"
OLDER, NEWER = "1", "2"


class StandIn:
    """Finds the lines that begin with a certain word."""

    def __init__(self, *, version: str = OLDER, seconds: float = 0.0, folder: Path | None = None) -> None:
        """Be this version, take so long for an article on average, keep notes in a folder."""
        self._words = ("demand", "hint") if version == NEWER else ("demand",)
        self._extractor = Extractor(version=version, model="stand-in", domain="chaos")
        self._seconds = seconds
        self._folder = folder

    def run(self, payloads: Sequence[bytes]) -> list[Outcome]:
        """Return an outcome a message."""
        with noted(self._folder) as tally:
            return [self._run(payload, tally) for payload in payloads]

    def _run(self, payload: bytes, tally: Callable[[], None]) -> Outcome:
        tally()
        # Between a tenth and twice the average, the same each time: a batch is caught at any place.
        time.sleep(self._seconds * (0.1 + 1.8 * (crc32(payload) % 1000) / 1000))
        return self._outcome(payload)

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
        folder=Path(os.environ[FOLDER]) if FOLDER in os.environ else None,
    )


def computed(folder: Path) -> int:
    """Return how many articles were begun, those included that came to nothing."""
    tally = folder / TALLY
    return tally.stat().st_size if tally.exists() else 0


def at_work(folder: Path) -> set[int]:
    """Return the processes that are computing, and those that were killed while they did."""
    return {int(note.name) for note in (folder / AT_WORK).glob("*")}


@contextmanager
def noted(folder: Path | None) -> Iterator[Callable[[], None]]:
    """Note for as long as the block runs that this process is at work; give what is to be called for each article."""
    if folder is None:
        yield lambda: None
        return
    note = folder / AT_WORK / str(os.getpid())
    note.parent.mkdir(exist_ok=True)
    note.touch()
    try:
        with (folder / TALLY).open("ab", buffering=0) as tally:

            def begun() -> None:
                tally.write(b".")

            yield begun
    finally:
        note.unlink()
