"""The exported documents: committed, valid by their own standards, and in agreement with the models."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

import schemas
from schemas.envelope import EventAttributes
from schemas.examples import EXAMPLES, POSITION
from schemas.export import EXPORTED, asyncapi, documents, file_name, json_schema, write_documents
from schemas.messages import Message
from schemas.topics import EVENT_TYPES, MESSAGES, Topic

EXPORTS = Path(schemas.__file__).parent / "exports"
META_SCHEMA = Path(__file__).parent / "asyncapi-3.0.0.meta-schema.json"


@pytest.mark.parametrize("name", documents())
def test_the_committed_export_is_what_the_models_give(name: str) -> None:
    assert (EXPORTS / name).read_bytes() == documents()[name], "run `make schema` and commit the result"


def test_nothing_else_lies_among_the_exports() -> None:
    assert {path.name for path in EXPORTS.iterdir()} == set(documents())


def test_writing_creates_the_folder_and_names_every_file(tmp_path: Path) -> None:
    written = write_documents(tmp_path / "new")
    assert {path.name: path.read_bytes() for path in written} == documents()


@pytest.mark.parametrize("model", EXPORTED)
def test_each_schema_is_valid_json_schema(model: type[Message]) -> None:
    Draft202012Validator.check_schema(json_schema(model))


@pytest.mark.parametrize("model", EXPORTED)
def test_every_field_is_described(model: type[Message]) -> None:
    schema = json_schema(model)
    for definition in (schema, *schema.get("$defs", {}).values()):
        undescribed = [
            name
            for name, field in definition.get("properties", {}).items()
            if not {"description", "$ref"} & field.keys()
        ]
        assert undescribed == []


@pytest.mark.parametrize("topic", MESSAGES)
def test_a_message_satisfies_the_exported_schema(topic: Topic) -> None:
    schema = json.loads((EXPORTS / file_name(MESSAGES[topic])).read_bytes())
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(json.loads(EXAMPLES[topic].model_dump_json()))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"body": 7},
        {"body": "x", "publishedAt": "2026-11-24"},
        {"body": "x", "id": ""},
        {"body": "x", "content_type": "x"},
    ],
)
def test_what_the_model_refuses_the_schema_refuses_too(wrong: dict[str, object]) -> None:
    assert not Draft202012Validator(json_schema(MESSAGES[Topic.ARTICLES])).is_valid(wrong)


def test_a_published_position_has_every_field_even_where_it_is_null() -> None:
    properties = json_schema(MESSAGES[Topic.POSITIONS])["properties"]
    assert set(json.loads(POSITION.model_dump_json())) == set(properties)
    assert set(json_schema(MESSAGES[Topic.POSITIONS])["required"]) == set(properties)


def test_the_asyncapi_document_is_valid_asyncapi_3() -> None:
    errors = Draft7Validator(json.loads(META_SCHEMA.read_text())).iter_errors(asyncapi())
    assert [error.message for error in errors] == []


def test_the_asyncapi_document_has_every_topic_as_a_channel() -> None:
    assert list(asyncapi()["channels"]) == ["articles", "positions", "articles.processed", "articles.dead", "shifts"]


def test_the_worker_receives_articles_and_sends_the_rest() -> None:
    operations = asyncapi()["operations"].values()
    actions = {
        operation["channel"]["$ref"].removeprefix("#/channels/"): operation["action"] for operation in operations
    }
    assert actions == {
        "articles": "receive",
        "positions": "send",
        "articles.processed": "send",
        "articles.dead": "send",
    }


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi()

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for item in value.values() for found in references(item)]
        return [found for item in value for found in references(item)] if isinstance(value, list) else []

    found = references(document)
    assert found
    for reference in found:
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.parametrize("topic", EVENT_TYPES)
def test_published_messages_carry_cloudevents_headers(topic: Topic) -> None:
    message = asyncapi()["components"]["messages"][MESSAGES[topic].__name__]
    assert message["headers"] == {"$ref": f"#/components/schemas/{EventAttributes.__name__}"}
    assert set(EventAttributes.model_fields) == {
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "datacontenttype",
        "traceparent",
        "tracestate",
    }


def test_an_article_needs_no_headers() -> None:
    assert "headers" not in asyncapi()["components"]["messages"]["ArticleMessage"]
