"""Which words are of classes that hardly grow: function words, titles, speech verbs, nouns of groups and officials?"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import rtoml

from worker.extraction.position import PartyName


@dataclass(frozen=True, slots=True)
class Legislature:
    """Where the lawmakers of a country sit: the `chamber`, its houses and `parties`, the parties' letters, and the
    groups of the members with a title or of a party."""

    chamber: str
    parties: tuple[str, ...]
    letters: dict[str, str]
    members: dict[str, tuple[str, ...]]

    def has(self, party: PartyName) -> bool:
        """Tell whether the party is one of the parties."""
        return party.name in self.parties


@dataclass(frozen=True, slots=True)
class ClosedClasses:
    """Closed word classes, lower case, as listed in `domains/reference.toml`."""

    function_words: frozenset[str]
    calendar_words: frozenset[str]
    name_particles: frozenset[str]
    name_prefixes: frozenset[str]
    """Beginnings of hyphenated words that no name begins with ("Pro-trade Republicans")."""
    honorifics: frozenset[str]
    speech_verbs: frozenset[str]
    speaking_nouns: frozenset[str]
    bare_official_nouns: frozenset[str]
    bare_group_nouns: frozenset[str]
    bare_speaking_nouns: frozenset[str]
    subject_verbs: frozenset[str]
    not_names: frozenset[str]
    company_forms: frozenset[str]
    outside_titles: frozenset[str]
    lawmaker_titles: frozenset[str]
    campaign_titles: frozenset[str]
    national_groups: frozenset[str]
    crowd_nouns: frozenset[str]
    crowd_verbs: frozenset[str]
    """Verbs of which the plural noun before them is the subject, beside `subject_verbs`."""
    verb_adverbs: frozenset[str]
    both_nouns: frozenset[str]
    both_modifiers: frozenset[str]
    owners: frozenset[str]
    """Words before a crowd that is somebody's own ("our members"): its owner holds the position."""
    national_titles: str
    group_modifiers: dict[str, str]
    group_synonyms: dict[str, str]
    title_spellings: dict[str, str]
    kind_nouns: dict[str, str]
    """What sort of party "the" and such a noun mean."""
    wholes: dict[str, str]
    """The party that a party is a part of."""
    legislatures: dict[str, Legislature]
    """By country."""


def _tuples(groups: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(names) for key, names in groups.items()}


@cache
def closed_classes() -> ClosedClasses:
    """Return the shipped closed classes; the same object on every call."""
    data = rtoml.loads((resources.files("worker") / "domains" / "reference.toml").read_text("utf-8"))
    sets = {
        key: frozenset(value.split())
        for key, value in data.items()
        if isinstance(value, str) and key != "national_titles"
    }
    return ClosedClasses(
        **sets,
        national_titles=" ".join(data["national_titles"].split()),
        group_modifiers=data["group_modifiers"],
        group_synonyms=data["group_synonyms"],
        title_spellings=data["title_spellings"],
        kind_nouns={noun: kind for kind, nouns in data["kind_nouns"].items() for noun in nouns.split()},
        wholes=data["wholes"],
        legislatures={
            country: Legislature(row["chamber"], tuple(row["parties"]), row["letters"], _tuples(row["members"]))
            for country, row in data["legislatures"].items()
        },
    )
