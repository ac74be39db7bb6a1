"""Which lines stay, and as what; which go, and why. Texts are plain here."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.cleaning.articles import CLOSING, HEADLINE, PARAGRAPHS, RESIDUE, around, kept, plain
from worker.cleaning import LineKind, RemovalReason

REMOVED = [
    ("By continuing to use this site you accept our cookies and privacy policy.", RemovalReason.COOKIE_NOTICE),
    ("We and our 212 partners store and process personal data. " * 12, RemovalReason.COOKIE_NOTICE),
    ("I agree", RemovalReason.COOKIE_NOTICE),
    ("Sign up here for the Fjord Briefing", RemovalReason.PROMPT),
    ("The Fjord Inside newsletter brings you the week in shipping.", RemovalReason.PROMPT),
    ("Share on WhatsApp", RemovalReason.PROMPT),
    ("Facebook | Twitter | E-mail", RemovalReason.PROMPT),
    ("14 comments", RemovalReason.PROMPT),
    ("Join our Telegram channel", RemovalReason.PROMPT),
    ("This is a developing story, more to follow.", RemovalReason.PROMPT),
    ("Skip to main content", RemovalReason.MENU),
    ("Home > News > Shipping", RemovalReason.MENU),
    ("Read more: What night crews earn", RemovalReason.RELATED),
    ("Who gains from the ferry deal?Read more", RemovalReason.RELATED),
    ("More on this story", RemovalReason.RELATED),
    ("list 2 of 3Union chief rejects pay offer", RemovalReason.RELATED),
    ("Advertisement", RemovalReason.ADVERTISEMENT),
    ("Purchase licensing rights", RemovalReason.ADVERTISEMENT),
    ("Copyright 2025 Fjord Media. All rights reserved.", RemovalReason.COPYRIGHT),
    ("This article was first published on Fjord Daily.", RemovalReason.COPYRIGHT),
    ("(This story corrects the name of the mediator in paragraph 5.)", RemovalReason.OTHER),
    ("_______", RemovalReason.OTHER),
    ("[ad_1]", RemovalReason.OTHER),
    ("{{ article.body }}", RemovalReason.OTHER),
    ("By Kari Nordmann and Per Hansen, Bergen Bureau", RemovalReason.BYLINE),
    ("Reuters", RemovalReason.BYLINE),
    ("Last updated: 12 March 2025 at 10:41", RemovalReason.TIMESTAMP),
    ("2025-03-12 10:41:07", RemovalReason.TIMESTAMP),
    ("5 hours ago", RemovalReason.TIMESTAMP),
    ("Topics: ferries, pay", RemovalReason.TAGS),
    ("[Read the offer](https://example.org/offer)", RemovalReason.LINK),
    ("https://example.org/" + "a" * 600, RemovalReason.LINK),
    ("Photograph: Kari Nordmann/NTB", RemovalReason.CREDIT),
    ("Kari Nordmann/Getty Images", RemovalReason.CREDIT),
    ("FILE PHOTO: A night ferry leaves Bodo", RemovalReason.CAPTION),
    ("A night ferry leaves Bodo. (Kari Nordmann/AFP)", RemovalReason.CAPTION),
    ("A night ferry leaves Bodo on March 3. REUTERS/Kari Nordmann", RemovalReason.CAPTION),
    ("Solberg (right) has led the union since 2019.", RemovalReason.CAPTION),
    ("In this photo taken on Monday, sailors wait outside the union's office.", RemovalReason.CAPTION),
    ("Sailors wave union flags outside the transport ministry in Oslo on Monday", RemovalReason.CAPTION),
    (PARAGRAPHS[3].rstrip("."), RemovalReason.DUPLICATE),
    (PARAGRAPHS[0], RemovalReason.DUPLICATE),
    ("We will not sign anything that leaves the night crews behind.", RemovalReason.DUPLICATE),
]


@pytest.mark.parametrize(("line", "reason"), REMOVED, ids=[line[:30] for line, _ in REMOVED])
def test_residue_between_paragraphs_goes_with_its_reason(line: str, reason: RemovalReason) -> None:
    article = plain(around(line))
    assert kept(article) == list(PARAGRAPHS)
    assert [removed.reason for removed in article.removed] == [reason]


KEPT = [
    ("“We are close.”", LineKind.BODY),
    ('"No," he said.', LineKind.BODY),
    ("Asked what he would do next, Aas said:", LineKind.BODY),
    ("Pay and rest", LineKind.SUBHEADING),
    ("NIGHT WORK", LineKind.SUBHEADING),
    ("'NO MORE WAITING'", LineKind.SUBHEADING),
    ("- a fifth more pay on night sailings, from the first of June", LineKind.BODY),
    ("2) rest times as the law of 2011 had them, without exception", LineKind.BODY),
    ("The owners' latest offer, first put forward in January and", LineKind.BODY),
    ("In a second photograph, from the same hall, the two were shown shaking hands.", LineKind.BODY),
    ("The offer was sent by e-mail, according to a Reuters/Ipsos survey of the crews.", LineKind.BODY),
    ("Solberg was pictured leaving the hall before the vote, which she said was a mistake.", LineKind.BODY),
    ("Share prices of the two largest owners fell by three per cent.", LineKind.BODY),
    ("Follow-up talks are planned for the autumn, the ministry said.", LineKind.BODY),
    ("Also on Sunday, the harbour pilots said they would back the crews.", LineKind.BODY),
    ("Topics for the next meeting include rest times and pensions.", LineKind.BODY),
    ("Support for the strike has grown since January, a poll showed.", LineKind.BODY),
    ("Source close to the owners said a deal was near.", LineKind.BODY),
    ("1:35 p.m.", LineKind.BODY),
    ("(Reporting by Kari Nordmann; Editing by Per Hansen)", LineKind.REPORTING),
    ("Additional reporting by Per Hansen in Oslo", LineKind.REPORTING),
    ("Kari Nordmann in Bodo contributed to this report.", LineKind.REPORTING),
    ("Kari Nordmann reported from Bodo, and Per Hansen from Oslo.", LineKind.REPORTING),
]


@pytest.mark.parametrize(("line", "kind"), KEPT, ids=[line[:30] for line, _ in KEPT])
def test_what_belongs_to_the_article_stays_as_what_it_is(line: str, kind: LineKind) -> None:
    article = plain(around(line))
    assert kept(article) == [*PARAGRAPHS[:4], line, *PARAGRAPHS[4:]]
    assert article.lines[4].kind is kind


@given(
    st.lists(st.tuples(st.sampled_from(RESIDUE), st.integers(0, len(PARAGRAPHS))), max_size=12),
    st.lists(st.sampled_from(CLOSING), max_size=2),
    st.sampled_from(["\n", "\n\n"]),
)
@settings(max_examples=200, deadline=None)
def test_no_mixture_of_residue_costs_a_paragraph_or_stays(
    residue: list[tuple[str, int]], closing: list[str], separator: str
) -> None:
    lines = [*PARAGRAPHS, *closing]
    for line, place in sorted(residue, key=lambda r: -r[1]):
        lines.insert(place, line)
    assert kept(plain(separator.join(lines))) == list(PARAGRAPHS)


def test_the_headline_stays_once() -> None:
    article = plain("\n".join([HEADLINE, HEADLINE + " | Fjord Daily", *PARAGRAPHS, HEADLINE]), title=HEADLINE)
    assert kept(article) == [HEADLINE, *PARAGRAPHS]
    assert article.lines[0].kind is LineKind.HEADLINE


def test_without_a_title_the_first_line_before_the_text_is_the_headline() -> None:
    article = plain("\n".join([HEADLINE, HEADLINE, "By Kari Nordmann", *PARAGRAPHS]))
    assert kept(article) == [HEADLINE, *PARAGRAPHS]
    assert article.title == HEADLINE


def test_a_headline_that_asks_is_a_headline() -> None:
    article = plain("\n".join(["Will the ferries sail on Friday?", "Fjord Daily", *PARAGRAPHS]))
    assert article.lines[0].kind is LineKind.HEADLINE
    assert kept(article) == ["Will the ferries sail on Friday?", *PARAGRAPHS]


@pytest.mark.parametrize("glue", [" ", " - ", ": ", f" {HEADLINE} "])
def test_a_headline_that_runs_into_the_lead_is_divided_from_it(glue: str) -> None:
    article = plain("\n".join([HEADLINE + glue + PARAGRAPHS[0], *PARAGRAPHS[1:]]), title=HEADLINE)
    assert kept(article) == [HEADLINE, *PARAGRAPHS]


def test_a_lead_that_begins_like_the_title_is_not_divided() -> None:
    lead = "Ferry owners and crews return to the table over night pay after a week of silence, both sides said."
    assert kept(plain("\n".join([lead, *PARAGRAPHS]), title=HEADLINE))[0] == lead


def test_deck_and_bullets_under_the_headline_stay() -> None:
    deck = ["Mediator hopes for a deal before the summer season", "* Owners offer four per cent over two years"]
    article = plain("\n".join([HEADLINE, *deck, *PARAGRAPHS]), title=HEADLINE)
    assert kept(article) == [HEADLINE, *deck, *PARAGRAPHS]
    assert [line.kind for line in article.lines[:3]] == [LineKind.HEADLINE, LineKind.DECK, LineKind.DECK]


@pytest.mark.parametrize(
    "line",
    [
        "The Fjord Monitor Friday, 13 November 2026",
        "Kari Nordmann · March 12, 2025 · 4 min read",
        "Fjord Daily | Wednesday 12 March 2025",
        "World | Europe",
        "Home News Sport Weather Books Podcasts",
        "Contact: press@example.org",
    ],
)
def test_mastheads_author_lines_and_menus_before_the_text_go(line: str) -> None:
    assert kept(plain("\n".join([line, HEADLINE, line, *PARAGRAPHS]))) == [HEADLINE, *PARAGRAPHS]


def test_menus_before_the_headline_and_teasers_after_the_text_go() -> None:
    menu = ["News Sport Weather", "Markets", "Fishing fleet blocks port of Alesund", "Log in"]
    teasers = [
        "Our Standards: The Fjord Trust Principles.",
        "Storm closes three airports in the north",
        "The airports of Bodo, Tromso and Alta were closed on Wednesday as a storm reached the coast, officials said.",
        "WorldcategoryIce reaches the harbour of Vardo",
    ]
    article = plain("\n".join([*menu, HEADLINE, *PARAGRAPHS, *teasers]), title=HEADLINE)
    assert kept(article) == [HEADLINE, *PARAGRAPHS]


def test_signatures_and_source_after_the_text_go() -> None:
    tail = [
        "(With input from agencies)",
        "GNA",
        "kn/ph",
        "Kari Nordmann is a reporter in the Bergen bureau of Fjord Daily.",
        "[ad_2]",
        "Source",
    ]
    assert kept(plain("\n".join([*PARAGRAPHS, *tail]))) == list(PARAGRAPHS)


def test_reporting_lines_after_the_text_stay() -> None:
    assert (
        kept(plain("\n".join([*PARAGRAPHS, "Most read", "(Editing by Per Hansen)"])))[-1] == "(Editing by Per Hansen)"
    )


def test_a_poll_goes_with_its_question() -> None:
    poll = ["Should the ferries sail at night?", "Should the ferries sail at night?", "Now share your opinion"]
    assert kept(plain("\n".join([*PARAGRAPHS[:4], *poll, *PARAGRAPHS[4:]]))) == list(PARAGRAPHS)


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [
        ("The vote is on Friday. Sign up here.", "The vote is on Friday."),
        ("[ad_1] The vote is on Friday, both sides said.", "The vote is on Friday, both sides said."),
        (
            "The **four per cent** were not enough, the union said.",
            "The four per cent were not enough, the union said.",
        ),
        ("The [new offer](https://example.org/o?a=1) was an insult, it said.", "The new offer was an insult, it said."),
        ("> The ministry called the offer fair in a statement.", "The ministry called the offer fair in a statement."),
        ("The union called it an insult on Monday. (bit.ly/3xYzAbC)", "The union called it an insult on Monday."),
        (
            "The offer lapses in June.[nL5N2FERRY] No other is planned.",
            "The offer lapses in June. No other is planned.",
        ),
    ],
)
def test_residue_inside_a_line_goes_and_the_rest_stays(line: str, cleaned: str) -> None:
    assert cleaned in kept(plain(around(line)))


def test_unpunctuated_lines_stay_where_nothing_is_punctuated() -> None:
    notes = [
        "Owners to put a new offer on the table before the end of the week",
        "Union to poll its members on the offer over the weekend and on Monday",
        "Ministry sends an observer to the talks in Bergen for the first time",
    ]
    assert kept(plain("\n".join(notes))) == notes


def test_cleaning_its_own_output_changes_nothing() -> None:
    mixed = [HEADLINE, *(line for pair in zip(PARAGRAPHS, RESIDUE, strict=False) for line in pair)]
    first = plain("\n\n".join(mixed), title=HEADLINE)
    assert plain(first.text, title=HEADLINE).text == first.text


def test_order_of_the_text_is_kept() -> None:
    turned = [*PARAGRAPHS[5:], *PARAGRAPHS[:5]]
    assert kept(plain("\n".join(turned))) == turned
