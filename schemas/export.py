"""How do other languages learn the contract? JSON Schema (one document a message) and one AsyncAPI 3 document."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import ModelSchema

from schemas.descriptions import descriptions
from schemas.envelope import DATA_FIELD, EventAttributes
from schemas.examples import EXAMPLES
from schemas.messages import ArticleMessage, Message
from schemas.topics import EVENT_TYPES, MESSAGES, Topic

Document = dict[str, Any]
"""A JSON document to be written out."""

EXPORTED: tuple[type[Message], ...] = (*MESSAGES.values(), EventAttributes)
CONTRACT_VERSION = "1.0.0"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SERVER = "valkey"

SUMMARIES = {
    Topic.ARTICLES: "An article to be read; anybody appends one with XADD.",
    Topic.POSITIONS: "One negotiation position, published once however often its article is delivered.",
    Topic.PROCESSED: "What became of one article: one entry for each.",
    Topic.DEAD: "An article that cannot be processed, its message untouched.",
    Topic.SHIFTS: "A party changed its stance on an issue. Reserved: nothing is published here yet.",
}


class TerseSchema(GenerateJsonSchema):
    """JSON Schema with what stands below each field, and without the titles that pydantic makes of field names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        described = super().model_schema(schema)
        for name, text in descriptions(schema["cls"]).items():
            described["properties"][name]["description"] = text
        return described


def schema_mode(model: type[Message]) -> JsonSchemaMode:
    """Return whether the schema describes what may be sent to us or what we always send."""
    return "validation" if model is ArticleMessage else "serialization"


def file_name(model: type[Message]) -> str:
    """Return the name of the model's JSON Schema file: `PositionEvent` becomes `position-event.schema.json`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", model.__name__).lower() + ".schema.json"


def open_to_new_fields(schema: Any) -> Any:
    """Return a schema of what we send that holds for newer versions too: they may add fields, so none is forbidden."""
    if isinstance(schema, list):
        return [open_to_new_fields(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        word: open_to_new_fields(value)
        for word, value in schema.items()
        if not (word == "additionalProperties" and value is False)
    }


def json_schema(model: type[Message]) -> Document:
    """Return the JSON Schema (2020-12) of one message."""
    schema = model.model_json_schema(mode=schema_mode(model), schema_generator=TerseSchema)
    if schema_mode(model) == "serialization":
        schema = open_to_new_fields(schema)
    return {"$schema": DIALECT, "$id": f"urn:stancewire:{file_name(model).removesuffix('.schema.json')}", **schema}


def asyncapi() -> Document:
    """Return the AsyncAPI 3 document: what the workers receive and send, on which channels."""
    models = [(model, schema_mode(model)) for model in EXPORTED]
    by_model, definitions = models_json_schema(
        models, ref_template="#/components/schemas/{model}", schema_generator=TerseSchema
    )
    references = {model: reference for (model, _), reference in by_model.items()}
    taken = {ArticleMessage.__name__}
    parts = {name: part if name in taken else open_to_new_fields(part) for name, part in definitions["$defs"].items()}
    return {
        "asyncapi": "3.0.0",
        "id": "urn:stancewire",
        "info": {
            "title": "Stancewire",
            "version": CONTRACT_VERSION,
            "description": (
                "News articles in, negotiation positions out. Every channel is a Redis stream. The JSON message stands "
                f"under the field `{DATA_FIELD}` of a stream entry; the message headers below are its other fields. "
                "An entry of `articles` needs no other field; where it carries `traceparent` (and `tracestate`), every "
                "event about it carries them too."
            ),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            SERVER: {"host": "localhost:6379", "protocol": "redis", "description": "Any Valkey or Redis server."}
        },
        "channels": {topic.value: channel(topic) for topic in Topic},
        "operations": {
            operation_name(topic): {
                "action": "receive" if topic is Topic.ARTICLES else "send",
                "channel": {"$ref": f"#/channels/{topic.value}"},
                "summary": SUMMARIES[topic],
                "messages": [{"$ref": f"#/channels/{topic.value}/messages/{model.__name__}"}],
            }
            for topic, model in MESSAGES.items()
        },
        "components": {
            "messages": {model.__name__: message(topic, model, references) for topic, model in MESSAGES.items()},
            "schemas": parts,
        },
    }


def channel(topic: Topic) -> Document:
    """Return the AsyncAPI channel of a topic."""
    messages = {}
    if topic in MESSAGES:
        name = MESSAGES[topic].__name__
        messages = {name: {"$ref": f"#/components/messages/{name}"}}
    return {
        "address": topic.value,
        "summary": SUMMARIES[topic],
        "servers": [{"$ref": f"#/servers/{SERVER}"}],
        "messages": messages,
    }


def operation_name(topic: Topic) -> str:
    """Name the operation that receives or sends on a topic."""
    verb = "receive" if topic is Topic.ARTICLES else "send"
    return verb + MESSAGES[topic].__name__


def message(topic: Topic, model: type[Message], references: Mapping[type, JsonSchemaValue]) -> Document:
    """Return the AsyncAPI message of a topic: payload, headers where it has them, one example."""
    payload = EXAMPLES[topic].model_dump(mode="json", exclude_unset=topic is Topic.ARTICLES)
    described: Document = {
        "name": model.__name__,
        "summary": SUMMARIES[topic],
        "contentType": "application/json",
        "payload": references[model],
    }
    if topic in EVENT_TYPES:
        described["headers"] = references[EventAttributes]
    return {**described, "examples": [{"payload": payload}]}


def documents() -> dict[str, bytes]:
    """Return every exported file by its name, as it is written."""
    files = {file_name(model): json_schema(model) for model in EXPORTED}
    files["asyncapi.json"] = asyncapi()
    layout = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return {name: orjson.dumps(document, option=layout) for name, document in files.items()}


def write_documents(folder: Path) -> list[Path]:
    """Write every exported file into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in documents().items():
        path = folder / name
        path.write_bytes(content)
        written.append(path)
    return written
