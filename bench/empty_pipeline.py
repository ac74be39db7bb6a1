"""What does the way around the language work cost? A pipeline that decodes a message and finds nothing in it."""

from collections.abc import Sequence

from schemas.decoding import DecodingError, decode_article
from schemas.messages import Extractor, ProcessedArticle
from worker.outcome import Outcome, Processed, Refused

NOTHING = Extractor(version="0", model="none", domain="none")


class EmptyPipeline:
    """Finds nothing."""

    def run(self, payloads: Sequence[bytes]) -> list[Outcome]:
        """Return an outcome a message."""
        return [_nothing(payload) for payload in payloads]


def load() -> EmptyPipeline:
    """Return the pipeline."""
    return EmptyPipeline()


def _nothing(payload: bytes) -> Outcome:
    try:
        message = decode_article(payload)
    except DecodingError as error:
        return Refused(error.reason, error.message)
    length = len(message.body)
    summary = ProcessedArticle(
        article_id=message.article_id,
        positions=0,
        language="en",
        raw_characters=length,
        cleaned_characters=length,
        seconds={},
        extractor=NOTHING,
    )
    return Processed((), summary, message.body)
