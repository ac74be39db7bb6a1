"""Bytes to article message: what is accepted, and with which reason everything else is refused."""

import json
import string
import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Reason
from schemas.decoding import DecodingError, DecodingLimits, decode_article, nesting_exceeds
from schemas.messages import ArticleMessage, digest

BODY = "Talks resume in Oslo on Friday."


def refusal(payload: bytes, **limits: int) -> DecodingError:
    with pytest.raises(DecodingError) as caught:
        decode_article(payload, limits=DecodingLimits(**limits))
    return caught.value


def encode(**fields: object) -> bytes:
    return json.dumps({"body": BODY, **fields}).encode()


def test_a_body_alone_makes_an_article() -> None:
    article = decode_article(encode())
    assert (article.body, article.content_type, article.published_at) == (BODY, "text/plain", None)


def test_every_field_of_the_contract_is_read() -> None:
    article = decode_article(
        encode(
            content_type="text/html",
            id="a1",
            url="https://news.example/1",
            source="Example News",
            title="Talks resume",
            language="en-GB",
            published_at="2026-11-24",
        )
    )
    assert article == ArticleMessage(
        body=BODY,
        content_type="text/html",
        id="a1",
        url="https://news.example/1",
        source="Example News",
        title="Talks resume",
        language="en-GB",
        published_at=date(2026, 11, 24),
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id": "a1", "url": "https://news.example/1"}, "a1"),
        ({"url": "https://news.example/1"}, digest("https://news.example/1")),
        ({}, digest(BODY)),
        ({"id": None, "url": None}, digest(BODY)),
    ],
)
def test_the_article_id_is_the_given_one_else_a_digest(fields: dict[str, str | None], expected: str) -> None:
    assert decode_article(encode(**fields)).article_id == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        ("2026-11-24T08:30:00Z", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        ("2026-11-24t08:30:00z", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        ("2026-11-24 08:30:00.5+02:00", datetime(2026, 11, 24, 8, 30, 0, 500_000, timezone(timedelta(hours=2)))),
        ("2026-11-24T08:30:00", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
    ],
)
def test_rfc_3339_dates_and_date_times_are_read(text: str, expected: date) -> None:
    published_at = decode_article(encode(published_at=text)).published_at
    assert published_at == expected
    assert type(published_at) is type(expected)


@pytest.mark.parametrize(
    "value", ["", "soon", "24.11.2026", "1795507200", "2026-02-30", "2026-11-24T25:00:00Z", 1795507200, True, [], {}]
)
def test_a_published_at_that_is_no_date_is_refused_by_name(value: object) -> None:
    error = refusal(encode(published_at=value))
    assert error.reason is Reason.SCHEMA
    assert "field 'published_at': " in error.message


@pytest.mark.parametrize(
    ("payload", "reason", "words"),
    [
        (b"", Reason.NOT_JSON, "the message is empty"),
        (b" \n", Reason.NOT_JSON, "the message is empty"),
        (b"Talks resume in Oslo.", Reason.NOT_JSON, "not JSON: "),
        (b'{"body": "Talks', Reason.NOT_JSON, "not JSON: "),
        (b'{"body": NaN}', Reason.NOT_JSON, "not JSON: "),
        (b'{"body": "\x00"}', Reason.NOT_JSON, "control character"),
        (b'{"body": "caf\xe9"}', Reason.NOT_UTF8, "byte 13 (0xe9) is not UTF-8"),
        ('{"body": "x"}'.encode("utf-16"), Reason.NOT_UTF8, "byte 0 (0xff) is not UTF-8"),
        (b'{"body": "\\ud83d"}', Reason.NOT_UTF8, "half a surrogate pair"),
        (b'{"body": "\\udca9"}', Reason.NOT_UTF8, "half a surrogate pair"),
        (b"[]", Reason.SCHEMA, "the message is an array"),
        (b'"x"', Reason.SCHEMA, "the message is a string"),
        (b"7", Reason.SCHEMA, "the message is a number"),
        (b"null", Reason.SCHEMA, "the message is null"),
        (b"{}", Reason.FIELD_MISSING, "the field 'body' is missing (found no field at all)"),
        (b'{"text": "x"}', Reason.FIELD_MISSING, "the field 'body' is missing (found 'text')"),
        (b'{"body": null}', Reason.SCHEMA, "field 'body': must be a string (found null)"),
        (b'{"body": 7}', Reason.SCHEMA, "field 'body': must be a string (found 7)"),
        (b'{"body": ["x"]}', Reason.SCHEMA, "field 'body': must be a string (found an array)"),
        (b'{"body": "x", "id": 7}', Reason.SCHEMA, "field 'id': must be a string (found 7)"),
        (b'{"body": "x", "id": ""}', Reason.SCHEMA, "field 'id': string should have at least 1 character"),
        (b'{"body": "x", "content_type": "text/rtf"}', Reason.SCHEMA, "must be 'text/plain' or 'text/html'"),
    ],
)
def test_what_holds_no_article_is_refused_with_its_reason(payload: bytes, reason: Reason, words: str) -> None:
    error = refusal(payload)
    assert error.reason is reason
    assert words in error.message


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("publishedAt", "did you mean 'published_at'?"),
        ("content-type", "did you mean 'content_type'?"),
        ("headline", "known are body, content_type, id, url, source, title, language, published_at"),
    ],
)
def test_an_unknown_field_is_refused_by_name_with_a_hint(name: str, hint: str) -> None:
    error = refusal(encode(**{name: "x"}))
    assert error.reason is Reason.SCHEMA
    assert f"unknown field {name!r}: {hint}" in error.message


