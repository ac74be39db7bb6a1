"""Which party does each mention in an article mean? Names, surnames, titles and groups resolved within the article."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from schemas.codes import PartyKind
from worker.extraction.closed_classes import closed_classes
from worker.extraction.directory import Directory
from worker.extraction.gazetteer import EntryKind, Gazetteer
from worker.extraction.mentions import LocalMention, MentionScanner
from worker.extraction.position import CharSpan, Mention, PartyName, SpeakerName

_DATELINE = re.compile(r"[A-Z][A-Z .'-]+\b")
_COUNTRY_WEIGHT = {"party": 1, "organ": 1, "demonym": 1, "official": 2, "title": 2, "person": 2, "group": 1}
_FIRST_WEIGHT = 2
_DATELINE_WEIGHT = 4
"""What being the first state named, or that of the dateline's capital, counts in mentions."""
_REGION_NAMED = 3
"""Times that a region is named in an article that is about it."""

_SIDES = frozenset({"party", "organ", "official", "group", "person", "title"})
"""Kinds of mention that make a party one of the two in "both sides"."""


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
    listed = {start: (end, entry) for start, end, entry in gazetteer.find(text)}
    scanner = MentionScanner(gazetteer)
    local = [list(scanner.scan(text, span, listed)) for span in sentences]
    flat = [mention for mentions in local for mention in mentions]
    directory = Directory(
        text,
        gazetteer=gazetteer,
        year=year,
        home=home_state(text, flat, gazetteer=gazetteer, year=year),
        listed=listed,
        names=(m for m in flat if m.kind == "name"),
    )
    for mention in flat:
        directory.register(mention)
    resolver = _Resolver(directory, gazetteer, year, flat)
    return [[found for mention in mentions for found in resolver.resolve(mention)] for mentions in local]


def home_state(
    text: str, mentions: Sequence[LocalMention], *, gazetteer: Gazetteer, year: int | None
) -> PartyName | None:
    """The state that the article mostly is about, the earlier one where two are named equally often."""
    weights: Counter[PartyName] = Counter()
    opening = _DATELINE.match(text)
    dateline = gazetteer.party(opening.group().rstrip(" .")) if opening else None
    if dateline is not None:
        weights[dateline] += _DATELINE_WEIGHT
    for m in mentions:
        party = m.party
        if party is None and m.kind == "person":
            holder = gazetteer.person(m.text, year)
            party = holder.side if holder else None
        if party is not None and party.kind is PartyKind.GROUP:
            party = gazetteer.party(party.name.rpartition(" ")[0])
        if party is not None and party.iso3 is not None and text[m.end : m.end + 1] != "-":  # not "Ghana-brokered"
            weights[party] += _COUNTRY_WEIGHT.get(m.kind, 0) + (_FIRST_WEIGHT if not weights else 0)
    return max(weights, key=lambda p: weights[p], default=None)


