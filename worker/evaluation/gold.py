"""What did the annotators mark? Gold articles and the predictions to hold against them, read from files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from schemas.codes import Attribution, Issue, Stance, TimeFrame


class GoldError(Exception):
    """A file of annotations or predictions that cannot be used; the message names it and says why."""


class GoldEvent(BaseModel):
    """One annotated position."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sents: tuple[int, ...] = Field(min_length=1)
    party: str
    issue: Issue
    stance: Stance
    speaker: str | None = None
    addressee: str | None = None
    condition: str | None = None
    attribution: Attribution | None = None
    time: TimeFrame = TimeFrame.CURRENT


class GoldArticle(BaseModel):
    """One annotated article: its text in units (sentences or lines), which of them are boilerplate, its events."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    units: tuple[str, ...]
    boilerplate: frozenset[int] = frozenset()
    events: tuple[GoldEvent, ...] = ()


def _name(value: object) -> object:
    """Take the name of a party or speaker, whether it stands in an object or alone."""
    return value.get("name") if isinstance(value, dict) else value


def _text(value: object) -> object:
    """Take the words of a span, whether it stands in an object or alone."""
    return value.get("text") if isinstance(value, dict) else value


class Predicted(BaseModel):
    """What evaluation needs of a position event."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    party: Annotated[str | None, BeforeValidator(_name)] = None
    issue: str | None = None
    stance: str | None = None
    evidence: Annotated[str | None, BeforeValidator(_text)] = None
    speaker: Annotated[str | None, BeforeValidator(_name)] = None
    addressee: Annotated[str | None, BeforeValidator(_name)] = None
    condition: Annotated[str | None, BeforeValidator(_text)] = None
    attribution: str | None = None
    time: str | None = None


class Prediction(BaseModel):
    """What was extracted from one article: a line that `stancewire extract` prints."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    article_id: str
    cleaned_text: str | None = None
    positions: tuple[Predicted, ...] = ()


def load_gold(folder: Path) -> list[GoldArticle]:
    """Read every annotated article of a folder, one JSON file each, in the order of the file names."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise GoldError(f"{folder}: no annotated articles (files ending in .json)")
    articles = []
    for file in files:
        try:
            article = GoldArticle.model_validate_json(file.read_bytes())
        except ValidationError as error:
            raise GoldError(f"{file}: {complaint(error)}") from None
        beyond = [unit for event in article.events for unit in event.sents if not 0 <= unit < len(article.units)]
        if beyond:
            raise GoldError(f"{file}: an event names unit {beyond[0]}, but there are {len(article.units)}")
        articles.append(article)
    return articles


def load_predictions(file: Path) -> dict[str, Prediction]:
    """Read predictions, one JSON object a line, by article id; of two with one id the later holds."""
    predictions = {}
    for number, line in read_lines(file):
        try:
            prediction = Prediction.model_validate(line)
        except ValidationError as error:
            raise GoldError(f"{file}:{number}: {complaint(error)}") from None
        predictions[prediction.article_id] = prediction
    return predictions


def read_lines(file: Path) -> Iterator[tuple[int, Any]]:
    """Yield each line's number and JSON value, blank lines left out."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except json.JSONDecodeError as error:
                    raise GoldError(f"{file}:{number}: not JSON: {error.msg}") from None


def complaint(error: ValidationError) -> str:
    """Say what is wrong with a file in one line."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
