"""Which party a mention means: names, offices, persons, groups, within one article."""

import pytest

from worker.extraction.gazetteer import load_gazetteer
from worker.extraction.parties import resolve_parties
from worker.extraction.position import Mention
from worker.extraction.sentences import split_sentences


def mentions(text: str, *, year: int | None = 2024) -> list[tuple[str, Mention]]:
    found = resolve_parties(text, split_sentences(text), gazetteer=load_gazetteer(), year=year)
    return [(text[m.start : m.end], m) for sentence in found for m in sentence]


def sides(text: str, *, year: int | None = 2024) -> dict[str, str | None]:
    return {words: m.party.name if m.party else None for words, m in mentions(text, year=year)}


@pytest.mark.parametrize(
    ("text", "words", "party"),
    [
        ("France signed.", "France", "France"),
        ("The Kremlin refused.", "Kremlin", "Russia"),
        ("Washington wants more.", "Washington", "United States"),
        ("Turkish officials left.", "Turkish officials", "Turkey"),
        ("Poland's government agreed.", "Poland's government", "Poland"),
        ("U.S. Secretary of State Jane Roe spoke.", "U.S. Secretary of State Jane Roe", "United States"),
        ("Kenyan students marched.", "Kenyan students", "Kenyan students"),
        ("US senators objected.", "US senators", "US senators"),
        ("Britons voted.", "Britons", "United Kingdom"),
        ("The finance minister of Ghana resigned.", "finance minister of Ghana", "Ghana"),
        ("Syria's opposition agreed.", "Syria's opposition", "Syrian opposition"),
    ],
)
def test_resolves_names_offices_and_groups(text: str, words: str, party: str) -> None:
    assert sides(text)[words] == party


def test_an_official_keeps_the_side_the_article_gives_when_only_the_surname_comes_again() -> None:
    found = sides("Norwegian trade minister Karl Hoff spoke. Hoff said no. Mr Hoff left.")

    assert found["Hoff"] == "Norway"
    assert found["Mr Hoff"] == "Norway"


def test_an_apposition_tells_the_side_of_a_name() -> None:
    assert sides("Ada Brenner, a spokeswoman for the European Commission, said so.")["Ada Brenner"] == "European Union"


def test_an_envoy_for_a_country_does_not_speak_for_it() -> None:
    found = sides("The Yemen envoy Lena Ohr arrived.")

    assert all(party != "Yemen" for words, party in found.items() if "Ohr" in words)


def test_a_bare_title_means_the_office_holder_that_the_article_named() -> None:
    text = "French Foreign Minister Paul Garance met his team. The French foreign minister was firm."
    speakers = {words: m.speaker.name for words, m in mentions(text) if m.speaker}

    assert speakers["French foreign minister"] == "Paul Garance"


def test_a_person_of_unknown_side_gets_none() -> None:
    assert sides("Analyst Bob Tree said the talks would fail.").get("Analyst Bob Tree") is None


def test_the_year_decides_between_office_holders() -> None:
    assert sides("Mr Johnson refused.", year=2020).get("Mr Johnson") == "United Kingdom"
    assert sides("Mr Johnson refused.", year=2003).get("Mr Johnson") is None


def test_an_acronym_means_the_organisation_it_was_introduced_with() -> None:
    found = sides("The Harbour Pilots Union (HPU) met. HPU rejected the offer.")

    assert found["HPU"] == "Harbour Pilots Union"


def test_a_short_name_means_the_long_one() -> None:
    assert sides("The European Commission met. The Commission refused.")["Commission"] == "European Union"


def test_media_are_no_party() -> None:
    assert "Reuters" not in sides("Canada told Reuters it would wait.")


def test_two_sides_are_the_two_most_named() -> None:
    text = "Chile met Peru. Chile and Peru argued. Both sides agreed."
    found = resolve_parties(text, split_sentences(text), gazetteer=load_gazetteer(), year=2024)

    assert {m.party.name for m in found[-1] if m.party} == {"Chile", "Peru"}


@pytest.mark.parametrize("text", ["", "U.S.", "'s 's 's", "(((", "\x00\x00", "A" * 10_000, "Mr " * 500])
def test_no_text_raises(text: str) -> None:
    mentions(text)


def test_an_organisation_is_known_by_its_last_word_and_called_by_it() -> None:
    found = sides("The Harbour Rail Labour Coalition said it would strike. The Coalition met on Monday.")

    assert found["Harbour Rail Labour Coalition"] == found["Coalition"] == "Harbour Rail Labour Coalition"


