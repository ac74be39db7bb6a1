"""Which stretches of a sentence name a party, a person, an office? Found by names and word patterns, no parse."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.codes import PartyKind
from worker.extraction.closed_classes import closed_classes
from worker.extraction.crowds import both_end, crowd_end, former_end, may_modify
from worker.extraction.gazetteer import Entry, EntryKind, Gazetteer
from worker.extraction.position import CharSpan, PartyName
from worker.extraction.tokens import Token, tokenize

_MODIFIERS_AT_MOST = 4
_SHORT_TITLE = 5
_NAME_TOKENS_AT_MOST = 5
_LARGE = frozenset({PartyKind.STATE, PartyKind.BLOC, PartyKind.GROUP})
"""Kinds of listed party that do not stay themselves where more of a name follows ("Beijing Steel Association")."""


@dataclass(frozen=True, slots=True)
class LocalMention:
    """A mention as one sentence shows it, before the article resolves who is meant.

    `kind` is `party`, `demonym`, `people`, `organ`, `official` (an official noun of the side), `group`, `person`,
    `title` (a bare title), `name` (capitalised words of unknown nature), `pronoun`, `both` ("both sides"), `former`
    ("former ministers"), or
    `bare_official`, `bare_speaker`, `bare_group` (such a noun without a modifier), `bare_kind` ("the company").
    """

    start: int
    end: int
    kind: str
    text: str
    party: PartyName | None = None
    title: str | None = None
    name_start: int = -1
    initial: bool = False
    """The first word of its sentence, where a capital letter means nothing."""
    governs: bool = False
    """A verb that takes a party as its subject follows at once."""


class MentionScanner:
    """Finds the mentions of one sentence."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._closed = closed_classes()
        self._title_openings = frozenset(title.split(" ")[0] for title in gazetteer.words.titles)
        self._capitals = (
            frozenset({"i"}) | self._closed.function_words | self._closed.calendar_words | self._closed.not_names
        )

    def scan(self, text: str, span: CharSpan, listed: dict[int, tuple[int, Entry]]) -> Iterator[LocalMention]:
        """Yield the mentions of the sentence `text[span]`; `listed` has the listed names by their start."""
        tokens = tokenize(text, span)
        at = 0
        while at < len(tokens):
            mention, next_at = self._mention_at(text, tokens, at, listed)
            if mention is not None:
                yield mention
            at = max(next_at, at + 1)

    def _mention_at(
        self, text: str, tokens: Sequence[Token], at: int, listed: dict[int, tuple[int, Entry]]
    ) -> tuple[LocalMention | None, int]:
        token = tokens[at]
        if at == 0 and self._is_dateline(tokens):
            return None, 1
        if token.start in listed:
            end, entry = listed[token.start]
            after = at
            while after < len(tokens) and tokens[after].start < end:
                after += 1
            return self._listed(text, tokens, at, after, entry, listed)
        if title_end := self._title(tokens, at):
            return self._titled(text, tokens, at, title_end, listed)
        if (generic := self._generic(tokens, at)) is not None:
            return generic, at + 1
        if (crowd := self._crowd(text, tokens, at, listed)) is not None:
            return crowd
        if token.lower in self._closed.honorifics:
            start = at + 2 if at + 1 < len(tokens) and tokens[at + 1].text == "." else at + 1
            end = self._name(tokens, start, listed)
            if end > start:
                return self._person(text, tokens, at, start, end, token.lower, None), end
        if self._opens_name(token):
            end = self._name(tokens, at, listed)
            if end > at:
                return self._unlisted(text, tokens, at, end), end
        return None, at + 1

    def _crowd(
        self, text: str, tokens: Sequence[Token], at: int, listed: dict[int, tuple[int, Entry]]
    ) -> tuple[LocalMention, int] | None:
        """Plain words for a party: a crowd that acts, both sides, former office holders."""
        if end := crowd_end(tokens, at, listed=listed):
            phrase = text[tokens[at].start : tokens[end - 1].end]
            party = PartyName(phrase[0].upper() + phrase[1:], PartyKind.GROUP)
            return LocalMention(tokens[at].start, tokens[end - 1].end, "group", phrase, party), end
        kind = "both" if (end := both_end(tokens, at)) else "former"
        end = end or former_end(tokens, at, self._gazetteer.words.titles)
        if not end:
            return None
        start, stop = tokens[at].start, tokens[end - 1].end
        return LocalMention(start, stop, kind, text[start:stop], initial=at == 0), end

    @staticmethod
    def _is_dateline(tokens: Sequence[Token]) -> bool:
        """Tell whether the sentence opens with a place in capitals that is glued to its first word."""
        first = tokens[0].text
        return (
            len(tokens) > 1
            and len(first) > 3
            and first.isupper()
            and first.isalpha()
            and not tokens[1].text.isupper()
            and not tokens[1].text.islower()
        )

    def _unlisted(self, text: str, tokens: Sequence[Token], at: int, end: int) -> LocalMention:
        start, stop = tokens[at].start, tokens[end - 1].end
        initial = at == 0 or not tokens[at - 1].text[-1].isalnum()
        governs = end < len(tokens) and tokens[end].lower in self._closed.subject_verbs
        return LocalMention(start, stop, "name", text[start:stop], initial=initial, governs=governs)

    def _listed(
        self,
        text: str,
        tokens: Sequence[Token],
        at: int,
        after: int,
        entry: Entry,
        listed: dict[int, tuple[int, Entry]],
    ) -> tuple[LocalMention | None, int]:
        """A listed name, perhaps as the modifier of a title, an official noun or a group noun."""
        start = tokens[at].start
        head = after + 1 if after < len(tokens) and tokens[after].lower in {"'s", "’s"} else after
        if head == after and (longer := self._in_a_longer_name(text, tokens, at, after, listed)) is not None:
            return longer
        for position in range(head, min(head + _MODIFIERS_AT_MOST, len(tokens))):
            token = tokens[position]
            if token.start in listed and (position > head or head == after or self._is_group(tokens, position, listed)):
                break
            if title_end := self._title(tokens, position):
                title = text[tokens[position].start : tokens[title_end - 1].end]
                # "Syria envoy X" is an envoy for Syria, "the Syrian envoy" and "Syria's envoy" speak for it.
                concerns = entry.kind is EntryKind.NAME and entry.party.kind is PartyKind.STATE and head == after
                side = None if concerns and title.casefold().split()[-1] in self._closed.outside_titles else entry.party
                comma = title_end < len(tokens) and tokens[title_end].text == "," and head > after
                name_start, name_end = self._name_after_title(tokens, title_end + comma, listed)
                if name_end > name_start:
                    return self._person(text, tokens, at, name_start, name_end, title, side), name_end
                end = tokens[title_end - 1].end
                return LocalMention(start, end, "title", text[start:end], side, title.casefold()), title_end
            words = self._gazetteer.words
            noun_end = self._noun(tokens, position, words.official_nouns)
            if not noun_end and entry.party.kind is not PartyKind.STATE:
                noun_end = self._noun(tokens, position, words.organisation_nouns)
            if noun_end:
                end = tokens[noun_end - 1].end
                return LocalMention(start, end, "official", text[start:end], entry.party), noun_end
            noun_end = 0 if self._is_verb(tokens, position) else self._noun(tokens, position, words.group_nouns)
            if noun_end and entry.kind is not EntryKind.PEOPLE:
                end = tokens[noun_end - 1].end
                sorts = (t.text for t in tokens[head:noun_end] if t.lower in self._closed.bare_group_nouns)
                first = position + (token.lower in self._closed.both_modifiers)
                party = self._group(entry, next(sorts, None) or text[tokens[first].start : end])
                return LocalMention(start, end, "group", text[start:end], party), noun_end
            if not may_modify(token):
                break
        if (entry.party.kind is PartyKind.STATE and entry.kind is EntryKind.ADJECTIVE) or entry.kind is EntryKind.ORGAN:
            name_end = self._name(tokens, after, listed) if after < len(tokens) and tokens[after].capitalised else after
            if name_end - after >= 2:
                return self._person(text, tokens, at, after, name_end, None, entry.party), name_end
        kinds = {EntryKind.ADJECTIVE: "demonym", EntryKind.PEOPLE: "people", EntryKind.ORGAN: "organ"}
        end = tokens[after - 1].end
        return LocalMention(start, end, kinds.get(entry.kind, "party"), text[start:end], entry.party), after

    def _in_a_longer_name(
        self, text: str, tokens: Sequence[Token], at: int, after: int, listed: dict[int, tuple[int, Entry]]
    ) -> tuple[LocalMention, int] | None:
        """A listed name that is the beginning of a longer one, of a compound or of an organisation's name."""
        start = tokens[at].start
        end, entry = listed[start]
        if end < tokens[after - 1].end:  # "Ghana-backed rebels" are not Ghana's
            return LocalMention(start, end, "demonym", entry.surface, entry.party), after
        name_end = self._organisation(tokens, after, listed)
        place = entry.kind is EntryKind.NAME and entry.party.kind is PartyKind.STATE  # of a dateline, before a company
        if not name_end or (place and tokens[name_end - 1].lower in self._closed.company_forms):
            return None
        if entry.party.kind in _LARGE and tokens[name_end - 1].lower != "committee":
            return self._unlisted(text, tokens, at, name_end), name_end
        return LocalMention(start, tokens[name_end - 1].end, "party", entry.surface, entry.party), name_end

    @staticmethod
    def _is_group(tokens: Sequence[Token], at: int, listed: dict[int, tuple[int, Entry]]) -> bool:
        """Tell whether a listed group of several words begins at the token ("Washington's European allies")."""
        end, entry = listed[tokens[at].start]
        return entry.party.kind is PartyKind.GROUP and entry.kind is EntryKind.NAME and end > tokens[at].end

    def _organisation(self, tokens: Sequence[Token], at: int, listed: dict[int, tuple[int, Entry]]) -> int:
        """The end of the rest of an organisation's name that begins with a listed one ("Beijing Steel Association")."""
        if at >= len(tokens) or not tokens[at].capitalised or tokens[at].start in listed or self._title(tokens, at):
            return 0
        end = self._name(tokens, at, listed)
        words, last = self._gazetteer.words, tokens[end - 1].lower
        if end == at or last not in words.organisation_endings or self._noun(tokens, at, words.official_nouns):
            return 0
        return 0 if last in words.official_nouns or (end == at + 1 and last in words.group_nouns) else end

    @staticmethod
    def _is_verb(tokens: Sequence[Token], at: int) -> bool:
        """Tell whether "states" is a verb ("Hamas states that")."""
        return tokens[at].lower == "states" and at + 1 < len(tokens) and tokens[at + 1].text in {"that", '"', "“", ":"}

    def _group(self, entry: Entry, noun: str) -> PartyName:
        """The group that a modifier and a noun name: a listed one if there is, else one of that name."""
        noun = noun if noun.isupper() or noun[1:2].isupper() else noun.casefold()
        if f"{noun}s" in self._gazetteer.words.group_nouns:
            noun = f"{noun}s"
        noun = self._closed.group_synonyms.get(noun, noun)
        within_country = entry.party.kind is PartyKind.STATE and entry.party.iso3 is None
        adjective = (
            entry.surface
            if entry.kind is EntryKind.ADJECTIVE or (within_country and entry.kind is EntryKind.NAME)
            else self._gazetteer.adjective(entry.party) or entry.party.name
        )
        modifier = self._closed.group_modifiers.get(entry.party.name) or adjective
        return self._gazetteer.party(f"{adjective} {noun}") or PartyName(f"{modifier} {noun}", PartyKind.GROUP)

    def _titled(
        self, text: str, tokens: Sequence[Token], at: int, title_end: int, listed: dict[int, tuple[int, Entry]]
    ) -> tuple[LocalMention | None, int]:
        title = text[tokens[at].start : tokens[title_end - 1].end]
        name_start, name_end = self._name_after_title(tokens, title_end, listed)
        if name_end > name_start:
            # "President of Ghana X" speaks for Ghana, "envoy for Ghana X" does not.
            owned = title_end < name_start and tokens[title_end].lower == "of"
            side = self._of_party(tokens, title_end, listed)[0] if owned else None
            return self._person(text, tokens, at, name_start, name_end, title, side), name_end
        if (
            at == 0
            or tokens[at - 1].lower in {"the", "his", "her", "its", "their", "a"}
            or tokens[at].capitalised
            or not tokens[at - 1].text[-1].isalnum()
        ):
            indefinite = at > 0 and tokens[at - 1].lower == "a"
            party, end = self._of_party(tokens, title_end, listed)
            if party is not None or not indefinite:
                stop = tokens[end - 1].end
                return LocalMention(
                    tokens[at].start, stop, "title", text[tokens[at].start : stop], party, title.casefold()
                ), end
        if title.casefold().startswith("former "):  # "every living former prime minister"
            return LocalMention(tokens[at].start, tokens[title_end - 1].end, "former", title), title_end
        return None, title_end

    def _name_after_title(self, tokens: Sequence[Token], at: int, listed: dict[int, tuple[int, Entry]]) -> CharSpan:
        """The tokens of the name after a title, over a full stop ("Sen.") or a remit ("envoy for Syria Jane Roe")."""
        if 0 < at < len(tokens) - 1 and tokens[at].text == "." and len(tokens[at - 1].text) <= _SHORT_TITLE:
            at += 1
        end = self._name(tokens, at, listed)
        if end > at or at >= len(tokens) or tokens[at].lower not in {"for", "to", "on", "in", "of"}:
            return at, end
        for position in range(at + 1, min(at + 4, len(tokens))):
            if tokens[position].start in listed:
                listed_end = listed[tokens[position].start][0]
                after = next((i for i in range(position, len(tokens)) if tokens[i].start >= listed_end), len(tokens))
                end = 0 if self._title(tokens, after) else self._name(tokens, after, listed)
                return (after, end) if end - after >= 2 else (at, at)
        return at, at

    @staticmethod
    def _of_party(
        tokens: Sequence[Token], at: int, listed: dict[int, tuple[int, Entry]]
    ) -> tuple[PartyName | None, int]:
        """The party in "... of (the) Russia", "... for the Kremlin" that follows a title, and where it ends."""
        if at < len(tokens) and tokens[at].lower in {"of", "for", "to"}:
            for position in range(at + 1, min(at + 4, len(tokens))):
                if tokens[position].start in listed:
                    end, entry = listed[tokens[position].start]
                    after = position
                    while after < len(tokens) and tokens[after].start < end:
                        after += 1
                    return (entry.party, after) if tokens[at].lower != "to" else (None, at)
        return None, at

    def _person(
        self,
        text: str,
        tokens: Sequence[Token],
        at: int,
        name_start: int,
        name_end: int,
        title: str | None,
        side: PartyName | None,
    ) -> LocalMention:
        start, end = tokens[at].start, tokens[name_end - 1].end
        return LocalMention(
            start,
            end,
            "person",
            text[tokens[name_start].start : end],
            side,
            title.casefold() if title else None,
            tokens[name_start].start,
        )

    def _title(self, tokens: Sequence[Token], at: int) -> int:
        """The end of the longest title that begins at token `at`, or 0."""
        if at >= len(tokens) or tokens[at].lower not in self._title_openings:
            return 0
        limit = min(self._gazetteer.longest_title, len(tokens) - at)
        for length in range(limit, 0, -1):
            if " ".join(t.lower for t in tokens[at : at + length]) in self._gazetteer.words.titles:
                return at + length
        return 0

    @staticmethod
    def _noun(tokens: Sequence[Token], at: int, nouns: frozenset[str]) -> int:
        for length in (3, 2, 1):
            if at + length <= len(tokens) and " ".join(t.lower for t in tokens[at : at + length]) in nouns:
                return at + length
        return 0

    def _opens_name(self, token: Token) -> bool:
        if token.capitalised:
            if token.lower.partition("-")[0] in self._closed.name_prefixes:
                return False
            return token.lower not in self._capitals and not token.lower.startswith(("i'", "i’"))
        head, hyphen, _ = token.lower.partition("-")
        return bool(hyphen) and head in self._closed.name_particles and any(c.isupper() for c in token.text)

    def _is_surname(self, tokens: Sequence[Token], at: int, *, first: bool) -> bool:
        """Tell whether a month's name is a person's: after a title or honorific, or after the listed given name."""
        token = tokens[at]
        if not token.capitalised or token.lower not in self._closed.calendar_words or at == 0:
            return False
        if not first:
            return f"{tokens[at - 1].lower} {token.lower}" in self._gazetteer.by_full_name
        return token.lower in self._gazetteer.by_surname

    def _name(self, tokens: Sequence[Token], at: int, listed: dict[int, tuple[int, Entry]]) -> int:
        """The end of the run of capitalised words (with particles) that begins at token `at`; `at` if there is none."""
        end = position = at
        while position < len(tokens) and position - at < _NAME_TOKENS_AT_MOST:
            token = tokens[position]
            if self._ends_name(token, listed) or (position > at and self._title(tokens, position) > position + 1):
                break
            if self._opens_name(token) or self._is_surname(tokens, position, first=position == at):
                end = position = position + 1
            elif (token.lower in self._closed.name_particles and position + 1 < len(tokens)) or (
                token.text == "." and position > at and len(tokens[position - 1].text) == 1
            ):
                position += 1
            else:
                break
        return end

    @staticmethod
    def _ends_name(token: Token, listed: dict[int, tuple[int, Entry]]) -> bool:
        """Tell whether a listed name begins at the token that is no part of another name, as "Labour" may be."""
        if token.start not in listed:
            return False
        entry = listed[token.start][1]
        return entry.kind is not EntryKind.NAME or entry.party.kind in {PartyKind.STATE, PartyKind.BLOC}

    def _generic(self, tokens: Sequence[Token], at: int) -> LocalMention | None:
        token = tokens[at]
        closed = self._closed
        kind = (
            "pronoun"
            if token.lower in {"he", "she", "they", "it", "we", "i"}
            else "bare_kind"
            if token.lower in closed.kind_nouns and at > 0 and tokens[at - 1].lower == "the"
            else "bare_group"
            if token.lower in closed.bare_group_nouns
            else "bare_official"
            if token.lower in closed.bare_official_nouns
            else "bare_speaker"
            if token.lower in closed.bare_speaking_nouns
            else None
        )
        return LocalMention(token.start, token.end, kind, token.text, initial=at == 0) if kind else None
