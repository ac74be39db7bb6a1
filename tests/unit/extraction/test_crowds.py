"""Plain nouns that mean a party: crowds that act, both sides, former office holders."""

import pytest

from worker.extraction.crowds import both_end, crowd_end, former_end
from worker.extraction.tokens import tokenize


def words(text: str, *, at: str, end: int) -> str | None:
    tokens = tokenize(text, (0, len(text)))
    first = next(i for i, token in enumerate(tokens) if token.text == at)
    return text[tokens[first].start : tokens[end - 1].end] if end else None


def crowd(text: str, at: str) -> str | None:
    tokens = tokenize(text, (0, len(text)))
    first = next(i for i, token in enumerate(tokens) if token.text == at)
    return words(text, at=at, end=crowd_end(tokens, first, listed=()))


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("Salmon farmers and fishing firms said no.", "fishing", "fishing firms"),
        ("In Oslo, consumer groups on Friday condemned the bill.", "consumer", "consumer groups"),
        ("The bill was criticised by river campaigners.", "river", "river campaigners"),
        ("It was backed by river campaigners and port agencies.", "port", "port agencies"),
        ("Security researchers agreed.", "Security", None),
        ("Port agencies and river campaigners oppose it.", "Port", "Port agencies"),
        ("The deal covers port agencies.", "port", None),
        ("She told her river campaigners agreed terms.", "river", None),
    ],
)
def test_a_crowd_is_a_party_where_it_acts(text: str, at: str, expected: str | None) -> None:
    assert crowd(text, at) == expected


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("Both sides agreed.", "Both", "Both"),
        ("The two leaders met.", "two", "two leaders"),
        ("The warring parties signed.", "warring", "warring parties"),
        ("Combatants must answer by noon.", "Combatants", "Combatants"),
        ("The two boats sank.", "two", None),
        ("He wants both fish and chips.", "both", None),
    ],
)
def test_words_for_the_two_parties_at_once_are_found(text: str, at: str, expected: str | None) -> None:
    tokens = tokenize(text, (0, len(text)))
    first = next(i for i, token in enumerate(tokens) if token.text == at)

    assert words(text, at=at, end=both_end(tokens, first)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Three former prime ministers objected.", "former prime ministers"),
        ("Three former fishermen objected.", None),
    ],
)
def test_former_office_holders_are_found_by_their_office(text: str, expected: str | None) -> None:
    tokens = tokenize(text, (0, len(text)))
    first = next(i for i, token in enumerate(tokens) if token.text == "former")
    end = former_end(tokens, first, frozenset({"prime minister"}))

    assert words(text, at="former", end=end) == expected