def test_a_company_with_initials_is_a_party_wherever_it_is_named() -> None:
    found = sides("Talks between LX Ferries and its crews failed. LX Ferries said it would wait.")

    assert found["LX Ferries"] == "LX Ferries"


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("Republican Senator Ada Thornquist objected.", "US Republicans"),
        ("U.S. Senator Ada Thornquist, the Ohio Democrat, objected.", "US Democrats"),
        ("U.S. Sen. Ada Thornquist, D-Ohio, objected.", "US Democrats"),
        ("U.S. Sen. Ada Thornquist objected.", "US Congress"),
        ("The U.S. Senate voted.", "US Congress"),
        ("Swiss voters refused.", "Switzerland"),
        ("African Union nations pledged troops.", "African Union"),
        ("EU member states approved it.", "European Union"),
        ("Poland's former prime minister objected.", "Former Polish prime ministers"),
        ("Tony Blair objected.", "Former UK prime ministers"),
        ("Republican governors met. Governor Ada Thornquist of Ohio objected.", "Republican governors"),
        ("Ada Thornquist, an aide to the United States, met Roe. Thornquist, a senator, left.", "US senators"),
        ("Quebec signed. Quebec paid. Quebec students marched. Then trade unions agreed.", "Quebec unions"),
    ],
)
def test_whoever_may_speak_for_several_parties_proposes_each(text: str, party: str) -> None:
    assert party in {m.party.name for _, m in mentions(text) if m.party}


@pytest.mark.parametrize(
    ("text", "words", "party"),
    [
        ("Boeing made an offer. On Friday the company withdrew it.", "company", "Boeing"),
        ("In Lagos, shipping firms demanded lower fees.", "shipping firms", "Shipping firms"),
        ("Syria met Russia. Then the insurgents agreed to talk.", "insurgents", "Syrian opposition"),
        ("California legislators agreed.", "California legislators", "California lawmakers"),
        ("OPEC agrees to cut output.", "OPEC", "OPEC"),
        ("The Tories met. The rebels want a vote in Britain.", "rebels", "Conservative rebels"),
        ("Serbia voted. Voters refused.", "Voters", "Serbian voters"),
        ("Sudanese military chiefs met. Then the opposition agreed.", "opposition", "Sudanese opposition"),
    ],
)
def test_a_noun_alone_means_a_party_where_the_text_tells_which(text: str, words: str, party: str) -> None:
    assert sides(text)[words] == party


@pytest.mark.parametrize(
    ("text", "words", "party"),
    [
        ("President of Ghana Ama Boateng refused.", "President of Ghana Ama Boateng", "Ghana"),
        ("Envoy for Ghana Ama Boateng refused.", "Envoy for Ghana Ama Boateng", None),
        ("Theresa May refused.", "Theresa May", "United Kingdom"),
        ("Former prime minister Theresa May refused.", "Former prime minister Theresa May", "United Kingdom"),
        ("The Beijing Steel Association objected.", "Beijing Steel Association", "Beijing Steel Association"),
        ("The World Trade Organisation ruled.", "World Trade Organisation", "World Trade Organization"),
        ("Hamas states that it agrees.", "Hamas", "Hamas"),
        ("Greek civil servants will strike.", "Greek civil servants", "Greek civil servants"),
        ("Egypt's main opposition left.", "Egypt's main opposition", "Egyptian opposition"),
        ("Washington's European allies left.", "European allies", "European allies"),
    ],
)
def test_a_name_is_taken_with_all_its_words_and_no_more(text: str, words: str, party: str | None) -> None:
    assert sides(text, year=2017)[words] == party


def test_a_month_is_no_name_where_nobody_of_that_name_is_meant() -> None:
    assert all("May" not in words for words, _ in mentions("Talks in May failed. Ghana left in May."))


def test_a_company_is_called_by_the_first_word_of_its_name() -> None:
    found = sides("Sherman Continental Holdings Inc made an offer. On Friday Sherman withdrew it.")

    assert found["Sherman"] == "Sherman Continental"


def test_rebels_that_a_state_backs_are_not_its_own() -> None:
    assert "Turkish rebels" not in {
        m.party.name for _, m in mentions("Turkish-backed rebels in Syria left.") if m.party
    }


def test_a_country_that_only_brokers_is_not_the_one_the_article_is_about() -> None:
    found = sides("Under a Ghana-brokered truce, Togo and Togo's army left. The government agreed.")

    assert found["government"] == "Togo"
