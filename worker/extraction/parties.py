"""Which party does each mention in an article mean? Names, surnames, titles and groups resolved within the article."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from schemas.codes import PartyKind
from worker.extraction.gazetteer import EntryKind, Gazetteer
from worker.extraction.mentions import ClosedClasses, LocalMention, MentionScanner, closed_classes, tokenize
from worker.extraction.position import CharSpan, Mention, PartyName, SpeakerName

_ACRONYM = re.compile(r"\s*\(([A-Z][A-Z&.-]{1,9})\)")
_COUNTRY_WEIGHT = {"party": 1, "organ": 1, "demonym": 1, "official": 2, "title": 2, "person": 2, "group": 1}
_FIRST_WEIGHT = 2
_COMPANY_FORMS = frozenset({"inc", "corp", "ltd", "plc", "co", "llc"})
_DATELINE_WEIGHT = 4
"""What being the first state named, or that of the dateline's capital, counts in mentions."""
_APPOSITION_AT_MOST = 90
"""Characters after a name in which "..., a spokesman for the Kremlin," is looked for."""


@dataclass(slots=True)
class Person:
    """Somebody named in the article."""

    speaker: SpeakerName
    titles: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Directory:
    """Who is who in one article."""

    home: PartyName | None
    persons: dict[str, Person] = field(default_factory=dict)
    """By casefolded surname (and by full name)."""
    organisations: dict[str, PartyName] = field(default_factory=dict)
    """By name as written, acronyms included."""
    groups: dict[str, Counter[PartyName]] = field(default_factory=dict)
    """By group noun: how often the article names a group of that noun in full."""


def resolve_parties(
    text: str, sentences: Sequence[CharSpan], *, gazetteer: Gazetteer, year: int | None
) -> list[list[Mention]]:
    """Find and resolve the mentions of every sentence.

    Args:
        text: the cleaned text.
        sentences: its sentences, in characters of `text`.
        gazetteer: listed names.
        year: the year of publication, where known: it decides between office holders of one surname.

    Returns:
        For each sentence its mentions in order of their start. A mention whose `party` is None names a person (or
        title) whose side cannot be told.
    """
    return _Resolver(text, sentences, gazetteer, year).resolve()


