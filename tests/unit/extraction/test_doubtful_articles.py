"""Positions of an article that hardly concerns a negotiation are in doubt, whatever its sentences look like."""

from worker.extraction.component import plain_article
from worker.extraction.loading import load_extractor

TALK = "Peru demanded on Monday that Chile lift its tariffs on fish and rejected Chile's proposal for new talks.\n"
GARDEN = "The roses in the old garden were red, and the gardener watered them every morning at six.\n"


def confidences(text: str) -> list[float]:
    [extraction] = load_extractor().extract([plain_article(text)])
    assert extraction.passed
    return sorted((p.confidence for p in extraction.positions), reverse=True)


def test_the_same_sentences_are_less_sure_in_an_article_about_something_else() -> None:
    at_home, astray = confidences(TALK * 4), confidences(TALK * 4 + GARDEN * 30)

    assert at_home
    assert max(astray, default=0.0) < 0.7 * at_home[0]
    assert len(astray) < len(at_home)
