"""Which article do these bytes hold, or why none? Limits first, then JSON, then the model, with one clear reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.codes import Reason
from schemas.messages import ArticleMessage

FIELDS = tuple(ArticleMessage.model_fields)
JSON_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
BRACKETS = re.compile(rb"[\[\]{}]")
UTF8_MARK = b"\xef\xbb\xbf"
JSON_TYPES = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}
SHOWN_ERRORS = 4
SHOWN_CHARACTERS = 60
MOST_FIELDS = 100
"""Fields of a message that are looked at; an article has eight."""


class DecodingError(Exception):
    """A message that holds no article: `reason` for machines, `message` for people."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message


@dataclass(frozen=True, slots=True)
class DecodingLimits:
    """What a message may cost before anybody looks into it."""

    max_bytes: int = 8 * 1024 * 1024
    """Size of the message."""
    max_depth: int = 16
    """Arrays and objects within each other; an article message itself needs one level."""


DEFAULT_LIMITS = DecodingLimits()


def decode_article(payload: bytes, *, limits: DecodingLimits = DEFAULT_LIMITS) -> ArticleMessage:
    """Return the article message that `payload` holds as JSON.

    Characters are taken as they come, NUL included. A lone surrogate is no character and is refused, as are
    unknown fields: a misspelt `published_at` would otherwise be lost without a word.

    Raises:
        DecodingError: with the reason code and an explanation of at most a few lines.
    """
    if len(payload) > limits.max_bytes:
        raise DecodingError(
            Reason.TOO_LARGE, f"the message has {len(payload):,} bytes, at most {limits.max_bytes:,} are accepted"
        )
    payload = payload.removeprefix(UTF8_MARK)
    if nesting_exceeds(payload, limits.max_depth):
        raise DecodingError(
            Reason.TOO_DEEP, f"nested more than {limits.max_depth} deep, but an article message is a flat object"
        )
    return validate_article(parse_json(payload))


def nesting_exceeds(payload: bytes, max_depth: int) -> bool:
    """Tell whether the JSON text nests arrays and objects deeper than `max_depth`, without parsing it."""
    if payload.count(b"[") + payload.count(b"{") <= max_depth:
        return False
    depth = 0
    for bracket in BRACKETS.findall(JSON_STRING.sub(b"", payload)):
        depth += 1 if bracket in b"[{" else -1
        if depth > max_depth:
            return True
    return False


def parse_json(payload: bytes) -> object:
    """Return the value that the JSON text writes."""
    try:
        value: object = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise explain_syntax(payload, error) from None
    return value


def explain_syntax(payload: bytes, error: orjson.JSONDecodeError) -> DecodingError:
    """Say why the payload is no JSON text."""
    try:
        payload.decode()
    except UnicodeDecodeError as wrong:
        byte = f"byte {wrong.start:,} (0x{payload[wrong.start]:02x})"
        return DecodingError(Reason.NOT_UTF8, f"{byte} is not UTF-8; encode the message as UTF-8")
    if not payload.strip():
        return DecodingError(Reason.NOT_JSON, "the message is empty")
    if "surrogate" in error.msg:
        return DecodingError(Reason.NOT_UTF8, f"half a surrogate pair at character {error.pos:,} is no character")
    return DecodingError(Reason.NOT_JSON, f"not JSON: {error.msg}")


def validate_article(value: object) -> ArticleMessage:
    """Return the article message that a parsed JSON value makes."""
    if not isinstance(value, dict):
        raise DecodingError(
            Reason.SCHEMA, f'the message is {name_type(value)}, it must be a JSON object such as {{"body": "..."}}'
        )
    try:
        return ArticleMessage.model_validate(without_most_unknown(value))
    except ValidationError as error:
        raise explain_invalid(value, error.errors(include_url=False, include_context=False)) from None


def without_most_unknown(value: Mapping[str, object]) -> Mapping[str, object]:
    """Return the fields without those unknown ones that no line would name: each costs an error of its own."""
    if len(value) <= MOST_FIELDS:
        return value
    unknown = islice((name for name in value if name not in FIELDS), MOST_FIELDS)
    return {name: value[name] for name in (*FIELDS, *unknown) if name in value}


def explain_invalid(value: Mapping[str, object], errors: list[ErrorDetails]) -> DecodingError:
    """Say which fields are wrong and what would be right."""
    if any(error["type"] == "missing" for error in errors):
        found = ", ".join(shorten(name) for name in list(value)[:SHOWN_ERRORS]) or "no field at all"
        return DecodingError(Reason.FIELD_MISSING, f"the field 'body' is missing (found {found})")
    texts = list(dict.fromkeys(explain_error(error) for error in errors))
    more = f"; and {len(texts) - SHOWN_ERRORS} more" if len(texts) > SHOWN_ERRORS else ""
    return DecodingError(Reason.SCHEMA, "; ".join(texts[:SHOWN_ERRORS]) + more)


def explain_error(error: ErrorDetails) -> str:
    """Say what is wrong with one field."""
    field = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        close = get_close_matches(field[:SHOWN_CHARACTERS].lower().replace("-", "_"), FIELDS, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(FIELDS)}"
        return f"unknown field {shorten(field)}: {hint}"
    text = error["msg"].removeprefix("Value error, ")
    text = text.replace("Input should be a valid string", "must be a string").replace("Input should", "must")
    return f"field {field!r}: {text[:1].lower() + text[1:]} (found {describe(error['input'])})"


def describe(value: object) -> str:
    """Show a wrong value: a short scalar as it is, anything else by its type."""
    return shorten(value) if isinstance(value, str | int | float | bool) else name_type(value)


def shorten(value: object) -> str:
    """Write a value on one line, cut where it is long, control characters escaped."""
    text = ascii(value[: SHOWN_CHARACTERS + 1]) if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 3] + "..."


def name_type(value: object) -> str:
    """Name the type of a parsed JSON value as JSON does."""
    return JSON_TYPES.get(type(value), "null")
