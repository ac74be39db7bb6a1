"""The sample articles: readable, and with residue of every kind that cleaning knows."""

from collections import defaultdict
from pathlib import Path

import pytest

from schemas.decoding import DecodingError, decode_article
from schemas.messages import ArticleMessage
from worker.cleaning import CleanedArticle, RemovalReason, clean
from worker.commands.articles import find_files, read_articles

EXAMPLES = Path(__file__).parents[3] / "examples"
SOURCES = list(read_articles(find_files([str(EXAMPLES / "articles")])))
MALFORMED = "14-malformed.json"


def readable() -> list[ArticleMessage]:
    return [decode_article(source.payload) for source in SOURCES if Path(source.origin).name != MALFORMED]


@pytest.fixture(scope="module")
def cleaned() -> list[CleanedArticle]:
    return [clean(message) for message in readable()]


def test_there_are_texts_and_pages_with_ids_of_their_own() -> None:
    messages = readable()
    assert len(messages) == len({message.article_id for message in messages}) == 14
    assert {message.content_type for message in messages} == {"text/plain", "text/html"}


def test_one_is_malformed() -> None:
    [source] = [source for source in SOURCES if Path(source.origin).name == MALFORMED]
    with pytest.raises(DecodingError, match="the field 'body' is missing"):
        decode_article(source.payload)


def test_one_is_in_another_language(cleaned: list[CleanedArticle]) -> None:
    assert [article.language for article in cleaned if article.skip] == ["de"]


def test_they_hold_residue_of_every_kind(cleaned: list[CleanedArticle]) -> None:
    removed = defaultdict(list)
    for article in cleaned:
        for part in article.removed:
            removed[part.reason].append(part.text)
    assert set(RemovalReason) - set(removed) <= {RemovalReason.MARKUP}


def test_none_of_the_residue_is_left(cleaned: list[CleanedArticle]) -> None:
    residue = ("cookie", "subscribe", "newsletter", "all rights reserved", "share this", "read more", "©", ".jpg", "](")
    left = {words for article in cleaned for words in residue if words in article.text.lower()}
    assert left == set()


def test_the_table_lists_every_file() -> None:
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in (EXAMPLES / "articles").iterdir() if f"`{path.name}`" not in table] == []
