"""What is skipped, and what the article tells of itself."""

from datetime import UTC, date, datetime

import pytest

from schemas.codes import Reason
from schemas.messages import ArticleMessage
from tests.unit.cleaning.articles import HEADLINE, PARAGRAPHS, plain
from worker.cleaning import CleaningLimits, clean

GERMAN = (
    "Die Reeder wollen am Donnerstag wieder mit der Gewerkschaft verhandeln, wie das Verkehrsministerium mitteilte.",
    "Die Gewerkschaft fordert ein Fünftel mehr Lohn für Nachtfahrten und lehnt das bisherige Angebot ab.",
    "Ein Streik würde die Inseln vom Festland abschneiden, sagte ein Sprecher der Reeder am Dienstag in Kiel.",
)


def test_another_language_is_skipped_and_named() -> None:
    article = plain("\n".join(GERMAN))
    assert (article.skip, article.language) == (Reason.LANGUAGE, "de")


def test_the_text_is_believed_before_the_message() -> None:
    article = plain("\n".join(GERMAN), language="en")
    assert (article.skip, article.language) == (Reason.LANGUAGE, "de")


def test_foreign_residue_does_not_make_an_article_foreign() -> None:
    article = plain("\n".join(["请选择语言 互联网新闻信息许可证", *PARAGRAPHS]))
    assert (article.skip, article.language) == (None, "en")


def test_limits_may_let_other_languages_pass() -> None:
    message = ArticleMessage(body="\n".join(GERMAN))
    assert clean(message, limits=CleaningLimits(languages=frozenset({"en", "de"}))).skip is None
    assert clean(message, limits=CleaningLimits(languages=frozenset())).skip is None


def test_a_text_too_short_to_tell_takes_the_language_of_the_message() -> None:
    assert plain("No deal.", language="en-GB").language == "en"


@pytest.mark.parametrize("body", ["No deal.", "Talks broke off."])
def test_a_line_alone_is_too_short(body: str) -> None:
    assert plain(body).skip is Reason.TOO_SHORT


def test_one_sentence_of_news_is_enough() -> None:
    assert plain("Norway rejected the offer on Monday and called its envoy home from Geneva.").skip is None


@pytest.mark.parametrize(
    ("published_at", "day"),
    [("2025-03-12", date(2025, 3, 12)), (datetime(2025, 3, 12, 23, 30, tzinfo=UTC), date(2025, 3, 12))],
)
def test_the_message_tells_the_day_of_publication(published_at: object, day: date) -> None:
    article = plain("\n".join(["Published 1 March 2025", *PARAGRAPHS]), published_at=published_at)
    assert article.published_at == day


def test_else_a_time_stamp_in_the_text_tells_it() -> None:
    assert plain("\n".join(["Published 1 March 2025", *PARAGRAPHS])).published_at == date(2025, 3, 1)


def test_else_the_dateline_tells_it() -> None:
    lead = "BERGEN, March 11, 2025 (Reuters) - " + PARAGRAPHS[0]
    assert plain("\n".join([lead, *PARAGRAPHS[1:]])).published_at == date(2025, 3, 11)


def test_title_source_and_byline_come_from_message_and_text() -> None:
    article = plain("\n".join([HEADLINE, "By Kari Nordmann", *PARAGRAPHS]), source="Fjord Daily")
    assert (article.title, article.source, article.byline) == (HEADLINE, "Fjord Daily", "Kari Nordmann")
