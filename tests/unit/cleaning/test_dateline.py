"""Datelines, spelt out and glued to the sentence."""

from datetime import date

import pytest

from tests.unit.cleaning.articles import PARAGRAPHS, plain
from worker.cleaning.dateline import find_dateline

PUBLISHED = date(2025, 2, 6)


@pytest.mark.parametrize(
    ("dateline", "rest", "place", "day"),
    [
        ("OSLO, Feb 5 (Reuters) - ", "Ferry owners", "OSLO", date(2025, 2, 5)),
        ("Rome, Feb. 4, (dpa/GNA) – ", "Unions", "Rome", date(2025, 2, 4)),
        ("Feb 5 (Reuters) - ", "Norway", "", date(2025, 2, 5)),
        ("BRUSSELS (AP) — ", "The EU", "BRUSSELS", None),
        ("COLORADO SPRINGS, Colo. (Reuters) - ", "U.S. officials", "COLORADO SPRINGS, Colo.", None),
        ("Geneva, 3 February 2025 - ", "Delegates", "Geneva", date(2025, 2, 3)),
        ("Accra, June 3, GNA – ", "Ministers", "Accra", date(2024, 6, 3)),
        ("LONDON — ", "Britain", "LONDON", None),
        ("Tehran, Iran - ", "“We are ready”", "Tehran, Iran", None),
        ("GENEVA: ", "Delegates", "GENEVA", None),
        ("BEIRUT ", "Rebels said", "BEIRUT", None),
        ("AMMAN/BEIRUT/GENEVA ", "The opposition", "AMMAN/BEIRUT/GENEVA", None),
        ("TOKYO ", "NATO's chief", "TOKYO", None),
        ("UNITED NATIONS ", "U.N. envoys", "UNITED NATIONS", None),
        ("KOBANE, Syria ", "Aid lorries", "KOBANE, Syria", None),
        ("ORLANDO, Fla./FORT PIERCE, Fla. ", "Agents", "ORLANDO, Fla./FORT PIERCE, Fla.", None),
        ("WASHINGTON, Feb 3 ", "The United States", "WASHINGTON", date(2025, 2, 3)),
    ],
)
def test_finds_place_day_and_length(dateline: str, rest: str, place: str, day: date | None) -> None:
    found = find_dateline(dateline + rest + " said on Monday that talks would go on.", published=PUBLISHED)
    assert found is not None
    assert (found.length, found.place, found.day) == (len(dateline), place, day)


@pytest.mark.parametrize(
    "line",
    [
        "NATO Secretary General Jens Stoltenberg said the allies would meet.",
        "NATO, Russia and others are to meet.",
        "EU leaders met on Monday.",
        "Trump: I will not sign a bad deal.",
        "EXCLUSIVE: Kremlin adviser sets terms",
        "Analysis: Why the talks failed",
        "Moscow - the host of the talks - sent no envoy.",
        "Paris and London - the two capitals - agreed.",
        "The talks (in Geneva) - a first since 2019 - were brief.",
        "MOSCOW",
        "",
    ],
)
def test_leaves_sentences_alone(line: str) -> None:
    assert find_dateline(line, published=PUBLISHED) is None


def test_the_article_tells_where_its_dateline_stands() -> None:
    article = plain(
        "\n".join(["BERGEN, March 11 (Reuters) - " + PARAGRAPHS[0], *PARAGRAPHS[1:]]), published_at="2025-03-11"
    )
    assert article.dateline is not None
    assert article.text[article.dateline.start : article.dateline.end] == "BERGEN, March 11 (Reuters) - "
    assert (article.dateline.place, article.dateline.day) == ("BERGEN", date(2025, 3, 11))
