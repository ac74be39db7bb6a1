"""The message models: what they refuse, and that they survive their own JSON."""

import pytest
from pydantic import ValidationError

from schemas.examples import EXAMPLES, POSITION
from schemas.messages import Message, Span, digest
from schemas.topics import MESSAGES, Topic


@pytest.mark.parametrize("topic", MESSAGES)
def test_a_message_survives_its_json(topic: Topic) -> None:
    example = EXAMPLES[topic]
    assert MESSAGES[topic].model_validate_json(example.model_dump_json()) == example


@pytest.mark.parametrize("topic", MESSAGES)
def test_an_unknown_field_is_refused(topic: Topic) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        MESSAGES[topic].model_validate({**EXAMPLES[topic].model_dump(), "colour": "red"})


@pytest.mark.parametrize("topic", MESSAGES)
def test_a_message_cannot_be_changed(topic: Topic) -> None:
    example: Message = EXAMPLES[topic]
    with pytest.raises(ValidationError, match="frozen"):
        setattr(example, next(iter(type(example).model_fields)), "x")


def test_a_span_is_as_long_as_its_text() -> None:
    with pytest.raises(ValidationError, match="cannot hold a text of 4 characters"):
        Span(text="four", start=0, end=5)


@pytest.mark.parametrize("confidence", [-0.01, 1.01])
def test_confidence_is_a_probability(confidence: float) -> None:
    with pytest.raises(ValidationError, match="confidence"):
        type(POSITION).model_validate({**POSITION.model_dump(), "confidence": confidence})


@pytest.mark.parametrize(("left", "right"), [(("ab", "c"), ("a", "bc")), (("a", ""), ("a",)), (("a", "b"), ("b", "a"))])
def test_a_digest_tells_its_parts_apart(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    assert digest(*left) != digest(*right)


def test_a_digest_is_the_same_on_every_machine() -> None:
    assert digest("https://news.example/1") == "ceb7ede3ff9d35370b8772623d2ebde6"
