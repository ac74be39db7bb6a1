"""Which names stand for which party? The lists of countries, organisations, organs and office holders, compiled."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import ahocorasick
import rtoml

from schemas.codes import PartyKind
from worker.extraction.domain import PartyEntry
from worker.extraction.position import PartyName, SpeakerName
from worker.extraction.spelling import other_spelling


class EntryKind(StrEnum):
    """How a listed name refers to its party."""

    NAME = "name"
    METONYM = "metonym"
    ORGAN = "organ"
    ADJECTIVE = "adjective"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Entry:
    """One listed name."""

    surface: str
    kind: EntryKind
    party: PartyName


@dataclass(frozen=True, slots=True)
class OfficeHolder:
    """A well-known person, the side he or she stands for, and the years in that office (0 where open)."""

    speaker: SpeakerName
    side: PartyName
    short_forms: tuple[str, ...]
    first_year: int
    last_year: int
    alone: bool
    titled: bool
    party: PartyName | None = None
    """The party in parliament, where that is told apart from the side."""

    def served(self, year: int | None) -> bool:
        """Tell whether `year` lies in the term of office, give or take a year; an unknown year always does."""
        return year is None or self.first_year - 1 <= year <= (self.last_year or 9999) + 1


@dataclass(frozen=True, slots=True)
class Words:
    """Generic words for offices and groups, lower case."""

    titles: frozenset[str]
    official_nouns: frozenset[str]
    organisation_nouns: frozenset[str]
    group_nouns: frozenset[str]
    organisation_endings: frozenset[str]
    not_parties: frozenset[str]


class Gazetteer:
    """Listed names with the parties they stand for, found by one pass of an automaton over a text."""

    def __init__(self, entries: Iterable[Entry], holders: Iterable[tuple[str, OfficeHolder]], words: Words) -> None:
        self.words = words
        self.longest_title = max((len(t.split()) for t in words.titles), default=1)
        self._entries: dict[str, Entry] = {}
        for entry in entries:
            self._entries.setdefault(entry.surface, entry)
        for entry in [entry for entry in self._entries.values() if entry.surface[0].islower()]:
            opening = entry.surface[0].upper() + entry.surface[1:]  # as the first word of a sentence
            self._entries.setdefault(opening, replace(entry, surface=opening))
        for entry in list(self._entries.values()):
            if (spelling := other_spelling(entry.surface)) is not None:
                self._entries.setdefault(spelling, replace(entry, surface=spelling))
        self._automaton = ahocorasick.Automaton()
        self._adjectives: dict[PartyName, str] = {}
        self._folded: dict[str, PartyName] = {}
        for surface, entry in self._entries.items():
            self._automaton.add_word(surface, entry)
            self._folded.setdefault(surface.casefold(), entry.party)
            if entry.kind is EntryKind.ADJECTIVE:
                self._adjectives.setdefault(entry.party, surface)
        self._automaton.make_automaton()
        self.by_full_name: dict[str, list[OfficeHolder]] = {}
        self.by_surname: dict[str, list[OfficeHolder]] = {}
        for name, holder in holders:
            self.by_full_name.setdefault(name.casefold(), []).append(holder)
            for short in holder.short_forms:
                known = self.by_surname.setdefault(short.casefold(), [])
                if holder not in known:
                    known.append(holder)

    def entry(self, surface: str) -> Entry | None:
        """Return the entry listed under exactly `surface`, if any."""
        return self._entries.get(surface)

    def adjective(self, party: PartyName) -> str | None:
        """Return the first listed adjective of the party ("Syrian"), if any."""
        return self._adjectives.get(party)

    def party(self, name: str) -> PartyName | None:
        """Return the party listed under `name`, whatever its capitals."""
        return self._folded.get(name.casefold())

    def find(self, text: str) -> Iterator[tuple[int, int, Entry]]:
        """Yield (start, end, entry) for the listed names in `text`: whole words, leftmost longest, not overlapping."""
        hits: list[tuple[int, int, Entry]] = []
        for last, entry in self._automaton.iter(text):
            start, end = last + 1 - len(entry.surface), last + 1
            if _is_bounded(text, start, end):
                hits.append((start, end, entry))
        hits.sort(key=lambda hit: (hit[0], -hit[1]))
        free_from = 0
        for start, end, entry in hits:
            if start >= free_from:
                yield start, end, entry
                free_from = end

    def person(self, full_name: str, year: int | None) -> OfficeHolder | None:
        """Return the office holder of that full name who served in `year`, else any of that name."""
        holders = self.by_full_name.get(full_name.casefold(), [])
        return next((h for h in holders if h.served(year)), holders[0] if holders else None)

    def surname(self, surname: str, year: int | None, *, titled: bool) -> OfficeHolder | None:
        """Return the office holder whom a bare (or, if `titled`, a titled) surname safely means, if one only."""
        holders = [
            h
            for h in self.by_surname.get(surname.casefold(), [])
            if h.served(year) and (h.alone or (titled and h.titled))
        ]
        return holders[0] if len({h.speaker.name for h in holders}) == 1 else None


def _is_bounded(text: str, start: int, end: int) -> bool:
    if start and (text[start - 1].isalnum() or (text[start - 1] == "-" and start > 1 and text[start - 2].isalnum())):
        return start >= 1 and text[start - 1] == "-" and text[start].isupper()
    return not (end < len(text) and (text[end].isalnum() or text[end] == "_"))


def _party(row: dict[str, Any], kind: str) -> PartyName:
    return PartyName(row["name"], PartyKind(row.get("kind", kind)), row.get("iso3"))


_PARTY_FIELDS = (
    ("aliases", EntryKind.NAME),
    ("metonyms", EntryKind.METONYM),
    ("organs", EntryKind.ORGAN),
    ("adjectives", EntryKind.ADJECTIVE),
    ("people", EntryKind.PEOPLE),
)


def party_entries(row: dict[str, Any], kind: str = "organisation") -> Iterator[Entry]:
    """Yield the entries of one `[[country]]` or `[[party]]` table."""
    party = _party(row, kind)
    for field, entry_kind in _PARTY_FIELDS:
        for surface in row.get(field, ()):
            yield Entry(surface, entry_kind, party)
    yield Entry(party.name, EntryKind.NAME, party)


def _short_forms(row: dict[str, Any]) -> tuple[str, ...]:
    """Return the surnames of a person: a given `surname` keeps the last words of aliases ("Jr", "Mohamad") out."""
    if "surname" in row:
        return (row["surname"], *row.get("spellings", ()))
    return tuple(dict.fromkeys(full.rsplit(maxsplit=1)[-1] for full in (row["name"], *row.get("aliases", ()))))


def office_holders(
    people: dict[str, list[dict[str, Any]]], parties: dict[str, PartyName]
) -> Iterator[tuple[str, OfficeHolder]]:
    """Yield (spelling, office holder) for the tables of `people.toml`, by party name."""
    for side_name, rows in people.items():
        side = parties.get(side_name) or PartyName(side_name, PartyKind.GROUP)
        for row in rows:
            name = row["name"]
            holder = OfficeHolder(
                speaker=SpeakerName(name, row.get("role"), side),
                side=side,
                short_forms=_short_forms(row),
                first_year=row.get("from", 0),
                last_year=row.get("to", 0),
                alone=row.get("alone", False),
                titled=row.get("titled", False) or row.get("alone", False),
                party=parties.get(row.get("party", "")),
            )
            for spelling in (name, *row.get("aliases", ())):
                yield spelling, holder


def _read(name: str) -> dict[str, Any]:
    return rtoml.loads((resources.files("worker") / "domains" / name).read_text("utf-8"))


@cache
def load_gazetteer() -> Gazetteer:
    """Compile the shipped lists; the same object on every call."""
    return build_gazetteer(())


def build_gazetteer(extra: Sequence[PartyEntry]) -> Gazetteer:
    """Compile the shipped lists and the parties of a domain pack, which take precedence."""
    extra_parties = [_pack_row(entry) for entry in extra]
    countries = _read("countries.toml")["country"]
    listed = _read("parties.toml")["party"]
    organs = _read("organs.toml")
    offices = _read("offices.toml")
    entries: list[Entry] = []
    parties: dict[str, PartyName] = {}
    for rows, kind in ((extra_parties, "organisation"), (countries, "state"), (listed, "organisation")):
        for row in rows:
            parties.setdefault(row["name"], _party(row, kind))
            entries.extend(party_entries(row, kind))
    for name, fields in organs.items():
        if name in parties:
            entries.extend(
                Entry(surface, entry_kind, parties[name])
                for field, entry_kind in (("organs", EntryKind.ORGAN), ("metonyms", EntryKind.METONYM))
                for surface in fields.get(field, ())
            )
    words = Words(
        titles=frozenset(offices["titles"]["words"]),
        official_nouns=frozenset(offices["official_nouns"]["words"]),
        organisation_nouns=frozenset(offices.get("organisation_nouns", {}).get("words", ())),
        group_nouns=frozenset(offices["group_nouns"]["words"]),
        organisation_endings=frozenset(word.casefold() for word in offices["organisation_endings"]["words"]),
        not_parties=frozenset(offices["not_parties"]["words"]),
    )
    people = _read("people.toml")["people"]
    for entry in extra:
        spokespeople = [
            {"name": p.name, "role": p.role, "aliases": p.aliases, "alone": True, "titled": True} for p in entry.people
        ]
        people[entry.name] = spokespeople + people.get(entry.name, [])
    return Gazetteer(entries, office_holders(people, parties), words)


def _pack_row(entry: PartyEntry) -> dict[str, Any]:
    row = {"name": entry.name, "kind": entry.kind.value, "aliases": entry.aliases, "organs": entry.offices}
    return row | ({"iso3": entry.iso3} if entry.iso3 else {})
