"""Which forms does a lexicon entry take?"""

import pytest

from worker.extraction.inflection import noun_forms, verb_forms


@pytest.mark.parametrize(
    ("lemma", "forms"),
    [
        ("reject", {"reject", "rejects", "rejected", "rejecting"}),
        ("refuse", {"refuse", "refuses", "refused", "refusing"}),
        ("deny", {"deny", "denies", "denied", "denying"}),
        ("press", {"press", "presses", "pressed", "pressing"}),
        ("ban", {"ban", "bans", "banned", "banning"}),
        ("commit", {"commit", "commits", "committed", "committing"}),
        ("vow", {"vow", "vows", "vowed", "vowing"}),
        ("obey", {"obey", "obeys", "obeyed", "obeying"}),
        ("agree", {"agree", "agrees", "agreed", "agreeing"}),
        ("rule out", {"rule out", "rules out", "ruled out", "ruling out"}),
    ],
)
def test_verbs_inflect_regularly(lemma: str, forms: set[str]) -> None:
    assert verb_forms(lemma, irregular={}) == forms


def test_irregular_forms_replace_the_regular_past() -> None:
    assert verb_forms("seek", irregular={"seek": ["sought"]}) == {"seek", "seeks", "seeking", "sought"}


@pytest.mark.parametrize(
    ("lemma", "forms"),
    [
        ("proposal", {"proposal", "proposals"}),
        ("breach", {"breach", "breaches"}),
        ("penalty", {"penalty", "penalties"}),
        ("pay offer", {"pay offer", "pay offers"}),
    ],
)
def test_nouns_have_a_plural(lemma: str, forms: set[str]) -> None:
    assert noun_forms(lemma, irregular={}) == forms