class _Resolver:
    def __init__(self, text: str, sentences: Sequence[CharSpan], gazetteer: Gazetteer, year: int | None) -> None:
        self._text = text
        self._gazetteer = gazetteer
        self._year = year
        self._closed: ClosedClasses = closed_classes()
        listed = {start: (end, entry) for start, end, entry in gazetteer.find(text)}
        scanner = MentionScanner(gazetteer)
        self._local = [list(scanner.scan(text, span, listed)) for span in sentences]
        self._listed = listed
        self._names = Counter(m.text for ms in self._local for m in ms if m.kind == "name" and not m.initial)
        self._governing = {m.text for ms in self._local for m in ms if m.kind == "name" and m.governs}
        self._official: PartyName | None = None
        self._short = {
            entry.surface.rsplit(maxsplit=1)[-1]: entry
            for _, entry in listed.values()
            if " " in entry.surface and entry.surface.rsplit(maxsplit=1)[-1][0].isupper()
        }
        """Listed names of several words by their last word: "the Commission" after "the European Commission"."""
        self._directory = Directory(self._home())

    def resolve(self) -> list[list[Mention]]:
        for mentions in self._local:
            for mention in mentions:
                self._register(mention)
        return [[r for m in mentions for r in self._resolve(m)] for mentions in self._local]

    def _home(self) -> PartyName | None:
        """The state that the article mostly is about, the earlier one where two are named equally often."""
        weights: Counter[PartyName] = Counter()
        opening = re.match(r"[A-Z][A-Z .'-]+\b", self._text)
        dateline = self._gazetteer.party(opening.group().rstrip(" .")) if opening else None
        if dateline is not None:
            weights[dateline] += _DATELINE_WEIGHT
        for mentions in self._local:
            for m in mentions:
                party = m.party
                if (
                    party is None
                    and m.kind == "person"
                    and (holder := self._gazetteer.person(m.text, self._year)) is not None
                ):
                    party = holder.side
                if party is not None and party.iso3 is not None:
                    weights[party] += _COUNTRY_WEIGHT.get(m.kind, 0) + (_FIRST_WEIGHT if not weights else 0)
        return max(weights, key=lambda p: weights[p], default=None)

    # -- who is who ---------------------------------------------------------------------------------------------

    def _register(self, m: LocalMention) -> None:
        if m.kind == "person" or (m.kind == "name" and " " in m.text and not self._is_organisation(m)):
            self._register_person(m)
        elif m.kind == "name" and self._is_organisation(m):
            self._register_organisation(m)
        elif m.kind in {"group", "party"} and m.party is not None and m.party.kind is not PartyKind.STATE:
            for noun in {m.party.name.rsplit(maxsplit=1)[-1].casefold(), m.text.rsplit(maxsplit=1)[-1].casefold()}:
                self._directory.groups.setdefault(noun, Counter())[m.party] += 1

    def _register_person(self, m: LocalMention) -> None:
        surname = self._surname(m.text)
        known = self._person(m.text)
        if " " not in m.text:
            if known is None:
                holder = self._gazetteer.surname(m.text, self._year, titled=m.title is not None)
                if m.title in {"sir", "dame"} and (knight := self._by_given_name(m.text)) is not None:
                    known = self._directory.persons.setdefault(m.text.casefold(), knight)
                elif holder is not None:
                    known = self._directory.persons.setdefault(
                        surname, Person(holder.speaker, {holder.speaker.role or ""})
                    )
                elif m.party is not None or (m.title and self._is_national(m.title)):
                    side = m.party or self._directory.home
                    known = self._directory.persons.setdefault(surname, Person(SpeakerName(m.text, m.title, side)))
            if known is not None and m.title:
                known.titles.add(m.title)
            return
        if known is not None and known.speaker.side is not None and " " in known.speaker.name:
            if m.title:
                known.titles.add(m.title)
            if self._same_person(known.speaker.name, m.text):
                self._directory.persons.setdefault(m.text.casefold(), known)
                return
        holder = self._gazetteer.person(m.text, self._year)
        apposition = self._apposition(m)
        side = (
            self._side(m.party, holder.side if holder else None, m.title)
            or (apposition[0] if apposition else None)
            or (holder.side if holder else None)
        )
        title = m.title or (apposition[1] if apposition else None) or (holder.speaker.role if holder else None)
        if side is None and title and self._is_national(title):
            side = self._directory.home
        person = Person(
            SpeakerName(m.text, title, side), {t for t in (title, holder.speaker.role if holder else None) if t}
        )
        self._directory.persons[m.text.casefold()] = person
        if known is None or known.speaker.side is None:
            self._directory.persons[surname] = self._directory.persons[m.text.split()[-1].casefold()] = person

    def _person(self, name: str) -> Person | None:
        """Whom the article calls by that full name or surname."""
        persons = self._directory.persons
        return (
            persons.get(name.casefold()) or persons.get(self._surname(name)) or persons.get(name.split()[-1].casefold())
        )

    def _by_given_name(self, name: str) -> Person | None:
        """Whom "Sir Keir" means: somebody whom the article names in full with that given name."""
        start = name.casefold() + " "
        return next((p for full, p in self._directory.persons.items() if full.startswith(start)), None)

    def _side(self, modifier: PartyName | None, listed: PartyName | None, title: str | None) -> PartyName | None:
        """The side that the words before a name give, unless the list of office holders knows better.

        A national office outranks the holder's party ("Labour Prime Minister"); a listed party or opposition outranks
        the country that its leader is introduced by ("U.S. Senate leader").
        """
        if modifier is None or listed is None:
            return modifier
        plain = modifier.kind in {PartyKind.STATE, PartyKind.BLOC}
        if (plain and listed.kind is not PartyKind.STATE and listed.kind is not PartyKind.BLOC) or (
            not plain and (title is None or self._is_national(title) or listed.kind is not PartyKind.STATE)
        ):
            return listed
        return modifier

    @staticmethod
    def _same_person(known: str, name: str) -> bool:
        return known.split()[0].casefold() == name.split()[0].casefold() or known.casefold().endswith(
            " " + name.casefold()
        )

    def _surname(self, name: str) -> str:
        words = name.split()
        particles = self._closed.name_particles
        for at in range(1, len(words) - 1):
            if words[at].casefold() in particles:
                return " ".join(words[at:]).casefold()
        last = words[-1].casefold()
        head, _, tail = last.partition("-")
        return tail if head in particles and tail else last

    def _apposition(self, m: LocalMention) -> tuple[PartyName | None, str | None] | None:
        """The side and title in "Jane Roe, a spokesman for the Kremlin," after a name."""
        after = self._text[m.end : m.end + _APPOSITION_AT_MOST]
        if not after.startswith((", ", " (")):
            return None
        stop = re.search(
            r"[,.;:)”\"\n]|\s(?:said|told|who|that)\b", after[2:].replace("U.S.", "U_S_").replace("U.N.", "U_N_")
        )
        end = m.end + 2 + (stop.start() if stop else len(after) - 2)
        tokens = tokenize(self._text, (m.end + 2, end))
        side = next((self._listed[t.start][1].party for t in tokens if t.start in self._listed), None)
        words = [t.lower for t in tokens]
        title = next(
            (
                " ".join(words[at : at + n])
                for at in range(len(words))
                for n in range(min(4, len(words) - at), 0, -1)
                if " ".join(words[at : at + n]) in self._gazetteer.words.titles
            ),
            None,
        )
        return (side or self._organisation_in(self._text[m.end + 2 : end]), title) if title else None

    def _organisation_in(self, words: str) -> PartyName | None:
        """An unlisted organisation by its last word ("director of the Harbour Workers Union")."""
        for match in re.finditer(r"(?:[A-Z][\w&’'-]*(?: (?:of|for|and|the)(?= (?:the )?[A-Z]))? ?)+", words):
            name = match.group().strip()
            if " " in name and name.split()[-1].casefold() in self._gazetteer.words.organisation_endings:
                return PartyName(name, PartyKind.ORGANISATION)
        return None

    def _is_national(self, title: str) -> bool:
        return (
            title.casefold() in self._closed.national_titles
            and " " + title.casefold() + " " in f" {self._closed.national_titles} "
        )

    # -- organisations ------------------------------------------------------------------------------------------

    def _is_organisation(self, m: LocalMention) -> bool:
        words = m.text.split()
        if m.text in self._directory.organisations:
            return True
        if m.text in self._short or m.text.rstrip(".").casefold() in _COMPANY_FORMS:
            return False
        if " " in m.text and m.governs and any(w.isupper() and 1 < len(w) < 6 for w in words):
            return True
        if len(words) == 1 and (
            m.text.casefold() in self._directory.persons or self._gazetteer.surname(m.text, self._year, titled=False)
        ):
            return False
        if m.text.casefold() in self._gazetteer.words.not_parties or m.text in self._gazetteer.words.not_parties:
            return False
        if words[-1].rstrip(".").casefold() in self._gazetteer.words.organisation_endings:
            return True
        if _ACRONYM.match(self._text, m.end):
            return True
        return len(words) == 1 and m.text in self._governing and (m.text.isupper() or self._names[m.text] >= 1)

    def _register_organisation(self, m: LocalMention) -> None:
        directory = self._directory.organisations
        if m.text in directory or m.text.casefold() in self._directory.persons:
            return
        ending = m.text.split()[-1].rstrip(".").casefold()
        kind = (
            PartyKind.UNION
            if ending in {"union", "federation", "brotherhood", "teamsters"}
            else PartyKind.COMPANY
            if ending in {"inc", "corp", "ltd", "plc", "airlines", "motors", "company", "group"}
            else PartyKind.ORGANISATION
        )
        party = PartyName(re.sub(r"\s+(?:Inc|Corp|Ltd|plc|Co)\.?$", "", m.text), kind)
        directory[m.text] = party
        if acronym := _ACRONYM.match(self._text, m.end):
            directory[acronym.group(1)] = party

    # -- resolving ----------------------------------------------------------------------------------------------

    def _resolve(self, m: LocalMention) -> list[Mention]:
        if m.kind == "both":
            return self._both(m)
        found = self._resolve_one(m)
        if m.kind in {"official", "title"} and found is not None and found.party is not None:
            self._official = found.party
        return [found] if found is not None else []

    def _both(self, m: LocalMention) -> list[Mention]:
        """ "Both sides" are the two parties that the article names most often; two mentions of no width."""
        counts: Counter[PartyName] = Counter()
        for mentions in self._local:
            counts.update(
                x.party
                for x in mentions
                if x.party is not None and x.kind in {"party", "organ", "official", "group", "person", "title"}
            )
        return [Mention(m.start, m.start, "carried", party, None) for party, _ in counts.most_common(2)]

    def _resolve_one(self, m: LocalMention) -> Mention | None:
        if m.kind in {"party", "demonym", "people"}:
            return Mention(m.start, m.end, "party" if m.kind == "party" else "demonym", m.party, None)
        if m.kind == "group":
            return Mention(m.start, m.end, "party", m.party, None)
        if m.kind == "organ":
            return Mention(m.start, m.end, "office", m.party, SpeakerName(m.text, None, m.party))
        if m.kind == "official":
            noun = m.text.split()[-1].casefold()
            speaker = SpeakerName(m.text, noun, m.party) if noun in self._closed.speaking_nouns else None
            return Mention(m.start, m.end, "office", m.party, speaker)
        if m.kind == "pronoun":
            return Mention(m.start, m.end, "pronoun", None, None)
        if m.kind == "bare_official":
            return Mention(m.start, m.end, "office", self._directory.home, None) if self._directory.home else None
        if m.kind == "bare_speaker":
            side = self._official or self._directory.home
            return (
                Mention(m.start, m.end, "office", side, SpeakerName(m.text, m.text.casefold(), side)) if side else None
            )
        if m.kind == "bare_group":
            return self._bare_group(m)
        if m.kind == "title":
            return self._title(m)
        return self._named(m)

    def _bare_group(self, m: LocalMention) -> Mention | None:
        noun = m.text.casefold()
        groups = self._directory.groups.get(noun) or self._directory.groups.get(noun + "s")
        party = max(groups, key=lambda p: groups[p]) if groups else None
        home = self._directory.home
        if party is None and home is not None:
            noun = m.text if m.text == "MPs" else noun
            adjective = self._gazetteer.adjective(home) or home.name
            modifier = self._closed.group_modifiers.get(home.name) or adjective
            party = self._gazetteer.party(f"{adjective} {noun}") or PartyName(f"{modifier} {noun}", PartyKind.GROUP)
        return Mention(m.start, m.end, "party", party, None) if party else None

    def _title(self, m: LocalMention) -> Mention | None:
        title = m.title or m.text.casefold()
        if m.party is not None and m.party.kind is PartyKind.ORGANISATION and self._is_national(title):
            m = replace(m, party=None)  # "the Republican president" speaks for the country
        persons = list(dict.fromkeys(id(p) for p in self._directory.persons.values()))
        by_id = {id(p): p for p in self._directory.persons.values()}
        fitting = [
            by_id[i]
            for i in persons
            if any(title in t or t in title for t in by_id[i].titles if t)
            and (m.party is None or by_id[i].speaker.side == m.party)
        ]
        if fitting and (m.party is not None or len(fitting) == 1 or fitting[0].speaker.side == self._directory.home):
            speaker = fitting[0].speaker
            return Mention(m.start, m.end, "office", speaker.side or m.party, speaker)
        side = m.party or (self._directory.home if self._is_national(title) else None)
        return Mention(m.start, m.end, "office", side, SpeakerName(m.text, title, side))

    def _named(self, m: LocalMention) -> Mention | None:
        person = self._person(m.text)
        if m.kind == "person" or person is not None or " " in m.text:
            organisation = self._directory.organisations.get(m.text)
            if organisation is not None and m.kind == "name":
                return Mention(m.start, m.end, "party", organisation, None)
            if person is None:
                return (
                    Mention(m.start, m.end, "person", m.party, SpeakerName(m.text, m.title, m.party))
                    if m.kind == "person"
                    else None
                )
            return Mention(m.start, m.end, "person", person.speaker.side or m.party, person.speaker)
        organisation = self._directory.organisations.get(m.text)
        if organisation is not None:
            return Mention(m.start, m.end, "party", organisation, None)
        if (entry := self._short.get(m.text)) is not None:
            speaker = SpeakerName(entry.surface, None, entry.party) if entry.kind is EntryKind.ORGAN else None
            return Mention(m.start, m.end, "office" if speaker else "party", entry.party, speaker)
        holder = self._gazetteer.surname(m.text, self._year, titled=False)
        if holder is not None:
            return Mention(m.start, m.end, "person", holder.side, holder.speaker)
        return None
