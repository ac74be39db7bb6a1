"""What must hold whatever comes in? Checks of decoder, cleaner and pipeline, for hypothesis and the fuzzer alike."""

from functools import cache
from html import unescape

from schemas.decoding import DecodingError, decode_article
from schemas.messages import ArticleMessage, PositionEvent, Span
from worker.cleaning import CleanedArticle, clean
from worker.outcome import Outcome, Processed
from worker.pipeline import Pipeline, load_pipeline

LONGEST_REFUSAL = 2_000


def check_decoder(payload: bytes) -> None:
    """Bytes give an article that survives being written again, or a refusal of a line that is safe to print."""
    try:
        article = decode_article(payload)
    except DecodingError as error:
        assert error.message.isprintable()
        assert 0 < len(error.message) < LONGEST_REFUSAL
        return
    assert decode_article(article.model_dump_json().encode()) == article
    assert article.article_id == decode_article(payload).article_id


def check_cleaner(body: str, content_type: str) -> None:
    """Cleaning ends, its lines are its text, and every character leads back into the body."""
    article = clean(ArticleMessage.model_construct(body=body, content_type=content_type))
    assert len(article.offsets) == len(article.text)
    assert "\n".join(article.text[line.start : line.end] for line in article.lines) == article.text
    mapped = [offset for offset in article.offsets if offset >= 0]
    assert mapped == sorted(mapped)
    assert not mapped or mapped[-1] < len(body)
    for removed in article.removed:
        assert 0 <= removed.raw_start < removed.raw_end <= len(body)
    check_letters(article, body)


def check_letters(article: CleanedArticle, body: str) -> None:
    """ASCII letters are those of the body, or of a reference there: cleaning makes up no words."""
    for character, offset in zip(article.text, article.offsets, strict=True):
        if offset >= 0 and character.isascii() and character.isalpha() and body[offset].isascii():
            assert character == body[offset] or character in unescape(body[offset : offset + 40])


@cache
def pipeline() -> Pipeline:
    """The pipeline as it is shipped."""
    return load_pipeline()


def check_pipeline(payload: bytes) -> None:
    """Spans hold their words, ids are unique, and the same article gives the same twice, in whatever company."""
    [first] = pipeline().run([payload])
    _, second = pipeline().run([b"{}", payload])
    assert told(first) == told(second)
    if not isinstance(first, Processed):
        return
    message = decode_article(payload)
    ids = [event.position_id for event in first.positions]
    assert len(ids) == len(set(ids)) == first.summary.positions
    for event in first.positions:
        assert event.article.id == message.article_id
        assert 0 <= event.confidence <= 1
        assert PositionEvent.model_validate_json(event.model_dump_json()) == event
        for span in (event.evidence, event.proposition, event.condition):
            check_span(span, first.cleaned_text, message.body)


def check_span(span: Span | None, text: str, body: str) -> None:
    """A span's words stand where it says, in the text and in the body."""
    if span is None:
        return
    assert span.text
    assert text[span.start : span.end] == span.text
    if span.raw_start is not None and span.raw_end is not None:
        assert 0 <= span.raw_start < span.raw_end <= len(body)


def told(outcome: Outcome) -> object:
    """Return an outcome without what may differ from run to run."""
    if isinstance(outcome, Processed):
        return outcome.positions, outcome.cleaned_text, outcome.summary.model_copy(update={"seconds": {}})
    return outcome
