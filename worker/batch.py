"""What happens to a batch of entries in a worker? Take them, run the pipeline, publish; none harms its neighbours."""

import time
from collections.abc import Sequence
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from schemas.codes import Reason
from worker.connection import will_pass
from worker.entries import ALONE, DATA, ArticleEntries, Taken, TakeState
from worker.observability import metrics
from worker.observability.progress import Progress
from worker.observability.recording import record
from worker.outcome import Outcome, OutOfTime, Refused
from worker.publishing.publisher import Finished, Publication, Publisher
from worker.settings import Settings
from worker.signs_of_life import SignsOfLife

log = structlog.get_logger(__name__)

REFRESHES_PER_CLAIM = 3
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 2.0


class ArticlePipeline(Protocol):
    """What turns article messages into outcomes."""

    def run(self, payloads: Sequence[bytes]) -> Sequence[Outcome]:
        """Return one outcome a payload, in order."""


class BatchWorker:
    """Works off entries of one partition."""

    def __init__(
        self,
        *,
        entries: ArticleEntries,
        publisher: Publisher,
        pipeline: ArticlePipeline,
        settings: Settings,
        progress: Progress,
    ) -> None:
        """Use these from now on; `progress` is told whenever there is some."""
        self._entries = entries
        self._publisher = publisher
        self._pipeline = pipeline
        self._settings = settings
        self._progress = progress
        self._alive = SignsOfLife(self._show_signs_of_life, every=settings.reclaim_after / REFRESHES_PER_CLAIM)

    def work_off(self, entry_ids: Sequence[str]) -> None:
        """Bring the entries to their end, those that nobody else has brought there or is at."""
        note = ALONE if len(entry_ids) == 1 else f"in a batch of {len(entry_ids)}"
        waiting = list(entry_ids)
        while waiting:
            answers = self._entries.take(waiting, note=note)
            waiting = waiting[len(answers) :]
            started = [taken for taken in answers if taken.state in {TakeState.TAKEN, TakeState.OVERSIZE}]
            first = sum(taken.attempts == 1 for taken in started)
            metrics.ATTEMPTS.labels("first").inc(first)
            metrics.ATTEMPTS.labels("repeated").inc(len(started) - first)
            missing = [taken for taken in answers if taken.state is TakeState.MISSING]
            self._progress.made()
            with self._alive.shown_for([taken.entry_id for taken in started]):
                try:
                    self._finish(started, missing)
                except OutOfTime:
                    log.warning("time limit", articles=len(started))
                    self._stop_attempt(started, Reason.TIMEOUT, "stopped at the time limit")

    def _finish(self, started: Sequence[Taken], missing: Sequence[Taken]) -> None:
        begun = time.perf_counter()
        finished = [_refused(taken, *_unreadable(taken)) for taken in (*started, *missing) if not _is_readable(taken)]
        readable = [taken for taken in started if _is_readable(taken)]
        finished += self._run(readable)
        if not finished:
            return
        publication = self._publish(finished)
        self._progress.made()
        metrics.BATCH_SECONDS.observe(time.perf_counter() - begun)
        metrics.BATCH_ARTICLES.observe(len(finished))
        record(finished, publication)

    def _publish(self, finished: Sequence[Finished]) -> Publication:
        """Publish, and wait for a server that takes nothing: the results are there, and trying twice does no harm."""
        pause = SHORTEST_PAUSE
        while True:
            try:
                return self._publisher.publish(finished)
            except RedisError as error:
                if not will_pass(error):
                    raise
                log.warning("results wait for the server", articles=len(finished), error=str(error))
            time.sleep(pause)  # until the time limit of the batch
            pause = min(LONGEST_PAUSE, pause * 2)

    def _run(self, readable: Sequence[Taken]) -> list[Finished]:
        """Run the pipeline; where it fails on the batch, on each article alone, and give back those it fails on."""
        if not readable:
            return []
        try:
            return self._outcomes(readable)
        except Exception as error:
            if len(readable) == 1:
                reason = f"{type(error).__name__}: {error}"
                log.warning("the pipeline failed on an article", entry_id=readable[0].entry_id, exc_info=True)
                self._stop_attempt(readable, Reason.INTERNAL, reason)
                return []
        return [done for taken in readable for done in self._run([taken])]

    def _outcomes(self, readable: Sequence[Taken]) -> list[Finished]:
        payloads = [taken.fields[DATA] for taken in readable if taken.fields is not None]
        outcomes = self._pipeline.run(payloads)
        return [
            Finished(taken.entry_id, outcome, taken.fields or {}, taken.history)
            for taken, outcome in zip(readable, outcomes, strict=True)
        ]

    def _stop_attempt(self, taken: Sequence[Taken], reason: Reason, error: str) -> None:
        """Give entries back for another attempt, or to the dead letters where one alone has used up all of its own."""
        metrics.ATTEMPTS_FAILED.labels("timeout" if reason is Reason.TIMEOUT else "error").inc(len(taken))
        if len(taken) == 1 and taken[0].own_attempts >= self._settings.max_attempts:
            finished = [_refused(taken[0], reason, error)]
            record(finished, self._publish(finished))
        else:
            self._entries.release([one.entry_id for one in taken], because=error)
        self._progress.made()

    def _show_signs_of_life(self, entry_ids: Sequence[str]) -> None:
        self._entries.refresh(entry_ids)
        self._progress.made()


def _is_readable(taken: Taken) -> bool:
    return taken.state is TakeState.TAKEN and taken.fields is not None and DATA in taken.fields


def _unreadable(taken: Taken) -> tuple[Reason, str]:
    if taken.state is TakeState.MISSING:
        return Reason.ENTRY_DELETED, "the entry was deleted from the stream before it was processed"
    if taken.state is TakeState.OVERSIZE:
        return Reason.TOO_LARGE, f"the entry has {taken.size:,} bytes; it is too large to be kept in a dead letter"
    found = ", ".join(repr(name.decode(errors="backslashreplace")) for name in list(taken.fields or {})[:5])
    return Reason.MALFORMED_ENTRY, f"the entry has no field 'data' (found {found})"


def _refused(taken: Taken, reason: Reason, error: str) -> Finished:
    return Finished(taken.entry_id, Refused(reason, error), taken.fields or {}, taken.history)