class _Resolver:
    """Resolves the mentions of one article, in their order, with the article's directory filled."""

    def __init__(
        self, directory: Directory, gazetteer: Gazetteer, year: int | None, mentions: Sequence[LocalMention]
    ) -> None:
        self._directory = directory
        self._gazetteer = gazetteer
        self._year = year
        self._closed = closed_classes()
        self._last_official: PartyName | None = None
        self._last_of_kind: dict[PartyKind, PartyName] = {}
        counts = Counter(m.party for m in mentions if m.party is not None and m.kind in _SIDES)
        self._states = [party for party, _ in counts.most_common() if party.kind is PartyKind.STATE]
        self._others = [party for party, _ in counts.most_common() if party.kind is not PartyKind.STATE]
        self._region = self._most_named_region(mentions)
        self._both_sides = [party for party, _ in counts.most_common(2)]
        self._by_kind: dict[str, Callable[[LocalMention], Mention | None]] = {
            "party": lambda m: Mention(m.start, m.end, "party", m.party, None),
            "group": lambda m: Mention(m.start, m.end, "party", m.party, None),
            "demonym": lambda m: Mention(m.start, m.end, "demonym", m.party, None),
            "people": lambda m: Mention(m.start, m.end, "demonym", m.party, None),
            "organ": lambda m: Mention(m.start, m.end, "office", m.party, SpeakerName(m.text, None, m.party)),
            "pronoun": lambda m: Mention(m.start, m.end, "pronoun", None, None),
            "official": self._official,
            "bare_official": self._bare_official,
            "bare_speaker": self._bare_speaker,
            "bare_group": self._bare_group,
            "bare_kind": self._bare_kind,
            "former": self._former,
            "title": self._title,
            "person": self._named,
            "name": self._named,
        }

    def _most_named_region(self, mentions: Sequence[LocalMention]) -> PartyName | None:
        """The part of a country ("Quebec") that the article names more than any state, by itself or before a group."""
        states: Counter[PartyName] = Counter()
        for m in mentions:
            party = m.party
            if party is not None and party.kind is PartyKind.GROUP:
                party = self._gazetteer.party(party.name.rpartition(" ")[0])
            if party is not None and party.kind is PartyKind.STATE and m.kind != "demonym":
                states[party] += 1
        most = max(states, key=lambda party: states[party], default=None)
        return most if most is not None and most.iso3 is None and states[most] >= _REGION_NAMED else None

    def resolve(self, m: LocalMention) -> list[Mention]:
        """Return what the mention means: none, or one mention, with one of no width for each other party of a person;
        two of no width for "both sides"."""
        if m.kind == "both":
            return [Mention(m.start, m.start, "carried", party, None) for party in self._both_sides]
        found = self._by_kind[m.kind](m)
        if found is None:
            return []
        if found.party is not None:
            self._last_of_kind[found.party.kind] = found.party
            if m.kind in {"official", "title"}:
                self._last_official = found.party
        person = self._directory.person(m.text) if found.kind == "person" else None
        hats = self._directory.hats(person) if person is not None else self._directory.former_hats(m.title, found.party)
        if found.kind != "demonym" and found.party is not None:
            hats = [*hats, *self._directory.wholes(found.party), *self._regional(found.party)]
        if m.kind == "bare_group":
            hats = [*hats, *self._other_groups(m.text.casefold(), found.party)]
        return [found, *(Mention(m.start, m.start, "carried", party, found.speaker) for party in hats)]

    def _official(self, m: LocalMention) -> Mention:
        noun = m.text.rsplit(maxsplit=1)[-1].casefold()
        speaker = SpeakerName(m.text, noun, m.party) if noun in self._closed.speaking_nouns else None
        return Mention(m.start, m.end, "office", m.party, speaker)

    def _bare_official(self, m: LocalMention) -> Mention | None:
        home = self._directory.home
        return Mention(m.start, m.end, "office", home, None) if home else None

    def _bare_speaker(self, m: LocalMention) -> Mention | None:
        side = self._last_official or self._directory.home
        return Mention(m.start, m.end, "office", side, SpeakerName(m.text, m.text.casefold(), side)) if side else None

    def _bare_group(self, m: LocalMention) -> Mention | None:
        noun = m.text if m.text == "MPs" else m.text.casefold()
        if f"{noun}s" in self._closed.bare_group_nouns:
            noun += "s"
        party, home = self._directory.group(noun), self._directory.home
        if party is None and home is not None:
            modifier = self._closed.group_modifiers.get(home.name) or self._adjective(home)
            party = next(self._listed_groups(noun), None) or PartyName(f"{modifier} {noun}", PartyKind.GROUP)
        return Mention(m.start, m.end, "party", party, None) if party else None

    def _listed_groups(self, noun: str) -> Iterator[PartyName]:
        """The listed groups of that noun ("the opposition") of the parties in view, the likeliest first."""
        for party in (self._directory.home, *self._states, *self._others):
            listed = self._gazetteer.party(f"{self._adjective(party)} {noun}") if party is not None else None
            if listed is not None:
                yield listed

    def _bare_kind(self, m: LocalMention) -> Mention | None:
        """ "The company", "the union", "the bloc": the last party of that kind."""
        party = self._last_of_kind.get(PartyKind(self._closed.kind_nouns[m.text.casefold()]))
        return Mention(m.start, m.end, "party", party, None) if party else None

    def _former(self, m: LocalMention) -> Mention | None:
        """ "Former ministers": those of the state in view."""
        home = self._directory.home
        party = self._directory.former(m.text.split(maxsplit=1)[1], home) if home else None
        return Mention(m.start, m.end, "party", party, None) if party else None

    def _other_groups(self, noun: str, party: PartyName | None) -> list[PartyName]:
        """The next likely group that a bare "opposition" may be, where two parties in view have one."""
        return list(islice((group for group in self._listed_groups(noun) if group != party), 1))

    def _regional(self, party: PartyName) -> list[PartyName]:
        """The group of the region in view that unions, lawmakers, ... without a country before them may be."""
        noun = party.name.rpartition(" ")[2]
        if self._region is None or party.kind is not PartyKind.GROUP or noun not in self._closed.bare_group_nouns:
            return []
        return [PartyName(f"{self._region.name} {noun}", PartyKind.GROUP)]

    def _adjective(self, state: PartyName) -> str:
        return self._gazetteer.adjective(state) or state.name

    def _title(self, m: LocalMention) -> Mention:
        title = m.title or m.text.casefold()
        national = self._directory.is_national(title)
        if m.party is not None and m.party.kind is PartyKind.ORGANISATION and national:
            m = replace(m, party=None)  # "the Republican president" speaks for the country
        holder = self._directory.office_holder(title, m.party)
        if holder is not None:
            return Mention(m.start, m.end, "office", holder.side or m.party, holder)
        side = m.party or (self._directory.home if national else None)
        return Mention(m.start, m.end, "office", side, SpeakerName(m.text, title, side))

    def _named(self, m: LocalMention) -> Mention | None:
        """A person, or capitalised words that may be a person, an organisation or neither."""
        organisation = self._directory.organisation(m.text) if m.kind == "name" else None
        if organisation is not None and (" " in m.text or self._directory.person(m.text) is None):
            return Mention(m.start, m.end, "party", organisation, None)
        person = self._directory.person(m.text)
        if person is not None:
            return Mention(m.start, m.end, "person", person.speaker.side or m.party, person.speaker)
        if m.kind == "person":
            return Mention(m.start, m.end, "person", m.party, SpeakerName(m.text, m.title, m.party))
        return self._single_name(m) if " " not in m.text else None

    def _single_name(self, m: LocalMention) -> Mention | None:
        if (entry := self._directory.short_name(m.text)) is not None:
            organ = entry.kind is EntryKind.ORGAN
            speaker = SpeakerName(entry.surface, None, entry.party) if organ else None
            return Mention(m.start, m.end, "office" if organ else "party", entry.party, speaker)
        holder = self._gazetteer.surname(m.text, self._year, titled=False)
        return Mention(m.start, m.end, "person", holder.side, holder.speaker) if holder else None
