"""What can become of an article? Two outcomes, or its time runs out; in a module that loads no model."""

from dataclasses import dataclass

from schemas.codes import Reason
from schemas.messages import PositionEvent, ProcessedArticle


@dataclass(frozen=True, slots=True)
class Processed:
    """An article that took its way to the end, with positions or without (then perhaps `summary.skipped`)."""

    positions: tuple[PositionEvent, ...]
    summary: ProcessedArticle
    cleaned_text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An article that cannot be processed: goes to the dead letters."""

    reason: Reason
    error: str
    article_id: str | None = None


Outcome = Processed | Refused


class OutOfTime(BaseException):
    """The time limit of a batch has come.

    Not an `Exception`, so that no library that goes on after "any error" goes on after this.
    """
