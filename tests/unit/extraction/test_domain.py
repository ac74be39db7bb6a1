"""What does a domain pack teach?"""

from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.codes import Issue, PartyKind, Stance
from worker.extraction.domain import Domain, builtin_domains, load_domain

PACK = """
[domain]
name = "river"
extends = "negotiations"

[[issues.resources]]
weight = 4
terms = ["sluice gate*", "truce"]

[[stances.oppose]]
class = "damming"
verbs = ["impound", "reject"]

[[parties]]
name = "Lower Basin League"
kind = "bloc"
aliases = ["LBL"]
offices = ["river commissioner"]
people = [{ name = "Ilse Brandt", role = "river commissioner" }]
"""


@pytest.fixture(name="river")
def river_domain(tmp_path: Path) -> Domain:
    path = tmp_path / "river.toml"
    path.write_text(PACK, encoding="utf-8")
    return load_domain(str(path))


def test_every_issue_and_stance_but_the_conditional_has_cues_in_the_default_pack() -> None:
    domain = load_domain()
    tables = (domain.verbs, domain.nouns, domain.adjectives)
    cues = {cue.stance for table in tables for cues in table.values() for cue in cues}
    assert {term.issue for term in domain.issue_terms} == {*Issue, None}
    assert cues == set(Stance) - {Stance.CONDITIONAL}


def test_the_packs_that_come_with_the_program_load() -> None:
    assert {"negotiations", "pay_round"} <= set(builtin_domains())
    assert [load_domain(name).name for name in builtin_domains()] == list(builtin_domains())


def test_a_pack_adds_issue_terms_to_those_it_extends(river: Domain) -> None:
    terms = {(term.text, term.issue) for term in river.issue_terms}
    assert {("sluice gate*", Issue.RESOURCES), ("ceasefire*", Issue.CEASEFIRE)} <= terms


def test_a_pack_adds_stance_cues_to_those_it_extends(river: Domain) -> None:
    assert [cue.class_ for cue in river.verbs["impound"]] == ["damming"]
    assert "urge" in river.verbs


def test_a_pack_may_set_a_cue_anew(river: Domain) -> None:
    (cue,) = river.verbs["reject"]
    assert (cue.class_, cue.negated) == ("damming", None)


def test_a_pack_adds_parties_with_their_people(river: Domain) -> None:
    (party,) = river.parties
    assert (party.name, party.kind, party.aliases, party.offices) == (
        "Lower Basin League",
        PartyKind.BLOC,
        ("LBL",),
        ("river commissioner",),
    )
    assert [(person.name, person.role) for person in party.people] == [("Ilse Brandt", "river commissioner")]


def test_cues_are_given_in_all_their_forms(river: Domain) -> None:
    forms = {form for form, cue in river.cue_forms() if cue.class_ == "damming"}
    assert forms == {"impound", "impounds", "impounded", "impounding", "reject", "rejects", "rejected", "rejecting"}


def test_an_unknown_name_tells_which_packs_there_are() -> None:
    with pytest.raises(FileNotFoundError, match="pay_round"):
        load_domain("nowhere")


def test_a_pack_that_extends_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ring.toml"
    path.write_text('[domain]\nname = "ring"\nextends = "ring.toml"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="circle"):
        load_domain(str(path))


def test_a_pack_with_an_unknown_issue_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('[domain]\nname = "wrong"\n[[issues.weather]]\nterms = ["rain"]\n', encoding="utf-8")
    with pytest.raises(ValidationError, match="weather"):
        load_domain(str(path))
