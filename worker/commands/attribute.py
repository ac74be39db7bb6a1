"""Who says, wants or believes what in these articles? `stancewire attribute`, without any server."""

from typing import TYPE_CHECKING, Annotated

import typer

from schemas.codes import Reason
from worker.commands.articles import STANDARD_INPUT, find_files, read_articles
from worker.commands.extract import GivenFormat, Paths, batches
from worker.commands.failures import CommandError, ExitCode
from worker.commands.terminal import error_console, write_json

if TYPE_CHECKING:
    from spacy.language import Language

    from worker.cleaning.article import CleanedArticle
    from worker.extraction.position import AttributedContent, CharSpan

BATCH = 16


def attribute(
    paths: Paths = None,
    given: GivenFormat = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Read plain text as it is, without cleaning it first.")
    ] = False,
) -> None:
    """Print who says, wants or believes what, one JSON object an article. Needs no server.

    Each attribution has a source (who), a cue (the word that tells it) and its content. Spans count the characters of
    the message's own body.

    \b
    Examples:
      stancewire attribute articles.jsonl
      stancewire attribute story.txt | jq -r '.attributions[] | [.source.text, .cue.text] | @tsv'
    """
    from schemas.decoding import DecodingError, decode_article  # noqa: PLC0415 (pydantic takes its time)
    from worker.cleaning import clean  # noqa: PLC0415
    from worker.extraction.attribution import find_attributions  # noqa: PLC0415
    from worker.loading import cleaning_limits, decoding_limits  # noqa: PLC0415
    from worker.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    decoding, cleaning = decoding_limits(settings), cleaning_limits(settings)
    sources = read_articles(find_files(paths or [STANDARD_INPUT]), given=given)
    nlp = load_parser()
    refused = 0
    for batch in batches(sources, BATCH):
        messages = []
        for source in batch:
            try:
                messages.append(decode_article(source.payload, limits=decoding))
            except DecodingError as error:
                refused += 1
                write_json(refusal(source.origin, error.reason, error.message))
        cleaned = [
            None if whole and message.content_type == "text/plain" else clean(message, limits=cleaning)
            for message in messages
        ]
        texts = [article.text if article else message.body for message, article in zip(messages, cleaned, strict=True)]
        for message, article, doc in zip(messages, cleaned, nlp.pipe(texts), strict=True):
            found = [described(item, message.body, article) for item in find_attributions(doc)]
            write_json({"article_id": message.article_id, "attributions": found})
    if refused:
        raise CommandError(f"{refused} article{'s were' if refused > 1 else ' was'} refused", code=ExitCode.REFUSED)


def load_parser() -> "Language":
    """Load the spaCy model that the settings name, without what attribution does not need."""
    with error_console().status("Loading the language model"):
        import spacy  # noqa: PLC0415 (takes a second)

        from worker.settings import load_settings  # noqa: PLC0415

        nlp = spacy.load(load_settings().model, exclude=["ner"])
        nlp.add_pipe("stancewire_paragraphs", before="parser")
        return nlp


def refusal(origin: str, reason: Reason, error: str) -> dict[str, object]:
    """Return the line of an article that cannot be read."""
    return {"article_id": origin, "attributions": [], "refused": reason, "error": error}


def described(item: "AttributedContent", body: str, article: "CleanedArticle | None") -> dict[str, object]:
    """Return an attribution with its spans in the body; a span of which nothing survives there is left out."""

    def span(words: "CharSpan | None") -> dict[str, object] | None:
        raw = words and article.raw_span(*words) if article else words
        return (raw and {"start": raw[0], "end": raw[1], "text": body[raw[0] : raw[1]]}) or None

    return {
        "source": span(item.source),
        "cue": span(item.cue),
        "content": [found for words in item.content if (found := span(words))],
        "quoted": item.quoted,
        "reported_by": span(item.reported_by),
    }
