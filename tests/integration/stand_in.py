"""A cheap pipeline for tests of the transport: it reads messages as the real one does and obeys commands in the body.

A body is a number of positions to find ("2"), optionally after commands, one a line:
`sleep 0.5`, `kill` (this process, by SIGKILL, as the kernel does when memory is out), `crash` (as faulty native code
does), `exhaust` (more memory than the process may have), `hang` (until stopped), `deaf hang` (until killed: no signal
gets through), `raise` (an error of the pipeline), `kill once FILE` and `raise once FILE` (if FILE is not there yet).
"""

import ctypes
import os
import resource
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from schemas.codes import Attribution, Issue, PartyKind, Stance, TimeFrame
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

PROVENANCE = Extractor(version="0", model="stand-in", domain="tests")


class StandIn:
    """Obeys."""

    def run(self, payloads: Sequence[bytes]) -> list[Outcome]:
        """Return an outcome a message."""
        return [_outcome(payload) for payload in payloads]


def load() -> StandIn:
    """Return the pipeline."""
    return StandIn()


def _outcome(payload: bytes) -> Outcome:
    try:
        message = decode_article(payload)
    except DecodingError as error:
        return Refused(error.reason, error.message)
    *commands, last = message.body.splitlines() or ["0"]
    for command in commands:
        _obey(command)
    count = int(last) if last.isdigit() else 0
    positions = tuple(_position(message, number) for number in range(count))
    summary = ProcessedArticle(
        article_id=message.article_id,
        positions=count,
        language="en",
        raw_characters=len(message.body),
        cleaned_characters=len(message.body),
        seconds={"extract": 0.001},
        extractor=PROVENANCE,
    )
    return Processed(positions, summary, message.body)


def _obey(command: str) -> None:
    match command.split():
        case ["sleep", seconds]:
            time.sleep(float(seconds))
        case ["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["crash"]:
            ctypes.string_at(0)
        case ["exhaust"]:
            _exhaust()
        case ["kill", "once", file] if not Path(file).exists():
            Path(file).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case ["raise"]:
            raise RuntimeError("as told")
        case ["raise", "once", file] if not Path(file).exists():
            Path(file).touch()
            raise RuntimeError("as told, once")
        case ["hang"]:
            while True:
                time.sleep(3600)
        case ["deaf", "hang"]:
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            while True:
                time.sleep(3600)


def _exhaust() -> None:
    """Ask for more memory than a limit of a gigabyte allows."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2**30, before[1]))
    try:
        bytearray(2**31)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _position(message: ArticleMessage, number: int) -> PositionEvent:
    article = ArticleReference(id=message.article_id, url=message.url, source=message.source)
    return PositionEvent(
        position_id=digest(message.article_id, str(number)),
        article=article,
        party=Party(name="Harbour Union", kind=PartyKind.UNION),
        issue=Issue.ECONOMY,
        stance=Stance.DEMAND,
        evidence=Span(text=message.body[:1], start=0, end=len(message.body[:1])),
        attribution=Attribution.NARRATED,
        time=TimeFrame.CURRENT,
        confidence=0.5,
        plover=Plover(event="REQUEST"),
        extractor=PROVENANCE,
    )
