"""When was it said, and does it still hold?"""

from datetime import date

import pytest
from spacy.language import Language
from spacy.tokens import Doc, Token

from schemas.codes import TimeFrame
from worker.extraction.dates import stated_on, time_frame
from worker.extraction.domain import load_domain

DOMAIN = load_domain()
THURSDAY = date(2016, 3, 17)


def token(doc: Doc, word: str) -> Token:
    return next(token for token in doc if token.text == word)


@pytest.mark.parametrize(
    ("text", "predicate", "day"),
    [
        ("Arland said on Tuesday it would sign.", "said", date(2016, 3, 15)),
        ("Arland said on Tuesday it would sign.", "sign", date(2016, 3, 15)),
        ("The envoy told reporters yesterday that the plan was dead.", "told", date(2016, 3, 16)),
        ("Arland rejected the offer on Monday.", "rejected", date(2016, 3, 14)),
        ("Arland said it would sign on Tuesday.", "said", None),
        ("Arland rejected the offer last week.", "rejected", None),
        ("Arland rejected the offer.", "rejected", None),
        ("Arland said on March 20 it would sign.", "said", None),
    ],
)
def test_a_statement_is_dated_by_the_day_on_its_verb(
    nlp: Language, text: str, predicate: str, day: date | None
) -> None:
    doc = nlp(text)
    assert stated_on(doc[:], token(doc, predicate), anchor=THURSDAY) == day


def test_without_the_articles_day_nothing_is_dated(nlp: Language) -> None:
    assert stated_on(nlp("Arland said on Tuesday it would sign.")[:], anchor=None) is None


@pytest.mark.parametrize(
    ("text", "predicate", "frame"),
    [
        ("Arland rejected the offer on Monday.", "rejected", TimeFrame.CURRENT),
        ("Arland rejects the offer.", "rejects", TimeFrame.CURRENT),
        ("Arland rejected a similar offer last year.", "rejected", TimeFrame.PAST),
        ("In 2009, Arland rejected the offer.", "rejected", TimeFrame.PAST),
        ("Arland signed the pact in November.", "signed", TimeFrame.PAST),
        ("Arland had previously refused to sign.", "refused", TimeFrame.PAST),
        ("Arland had refused to attend.", "refused", TimeFrame.PAST),
        ("Arland said it had refused to attend.", "refused", TimeFrame.CURRENT),
        ("Arland has long opposed the plan.", "opposed", TimeFrame.CURRENT),
        ("Arland wants to end the war that began in 2009.", "wants", TimeFrame.CURRENT),
    ],
)
def test_a_position_is_past_only_where_the_text_sets_it_apart(
    nlp: Language, text: str, predicate: str, frame: TimeFrame
) -> None:
    doc = nlp(text)
    assert time_frame(doc[:], token(doc, predicate), anchor=THURSDAY, domain=DOMAIN) is frame
