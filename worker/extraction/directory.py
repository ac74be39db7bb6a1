"""Who is who in one article? Persons with their sides, organisations and groups, as the article introduces them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from schemas.codes import PartyKind
from worker.extraction.closed_classes import closed_classes
from worker.extraction.gazetteer import Entry, Gazetteer, OfficeHolder
from worker.extraction.inflection import noun_forms
from worker.extraction.mentions import LocalMention
from worker.extraction.position import PartyName, SpeakerName
from worker.extraction.tokens import tokenize

_ACRONYM = re.compile(r"\s*\(([A-Z][A-Z&.-]{1,9})\)")
_PARTY_LETTER = re.compile(r",? \(?([A-Z])-[A-Z]")
_NAME_RUN = re.compile(r"(?:[A-Z][\w&’'-]*(?: (?:of|for|and|the)(?= (?:the )?[A-Z]))? ?)+")
_APPOSITION_END = re.compile(r"[,.;:)”\"\n]|\s(?:said|told|who|that)\b")
_COMPANY_FORM = re.compile(r"(?:\s+Holdings?)?\s+(?:Inc|Corp|Ltd|plc|Co)\.?$")
_KIND_OF_ENDING = {
    PartyKind.UNION: frozenset({"union", "federation", "brotherhood", "teamsters"}),
    PartyKind.COMPANY: frozenset({"inc", "corp", "ltd", "plc", "airlines", "motors", "company", "group"}),
}
_APPOSITION_AT_MOST = 90
"""Characters after a name in which "..., a spokesman for the Kremlin," is looked for."""


@dataclass(slots=True)
class Person:
    """Somebody named in the article, and the titles the article and the list of office holders give."""

    speaker: SpeakerName
    titles: set[str] = field(default_factory=set)
    party: PartyName | None = None
    """The listed party in parliament."""
    hats: dict[PartyName, None] = field(default_factory=dict)
    """Other parties the person may speak for, in the order they became known."""


def _short_form(entry: Entry) -> str:
    """The word of a listed name that stands for it: "Commission" for a body, "Boeing" for a company."""
    words = entry.surface.split()
    return words[0] if entry.party.kind is PartyKind.COMPANY else words[-1]


class Directory:
    """The persons, organisations and groups of one article, registered mention by mention in the order of the text.

    `home` is the state that the article mostly is about: a national office whose country is not said is its office.
    """

    def __init__(
        self,
        text: str,
        *,
        gazetteer: Gazetteer,
        year: int | None,
        home: PartyName | None,
        listed: Mapping[int, tuple[int, Entry]],
        names: Iterable[LocalMention],
    ) -> None:
        self.home = home
        self._text = text
        self._gazetteer = gazetteer
        self._year = year
        self._listed = listed
        self._closed = closed_classes()
        self._persons: dict[str, Person] = {}
        self._organisations: dict[str, PartyName] = {}
        self._groups: dict[str, Counter[PartyName]] = {}
        names = list(names)
        self._inner_names = {m.text for m in names if not m.initial}
        self._governing = {m.text for m in names if m.governs}
        self._short_names = {
            word: entry
            for _, entry in listed.values()
            if " " in entry.surface and (word := _short_form(entry))[0].isupper()
        }

    # -- looking up ---------------------------------------------------------------------------------------------

    def person(self, name: str) -> Person | None:
        """Whom the article calls by that full name or surname."""
        last = name.rsplit(maxsplit=1)[-1].casefold()
        return self._persons.get(name.casefold()) or self._persons.get(self._surname(name)) or self._persons.get(last)

    def organisation(self, name: str) -> PartyName | None:
        """The unlisted organisation of that name or acronym, or the one whose name ends so ("the Coalition")."""
        named = self._organisations.get(name)
        if named is None and " " not in name:
            named = next((p for full, p in self._organisations.items() if full.endswith(" " + name)), None)
        return named or self._company(name)

    def _company(self, name: str) -> PartyName | None:
        """The unlisted company whose name begins so ("Harbour" for "Harbour Motors Holdings")."""
        if " " in name:
            return None
        companies = (p for p in self._organisations.values() if p.kind is PartyKind.COMPANY)
        return next((p for p in companies if p.name.startswith(name + " ")), None)

    def short_name(self, name: str) -> Entry | None:
        """The listed name of several words that `name` is the last word of ("the Commission")."""
        return self._short_names.get(name)

    def group(self, noun: str) -> PartyName | None:
        """The group that the article most often names in full with that noun ("the opposition")."""
        groups = self._groups.get(noun) or self._groups.get(noun + "s")
        return max(groups, key=lambda party: groups[party]) if groups else None

    def office_holder(self, title: str, side: PartyName | None) -> SpeakerName | None:
        """Who holds that office in the article: of `side`, or else the only one, or the one of the home state."""
        unique = {id(person): person for person in self._persons.values()}.values()
        fitting = [
            person.speaker
            for person in unique
            if any(t and (title in t or t in title) for t in person.titles)
            and (side is None or person.speaker.side == side)
        ]
        certain = fitting and (side is not None or len(fitting) == 1 or fitting[0].side == self.home)
        return fitting[0] if certain else None

    def hats(self, person: Person) -> list[PartyName]:
        """Whom else the person may speak for: the other parties of the words around the name, a lawmaker's chamber."""
        known = dict(person.hats)
        side = person.speaker.side
        words = sorted({word for title in person.titles for word in title.split()})
        if any(word in self._closed.lawmaker_titles for word in words):
            sides = [p for p in (side, *known, person.party) if p is not None]
            for country, seats in self._closed.legislatures.items():
                if any(p.name == country or seats.has(p) for p in sides):
                    keys = (*words, *(p.name for p in sides))
                    groups = (group for key in keys for group in seats.members.get(key, ()))
                    known.update(dict.fromkeys(self._parties_named(country, seats.chamber, *groups)))
                    break
        if any(word in self._closed.campaign_titles for word in words):
            known.setdefault(PartyName(person.speaker.name, PartyKind.GROUP))
        for title in sorted(person.titles):
            known.update(dict.fromkeys(self.former_hats(title, side)))
            if (peers := self._peers(title)) is not None:
                known.setdefault(peers)
        return [party for party in known if party != side]

    def _peers(self, title: str) -> PartyName | None:
        """The group that the article names by the plural of a title ("Republican governors" for a governor)."""
        word = title.rsplit(maxsplit=1)[-1]
        return self.group(f"{self._closed.title_spellings.get(word, word)}s")

    def former(self, office: str, side: PartyName | None) -> PartyName | None:
        """Those who held an office of a state: the side's, or that of the state in view for a party's leader."""
        state = side if side is not None and side.kind is PartyKind.STATE else self.home
        if state is None:
            return None
        head, of, rest = office.casefold().partition(" of ")
        if not head.endswith("s"):
            head = max(noun_forms(head, irregular={}), key=len)
        modifier = self._closed.group_modifiers.get(state.name) or self._gazetteer.adjective(state) or state.name
        name = f"Former {modifier} {head}{of}{rest}"
        return self._gazetteer.party(name) or PartyName(name, PartyKind.GROUP)

    def former_hats(self, title: str | None, side: PartyName | None) -> list[PartyName]:
        """Who "the former prime minister" may speak for beside the side: all who held that office."""
        if title is None or not title.startswith("former ") or side is None:
            return []
        party = self.former(title.removeprefix("former "), side)
        return [party] if party else []

    def wholes(self, party: PartyName) -> list[PartyName]:
        """The party that the party is a part of, the one which that is a part of, and so on."""
        wholes: list[PartyName] = []
        while (name := self._whole(party)) and (found := self._parties_named(name)):
            party = found[0]
            wholes.append(party)
        return wholes

    def _whole(self, party: PartyName) -> str | None:
        modifier, _, noun = party.name.rpartition(" ")
        national = party.kind is PartyKind.GROUP and modifier and noun in self._closed.national_groups
        return modifier if national else self._closed.wholes.get(party.name)

    def _parties_named(self, *names: str) -> list[PartyName]:
        return [party for name in names if (party := self._gazetteer.party(name)) is not None]

    def _party_beside(self, m: LocalMention) -> list[PartyName]:
        """The parties named right after a name: "Jane Roe, D-Ohio", "Jane Roe, the Ohio Democrat, ..."."""
        if letter := _PARTY_LETTER.match(self._text, m.end):
            named = (s.letters.get(letter.group(1)) for s in self._closed.legislatures.values())
            return self._parties_named(*(name for name in named if name))
        begin, end = self._apposition_span(m)
        found = (entry.party for at, (_, entry) in self._listed.items() if begin <= at < end)
        return [p for p in found if any(seats.has(p) for seats in self._closed.legislatures.values())]

    def is_national(self, title: str) -> bool:
        """Tell whether the title is one of national office ("prime minister")."""
        return f" {title.casefold()} " in f" {self._closed.national_titles} "

    # -- registering --------------------------------------------------------------------------------------------

    def register(self, m: LocalMention) -> None:
        """Take note of whom or what the mention introduces."""
        organisation = m.kind == "name" and self._is_organisation(m)
        if organisation:
            self._register_organisation(m)
        elif m.kind == "person" or (m.kind == "name" and " " in m.text):
            self._register_person(m)
        elif m.kind == "name" and (known := self.person(m.text)) is not None:
            self._register_apposition(m, known)
        elif m.kind in {"group", "party"} and m.party is not None and m.party.kind is not PartyKind.STATE:
            for noun in {m.party.name.rsplit(maxsplit=1)[-1].casefold(), m.text.rsplit(maxsplit=1)[-1].casefold()}:
                self._groups.setdefault(noun, Counter())[m.party] += 1

    def _register_person(self, m: LocalMention) -> None:
        known = self.person(m.text)
        if " " not in m.text:
            known = known or self._introduced_by_surname(m)
        elif known is None or not self._is_same(known, m.text):
            known = self._introduce(m, known)
        else:
            self._persons.setdefault(m.text.casefold(), known)
        if known is not None:
            if m.title:
                known.titles.add(m.title)
            self._register_apposition(m, known)
            if m.party is not None:
                known.hats.setdefault(m.party)

    def _register_apposition(self, m: LocalMention, known: Person) -> None:
        """Take note of what a later mention adds: "Roe, the first senator to object, ..."."""
        if near := self._apposition(m):
            known.titles.add(near[1])

    def _introduced_by_surname(self, m: LocalMention) -> Person | None:
        key = self._surname(m.text)
        if m.title in {"sir", "dame"} and (knight := self._by_given_name(m.text)) is not None:
            return self._persons.setdefault(m.text.casefold(), knight)
        holder = self._gazetteer.surname(m.text, self._year, titled=m.title is not None)
        if holder is not None:
            return self._persons.setdefault(key, Person(holder.speaker, self._listed_titles(holder), holder.party))
        if m.party is not None or (m.title and self.is_national(m.title)):
            return self._persons.setdefault(key, Person(SpeakerName(m.text, m.title, m.party or self.home)))
        return None

    def _introduce(self, m: LocalMention, namesake: Person | None) -> Person:
        """Enter a person by full name, with the side that the words around the name give or the list knows."""
        holder = self._gazetteer.person(m.text, self._year)
        listed_side = holder.side if holder else None
        role = holder.speaker.role if holder else None
        near_side, near_title = self._apposition(m) or (None, None)
        title = m.title or near_title or role
        side = self._side(m.party, listed_side, m.title) or near_side or listed_side
        if side is None and title and self.is_national(title):
            side = self.home
        titles = ({title} if title else set()) | (self._listed_titles(holder) if holder else set())
        person = Person(SpeakerName(m.text, title, side), titles, holder.party if holder else None)
        person.hats.update(dict.fromkeys(p for p in (m.party, near_side, listed_side) if p is not None))
        person.hats.update(dict.fromkeys(self._party_beside(m)))
        self._persons[m.text.casefold()] = person
        if namesake is None or namesake.speaker.side is None:
            last = m.text.rsplit(maxsplit=1)[-1].casefold()
            self._persons[self._surname(m.text)] = self._persons[last] = person
        return person

    def _listed_titles(self, holder: OfficeHolder) -> set[str]:
        """The listed role, and a former office where the year lies behind it."""
        role = holder.speaker.role
        if not role:
            return set()
        past = self._year is not None and 0 < holder.last_year < self._year
        return {role, f"former {role.rpartition('later ')[2]}"} if past else {role}

    def _is_same(self, known: Person, name: str) -> bool:
        """Tell whether a further full name is the known person's: the same given name, or a part of the known name."""
        full, name = known.speaker.name.casefold(), name.casefold()
        if known.speaker.side is None or " " not in full:
            return False
        return full.split(maxsplit=1)[0] == name.split(maxsplit=1)[0] or full.endswith(" " + name)

    def _by_given_name(self, name: str) -> Person | None:
        """Whom "Sir Keir" means: somebody whom the article names in full with that given name."""
        start = name.casefold() + " "
        return next((person for full, person in self._persons.items() if full.startswith(start)), None)

    def _side(self, modifier: PartyName | None, listed: PartyName | None, title: str | None) -> PartyName | None:
        """The side that the words before a name give, unless the list of office holders knows better.

        A national office outranks the holder's party ("Labour Prime Minister"); a listed party or opposition outranks
        the country that its leader is introduced by ("U.S. Senate leader").
        """
        if modifier is None or listed is None:
            return modifier
        large = {PartyKind.STATE, PartyKind.BLOC}
        if modifier.kind in large:
            return modifier if listed.kind in large else listed
        national = title is None or self.is_national(title) or listed.kind is not PartyKind.STATE
        return listed if national else modifier

    def _surname(self, name: str) -> str:
        """The surname with its particles, casefolded, less a hyphened article ("al-")."""
        words = name.split()
        particles = self._closed.name_particles
        for at in range(1, len(words) - 1):
            if words[at].casefold() in particles:
                return " ".join(words[at:]).casefold()
        last = words[-1].casefold()
        head, _, tail = last.partition("-")
        return tail if head in particles and tail else last

    def _apposition_span(self, m: LocalMention) -> tuple[int, int]:
        """The characters that may be an apposition after a name; an empty span where none begins."""
        after = self._text[m.end : m.end + _APPOSITION_AT_MOST]
        if not after.startswith((", ", " (")):
            return m.end, m.end
        stop = _APPOSITION_END.search(after[2:].replace("U.S.", "U_S_").replace("U.N.", "U_N_"))
        return m.end + 2, m.end + 2 + (stop.start() if stop else len(after) - 2)

    def _apposition(self, m: LocalMention) -> tuple[PartyName | None, str] | None:
        """The side and title in "Jane Roe, a spokesman for the Kremlin," after a name."""
        begin, end = self._apposition_span(m)
        if begin == end:
            return None
        tokens = tokenize(self._text, (begin, end))
        title = self._first_title([t.lower for t in tokens])
        if title is None:
            return None
        side = next((self._listed[t.start][1].party for t in tokens if t.start in self._listed), None)
        return side or self._organisation_in(self._text[begin:end]), title

    def _first_title(self, words: list[str]) -> str | None:
        titles = self._gazetteer.words.titles
        for at in range(len(words)):
            for length in range(min(4, len(words) - at), 0, -1):
                if (title := " ".join(words[at : at + length])) in titles:
                    return title
        return None

    def _organisation_in(self, words: str) -> PartyName | None:
        """An unlisted organisation by its last word ("director of the Harbour Workers Union")."""
        for match in _NAME_RUN.finditer(words):
            name = match.group().strip()
            if " " in name and name.rsplit(maxsplit=1)[-1].casefold() in self._gazetteer.words.organisation_endings:
                return PartyName(name, PartyKind.ORGANISATION)
        return None

    def _is_organisation(self, m: LocalMention) -> bool:
        words, listed = m.text.split(), self._gazetteer.words
        single = len(words) == 1
        if m.text in self._organisations:
            return True
        if m.text in self._short_names or m.text.rstrip(".").casefold() in self._closed.company_forms:
            return False
        if not single and m.text in self._governing and any(word.isupper() and 1 < len(word) < 6 for word in words):
            return True
        if single and (m.text.casefold() in self._persons or self._gazetteer.surname(m.text, self._year, titled=False)):
            return False
        if m.text.casefold() in listed.not_parties or m.text in listed.not_parties:
            return False
        ending = words[-1].rstrip(".").casefold() in listed.organisation_endings
        if (ending and not single) or _ACRONYM.match(self._text, m.end):
            return True
        return single and not ending and m.text in self._governing and (m.text.isupper() or m.text in self._inner_names)

    def _register_organisation(self, m: LocalMention) -> None:
        if m.text in self._organisations or m.text.casefold() in self._persons or self._company(m.text) is not None:
            return
        ending = m.text.rsplit(maxsplit=1)[-1].rstrip(".").casefold()
        kind = next((k for k, endings in _KIND_OF_ENDING.items() if ending in endings), PartyKind.ORGANISATION)
        party = PartyName(_COMPANY_FORM.sub("", m.text), kind)
        self._organisations[m.text] = party
        if acronym := _ACRONYM.match(self._text, m.end):
            self._organisations[acronym.group(1)] = party
