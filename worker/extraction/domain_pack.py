"""How is a domain pack written? The tables of its TOML file, validated."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.codes import Issue, PartyKind, Stance

Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"[^\W_]")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _DomainTable(_Table):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
    version: str = "1"
    description: str = ""
    extends: str | None = None


class TermGroup(_Table):
    """Terms of one weight."""

    weight: float = Field(default=3.0, gt=0, le=10)
    terms: list[Term] = Field(min_length=1)


class StanceGroup(_Table):
    """Cues of one kind."""

    class_: Annotated[str, StringConstraints(min_length=1)] = Field(alias="class")
    weight: float = Field(default=3.0, gt=0, le=10)
    negated: Stance | None = None
    for_itself: Stance | None = None
    ahead: Stance | None = None
    holder: Literal["subject", "object"] = "subject"
    verbs: list[Term] = []
    nouns: list[Term] = []
    adjectives: list[Term] = []
    phrases: list[Term] = []


class _PolarityTable(_Table):
    negations: list[str] = []
    denying: list[Term] = []
    transparent: list[Term] = []
    obligation: list[str] = []
    volition: list[str] = []
    possibility: list[str] = []
    harm: list[Term] = []


class _ConditionTable(_Table):
    certain: list[Term] = []
    likely: list[Term] = []
    asking: list[Term] = []
    times: list[Term] = []
    ahead: list[str] = []


class _TimeTable(_Table):
    past: list[Term] = []


class _NeutralTable(_Table):
    terms: list[Term] = []


class _GateTable(_Table):
    article: list[TermGroup] = []
    sentence: list[TermGroup] = []


class _PersonTable(_Table):
    name: Term
    role: str | None = None
    aliases: list[Term] = []


class PartyTable(_Table):
    """A party that the pack adds."""

    name: Term
    kind: PartyKind
    iso3: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    aliases: list[Term] = []
    offices: list[Term] = []
    people: list[_PersonTable] = []


class Pack(_Table):
    """A domain pack as it stands in its file."""

    domain: _DomainTable
    issues: dict[Issue, list[TermGroup]] = {}
    neutral: _NeutralTable = _NeutralTable()
    stances: dict[Stance, list[StanceGroup]] = {}
    polarity: _PolarityTable = _PolarityTable()
    conditions: _ConditionTable = _ConditionTable()
    time: _TimeTable = _TimeTable()
    gate: _GateTable = _GateTable()
    parties: list[PartyTable] = []
    irregular: dict[Term, list[Term]] = {}
