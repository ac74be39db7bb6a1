"""When was it published? RFC 3339 dates and date-times, and nothing that merely looks like one."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BeforeValidator

DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)


def parse_rfc3339(value: object) -> date | datetime:
    """Return the date or date-time that `value` writes; without an offset it is taken as UTC.

    Numbers are refused: nobody can tell seconds from milliseconds, and both from a mistake.
    """
    if isinstance(value, date):
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
    if isinstance(value, str):
        try:
            if DATE.fullmatch(value):
                return date.fromisoformat(value)
            if DATE_TIME.fullmatch(value):
                moment = datetime.fromisoformat(value.upper())
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        except ValueError:
            raise ValueError("there is no such day or time") from None
    raise ValueError("not an RFC 3339 date or date-time, such as 2026-11-24 or 2026-11-24T08:30:00Z")


PublicationTime = Annotated[datetime | date, BeforeValidator(parse_rfc3339)]
"""A day, or a moment with its offset."""