def test_all_wrong_fields_are_named_at_once() -> None:
    message = refusal(encode(id=1, url=2, headline=3)).message
    assert all(words in message for words in ("field 'id'", "field 'url'", "unknown field 'headline'"))


@given(st.dictionaries(st.text(max_size=300), st.integers() | st.text(max_size=300), min_size=1, max_size=20))
def test_a_refusal_is_one_short_line_that_is_safe_to_print(fields: dict[str, object]) -> None:
    message = refusal(json.dumps({"body": 1, **fields, "zz": 1}).encode()).message
    assert len(message) < 1_000
    assert message.isprintable()


def test_a_nul_character_survives() -> None:
    assert decode_article(b'{"body": "a\\u0000b"}').body == "a\0b"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode_article(b"\xef\xbb\xbf" + encode()).body == BODY


@given(st.text())
def test_any_text_survives_as_it_is(body: str) -> None:
    assert decode_article(json.dumps({"body": body}).encode()).body == body
    assert decode_article(json.dumps({"body": body}, ensure_ascii=False).encode()).body == body


@given(st.binary(max_size=200))
def test_any_bytes_give_an_article_or_a_reason(payload: bytes) -> None:
    try:
        decode_article(payload)
    except DecodingError as error:
        assert error.message


def test_a_message_may_be_as_large_as_the_limit_and_no_larger() -> None:
    payload = encode()
    assert decode_article(payload, limits=DecodingLimits(max_bytes=len(payload))).body == BODY
    error = refusal(payload, max_bytes=len(payload) - 1)
    assert (error.reason, f"has {len(payload)} bytes" in error.message) == (Reason.TOO_LARGE, True)


def test_the_size_is_judged_before_the_content() -> None:
    assert refusal(b"\xff" * 20_000_000).reason is Reason.TOO_LARGE


@pytest.mark.parametrize("depth", [17, 900, 100_000])
def test_deep_nesting_is_refused_before_it_is_parsed(depth: int) -> None:
    error = refusal(b'{"body": ' + b"[" * depth + b"]" * depth + b"}")
    assert error.reason is Reason.TOO_DEEP


def test_brackets_within_text_do_not_nest() -> None:
    body = '[{"' * 1_000 + "\\"
    assert decode_article(encode(body=body)).body == body


NESTED = st.recursive(
    st.text(alphabet='[]{}"\\' + string.ascii_letters),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def depth_of(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@given(NESTED, st.integers(min_value=0, max_value=6))
def test_nesting_is_counted_as_a_parser_would(value: object, limit: int) -> None:
    assert nesting_exceeds(json.dumps(value).encode(), limit) == (depth_of(value) > limit)


def test_a_message_of_a_hundred_thousand_unknown_fields_is_refused_at_once() -> None:
    payload = b"{" + b",".join(b'"f%d": 1' % number for number in range(100_000)) + b', "body": "x"}'
    started = time.process_time()
    with pytest.raises(DecodingError) as refused:
        decode_article(payload)
    assert time.process_time() - started < 0.5
    assert refused.value.reason is Reason.SCHEMA
    assert "unknown field 'f0'" in refused.value.message
