"""What is a stretch of text about?"""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Issue
from worker.extraction.domain import load_domain
from worker.extraction.issues import find_issue_terms, issue_profile, score_issues

DOMAIN = load_domain()


def best(sentence: str, **context: Any) -> Issue | None:
    return next(iter(score_issues(sentence, domain=DOMAIN, **context)), None)


@pytest.mark.parametrize(
    ("sentence", "issue"),
    [
        ("Arland proposed a 30-day truce.", Issue.CEASEFIRE),
        ("Both governments back the peace plan.", Issue.SETTLEMENT),
        ("The rebels will send a delegation to the talks.", Issue.TALKS),
        ("Borduria will never cede the occupied territories.", Issue.TERRITORY),
        ("They asked for peacekeepers and security guarantees.", Issue.SECURITY),
        ("The minister promised more ammunition and fighter jets.", Issue.MILITARY_AID),
        ("Parliament called for an oil embargo and frozen assets.", Issue.SANCTIONS),
        ("The families want every hostage freed.", Issue.PRISONERS),
        ("Arland must open corridors for humanitarian aid.", Issue.HUMANITARIAN),
        ("The drivers turned down a wage rise of two percent.", Issue.ECONOMY),
        ("The islanders want their fishing grounds back.", Issue.RESOURCES),
        ("It will not stop enriching uranium.", Issue.NUCLEAR),
        ("The bloc may lower its tariffs on steel.", Issue.TRADE),
        ("The opposition wants the president to resign.", Issue.GOVERNANCE),
        ("Ministers called for a war crimes tribunal.", Issue.ACCOUNTABILITY),
        ("Arland will expel two diplomats and cut diplomatic relations.", Issue.OTHER),
    ],
)
def test_the_terms_of_a_sentence_tell_its_issue(sentence: str, issue: Issue) -> None:
    assert best(sentence) is issue


def test_the_longest_of_overlapping_terms_counts() -> None:
    assert [evidence.issue for evidence in find_issue_terms("a trade deal", domain=DOMAIN)] == [Issue.SETTLEMENT]


def test_neutral_names_hide_the_terms_inside_them() -> None:
    assert find_issue_terms("the Security Council met", domain=DOMAIN) == []


def test_the_focus_decides_between_issues_of_one_sentence() -> None:
    sentence = "Arland wants tariffs cut but refuses to free the prisoners."
    assert best(sentence, focus="refuses to free the prisoners") is Issue.PRISONERS
    assert best(sentence, focus="Arland wants tariffs cut") is Issue.TRADE


def test_a_sentence_without_terms_takes_its_issue_from_the_text_around() -> None:
    sentence = "Arland said no."
    assert best(sentence) is None
    assert best(sentence, previous="Borduria offered a truce.") is Issue.CEASEFIRE
    assert best(sentence, headline="Tariffs row deepens") is Issue.TRADE


def test_a_sentences_own_terms_outweigh_those_around_it() -> None:
    assert best("It rejected the tariffs.", previous="A truce holds.", headline="Truce holds") is Issue.TRADE


def test_an_articles_profile_tells_between_issues_that_a_sentence_leaves_open() -> None:
    article = issue_profile("Tariffs rose. Tariffs fell. A truce held.", domain=DOMAIN)
    assert sum(article.values()) == pytest.approx(1.0)
    assert best("Arland said no.", article=article) is Issue.TRADE


@given(st.text())
def test_terms_never_overlap(text: str) -> None:
    found = find_issue_terms(f"peace talks {text} trade deal", domain=DOMAIN)
    spans = sorted({(evidence.start, evidence.end) for evidence in found})
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
