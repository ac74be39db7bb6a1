"""What earlier versions sent is read, and what we send can be read by those who know an earlier version only."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.compatibility import breaks_of_input, breaks_of_output
from schemas.decoding import decode_article
from schemas.export import CONTRACT_VERSION, EXPORTED, file_name, json_schema
from schemas.messages import ArticleMessage, Message
from schemas.topics import MESSAGES, Topic

KEPT = Path(__file__).parent / "kept"
VERSIONS = sorted(folder.name for folder in KEPT.iterdir() if folder.is_dir())
Schema = dict[str, Any]


def kept_schema(version: str, model: type[Message]) -> Schema:
    return json.loads((KEPT / version / file_name(model)).read_bytes())


def kept_messages(topic: Topic) -> list[bytes]:
    return [line for version in VERSIONS for line in (KEPT / version / f"{topic}.jsonl").read_bytes().splitlines()]


def breaks(model: type[Message], older: Schema, newer: Schema) -> list[str]:
    return (breaks_of_input if model is ArticleMessage else breaks_of_output)(older, newer)


def without_words(schema: Any) -> Any:
    """Return a schema without what is for people only."""
    if isinstance(schema, list):
        return [without_words(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {word: without_words(value) for word, value in schema.items() if not is_prose(word, value)}


def is_prose(word: str, value: object) -> bool:
    return word == "description" and isinstance(value, str)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("model", EXPORTED)
def test_no_message_breaks_with_an_earlier_version(model: type[Message], version: str) -> None:
    assert breaks(model, kept_schema(version, model), json_schema(model)) == []


@pytest.mark.parametrize("model", EXPORTED)
def test_the_version_of_the_contract_is_kept_as_it_is(model: type[Message]) -> None:
    kept, now = kept_schema(CONTRACT_VERSION, model), json_schema(model)
    assert without_words(kept) == without_words(now), f"a new version is needed: see {KEPT.name}/README.md"


@pytest.mark.parametrize("payload", kept_messages(Topic.ARTICLES))
def test_what_producers_sent_then_is_read_now(payload: bytes) -> None:
    article = decode_article(payload)
    assert article.model_dump(exclude_unset=True).keys() == json.loads(payload).keys()


@pytest.mark.parametrize("topic", [topic for topic in MESSAGES if topic is not Topic.ARTICLES])
def test_what_was_published_then_is_read_now(topic: Topic) -> None:
    for payload in kept_messages(topic):
        assert MESSAGES[topic].model_validate_json(payload)


ARTICLE, POSITION = (kept_schema(VERSIONS[0], model) for model in (ArticleMessage, MESSAGES[Topic.POSITIONS]))


def changed(schema: Schema, change: Callable[[Schema], object]) -> Schema:
    copied = copy.deepcopy(schema)
    change(copied)
    return copied


def with_field(name: str, field: Schema, *, required: bool = False) -> Callable[[Schema], object]:
    def add(schema: Schema) -> None:
        schema["properties"][name] = field
        schema["required"] = [*schema["required"], *([name] if required else [])]

    return add


BREAKING_FOR_PRODUCERS: dict[str, tuple[Callable[[Schema], object], str]] = {
    "a field is renamed": (lambda s: s["properties"].update(link=s["properties"].pop("url")), "url: it is not known"),
    "a field is gone": (lambda s: s["properties"].pop("source"), "source: it is not known any more"),
    "a new field must be there": (with_field("region", {"type": "string"}, required=True), "region: it must be there"),
    "a field must be there": (lambda s: s["required"].append("id"), "id: it must be there"),
    "a type is another": (lambda s: s["properties"]["body"].update(type="object"), "body: string where object"),
    "null is not taken any more": (lambda s: s["properties"].update(url={"type": "string"}), "url: null where string"),
    "a value is gone": (
        lambda s: s["properties"]["content_type"].update(enum=["text/html"]),
        "content_type: text/plain",
    ),
    "a text must be shorter": (lambda s: s["properties"].update(id={"type": "string", "maxLength": 8}), "id: "),
    "a text must be longer": (lambda s: s["properties"]["body"].update(minLength=1), "body: minLength was not set"),
    "a text must match": (lambda s: s["properties"]["body"].update(pattern="x"), "body: pattern is another"),
}
BREAKING_FOR_CONSUMERS: dict[str, tuple[Callable[[Schema], object], str]] = {
    "a field is gone": (lambda s: s["properties"].pop("plover"), "plover: it is gone"),
    "a field is not always there": (lambda s: s["required"].remove("confidence"), "confidence: it must be there"),
    "a field may be null": (
        lambda s: s["properties"].update(time={"anyOf": [s["properties"]["time"], {"type": "null"}]}),
        "time: ",
    ),
    "a number may be larger": (lambda s: s["properties"]["confidence"].update(maximum=100), "confidence: maximum"),
    "a field of a part is gone": (lambda s: s["$defs"]["Party"]["properties"].pop("iso3"), "party.iso3: it is gone"),
    "a code is new": (lambda s: s["$defs"]["Stance"]["enum"].append("mediate"), "stance: mediate is not among"),
}
HARMLESS: dict[str, Callable[[Schema], object]] = {
    "a field is new": with_field("region", {"type": "string"}),
    "a description is another": lambda s: s.update(description="Other words."),
    "a part is named in another way": lambda s: s.update(title="Another"),
}


@pytest.mark.parametrize("name", BREAKING_FOR_PRODUCERS)
def test_what_would_refuse_messages_of_today_is_caught(name: str) -> None:
    change, told = BREAKING_FOR_PRODUCERS[name]
    found = breaks_of_input(ARTICLE, changed(ARTICLE, change))
    assert any(line.startswith(told) for line in found), found


@pytest.mark.parametrize("name", BREAKING_FOR_CONSUMERS)
def test_what_would_make_readers_of_today_stumble_is_caught(name: str) -> None:
    change, told = BREAKING_FOR_CONSUMERS[name]
    found = breaks_of_output(POSITION, changed(POSITION, change))
    assert any(line.startswith(told) for line in found), found


@pytest.mark.parametrize("name", HARMLESS)
def test_what_harms_nobody_is_not_held_up(name: str) -> None:
    assert breaks_of_input(ARTICLE, changed(ARTICLE, HARMLESS[name])) == []
    assert breaks_of_output(POSITION, changed(POSITION, HARMLESS[name])) == []


def test_a_wider_input_and_a_narrower_output_harm_nobody() -> None:
    wider = changed(ARTICLE, lambda s: s["properties"]["content_type"]["enum"].append("text/markdown"))
    narrower = changed(POSITION, lambda s: s["properties"]["confidence"].update(maximum=0.5))
    assert breaks_of_input(ARTICLE, wider) == []
    assert breaks_of_output(POSITION, narrower) == []


def test_a_reader_by_the_schema_of_today_takes_a_message_with_a_field_of_tomorrow() -> None:
    [position] = kept_messages(Topic.POSITIONS)
    tomorrow = {**json.loads(position), "region": "north"}
    assert Draft202012Validator(json_schema(MESSAGES[Topic.POSITIONS])).is_valid(tomorrow)
