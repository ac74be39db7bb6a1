"""Does a change of a message break who reads or writes it? Two JSON Schemas compared, the older one and the newer.

What producers send must be taken for ever: a newer schema may ask for no more and allow no less. What we publish must
fit those who read it as before: a newer schema may promise no less and bring nothing that they do not expect, but for
fields that are new.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

LEAST = ("minLength", "minimum", "minItems")
MOST = ("maxLength", "maximum", "maxItems")
SAYS_NOTHING = frozenset(
    {"description", "title", "default", "examples", "$schema", "$id", "properties", "required", "items"}
    | {"additionalProperties", "anyOf", "enum", "const", "type", *LEAST, *MOST}
)
"""Words that bind nobody, and those that are compared by themselves; all others must stay as they are."""


def breaks_of_input(older: Schema, newer: Schema) -> list[str]:
    """Return why messages that the older schema takes may be refused by the newer one; empty where none is."""
    return list(_breaks(_resolved(older, older), _resolved(newer, newer), place="", taken=True))


def breaks_of_output(older: Schema, newer: Schema) -> list[str]:
    """Return what a reader who knows the older schema may stumble over in messages of the newer one."""
    return list(_breaks(_resolved(newer, newer), _resolved(older, older), place="", taken=False))


def _breaks(given: Schema, wanted: Schema, *, place: str, taken: bool) -> Iterator[str]:
    """Yield where a message that fits `given` may fail where `wanted` is expected."""
    alternatives, expected = _alternatives(given), _alternatives(wanted)
    for alternative in alternatives:
        found = [list(_breaks_of_one(alternative, other, place=place, taken=taken)) for other in expected]
        if all(found):
            yield from min(found, key=len)


def _breaks_of_one(given: Schema, wanted: Schema, *, place: str, taken: bool) -> Iterator[str]:
    here = place or "the message"
    if (known := _values(wanted)) is not None:
        strange = sorted(map(str, set(_values(given) or ["anything"]) - set(known)))
        if strange:
            yield f"{here}: {', '.join(strange)} is not among the values {'any more' if taken else 'of before'}"
    if wanted.get("type") not in {None, given.get("type")}:
        yield f"{here}: {given.get('type', 'anything')} where {wanted['type']} is expected"
        return
    yield from _breaks_of_bounds(given, wanted, here)
    yield from _breaks_of_fields(given, wanted, place=place, taken=taken)
    for word in wanted.keys() - SAYS_NOTHING:
        if wanted[word] != given.get(word):
            yield f"{here}: {word} is another"


def _breaks_of_bounds(given: Schema, wanted: Schema, here: str) -> Iterator[str]:
    for word in LEAST:
        if word in wanted and given.get(word, float("-inf")) < wanted[word]:
            yield f"{here}: {word} was {given.get(word, 'not set')} and is {wanted[word]}"
    for word in MOST:
        if word in wanted and given.get(word, float("inf")) > wanted[word]:
            yield f"{here}: {word} was {given.get(word, 'not set')} and is {wanted[word]}"


def _breaks_of_fields(given: Schema, wanted: Schema, *, place: str, taken: bool) -> Iterator[str]:
    sent, known = given.get("properties", {}), wanted.get("properties", {})
    required = set(given.get("required", ()))
    for name in wanted.get("required", ()):
        if name not in required:
            yield f"{_at(place, name)}: it must be there, and need not be where it comes from"
    for name, schema in sent.items():
        if name in known:
            yield from _breaks(schema, known[name], place=_at(place, name), taken=taken)
        elif taken:
            yield f"{_at(place, name)}: it is not known any more"
    for inside in ("items", "additionalProperties"):
        if isinstance(given.get(inside), Mapping) and isinstance(wanted.get(inside), Mapping):
            yield from _breaks(given[inside], wanted[inside], place=_at(place, "*"), taken=taken)
    if not taken:
        yield from (f"{_at(place, name)}: it is gone" for name in known.keys() - sent.keys())


def _alternatives(schema: Schema) -> list[Schema]:
    options = schema.get("anyOf")
    if options is None:
        return [schema]
    return [alternative for option in options for alternative in _alternatives(option)]


def _values(schema: Schema) -> list[object] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema.get("enum")


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _resolved(schema: Any, document: Schema) -> Any:
    """Return a schema with what it refers to in its place (our messages do not contain themselves)."""
    if isinstance(schema, list):
        return [_resolved(item, document) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return _resolved(document["$defs"][name], document)
    return {word: _resolved(value, document) for word, value in schema.items() if word != "$defs"}
