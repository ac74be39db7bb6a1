"""What does an analyst teach the program about a kind of negotiation? Domain packs: terms, cues and parties in TOML."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeVar

from schemas.codes import Issue, PartyKind, Stance
from worker.extraction.domain_pack import Pack, PartyTable, TermGroup
from worker.extraction.inflection import noun_forms, verb_forms
from worker.extraction.lexicon import Lexicon

DEFAULT_DOMAIN = "negotiations"


@dataclass(frozen=True, slots=True)
class IssueTerm:
    """One term that speaks for an issue, or for none where it only hides the terms inside it."""

    text: str
    issue: Issue | None
    weight: float


@dataclass(frozen=True, slots=True)
class Cue:
    """One word or phrase that tells a stance.

    `negated` is the stance it tells under negation, None for no stance; `for_itself` the one it tells where what is
    wished for is the holder's own doing ("wants to join" against "wants them to join"), `ahead` the one it tells of
    what is still to come ("will send" against "sent"); None for the same.
    """

    text: str
    stance: Stance
    class_: str
    weight: float
    negated: Stance | None
    for_itself: Stance | None
    ahead: Stance | None
    holder: Literal["subject", "object"]


@dataclass(frozen=True, slots=True)
class Polarity:
    """Words that turn, pass on or colour what a predicate says; lower-case lemmas or forms."""

    negations: frozenset[str]
    denying: frozenset[str]
    transparent: frozenset[str]
    obligation: frozenset[str]
    volition: frozenset[str]
    possibility: frozenset[str]
    harm: frozenset[str]


@dataclass(frozen=True, slots=True)
class ConditionMarkers:
    """Words that open a condition, always or likely; lower case, split at spaces, the longest first."""

    certain: tuple[tuple[str, ...], ...]
    likely: tuple[tuple[str, ...], ...]
    asking: frozenset[str]
    """Verbs after which "if" means "whether"."""
    times: frozenset[str]
    """Words that make a date of what follows "until" or "before"."""
    ahead: frozenset[str]
    """Auxiliaries of a clause that looks ahead."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks for a party."""

    name: str
    role: str | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartyEntry:
    """A party that a pack adds, with the names, offices and people it goes by."""

    name: str
    kind: PartyKind
    iso3: str | None
    aliases: tuple[str, ...]
    offices: tuple[str, ...]
    people: tuple[Person, ...]


CueTable = Mapping[str, tuple[Cue, ...]]


@dataclass(frozen=True, eq=False)
class Domain:
    """A domain pack with all it extends, merged. Its lexicons are compiled when they are first asked for."""

    name: str
    version: str
    issue_terms: tuple[IssueTerm, ...]
    verbs: CueTable
    nouns: CueTable
    adjectives: CueTable
    phrases: tuple[Cue, ...]
    polarity: Polarity
    conditions: ConditionMarkers
    past_markers: tuple[str, ...]
    article_terms: Mapping[str, float]
    sentence_terms: Mapping[str, float]
    parties: tuple[PartyEntry, ...]
    irregular: Mapping[str, tuple[str, ...]]

    @cached_property
    def issue_lexicon(self) -> Lexicon[IssueTerm]:
        """The issue terms as an automaton."""
        return Lexicon((term.text, term) for term in self.issue_terms)

    @cached_property
    def phrase_lexicon(self) -> Lexicon[Cue]:
        """The literal stance cues as an automaton."""
        return Lexicon((cue.text, cue) for cue in self.phrases)

    def cue_forms(self) -> Iterator[tuple[str, Cue]]:
        """Yield every surface form of every stance cue."""
        for lemma, cues in self.verbs.items():
            for form in verb_forms(lemma, irregular=self.irregular):
                yield from ((form, cue) for cue in cues)
        for lemma, cues in self.nouns.items():
            for form in noun_forms(lemma, irregular=self.irregular):
                yield from ((form, cue) for cue in cues)
        for lemma, cues in self.adjectives.items():
            yield from ((lemma, cue) for cue in cues)
        yield from ((cue.text, cue) for cue in self.phrases)


@lru_cache(maxsize=16)
def load_domain(name_or_path: str = DEFAULT_DOMAIN) -> Domain:
    """Return the domain of this built-in name, or of the TOML file at this path.

    Raises FileNotFoundError where there is none, `tomllib.TOMLDecodeError` or `pydantic.ValidationError` where the
    file is wrong; `worker.extraction.domain_check.check_domain` tells an analyst what and on which line.
    """
    return _compile(list(_with_ancestors(pack_path(name_or_path))))


def builtin_domains() -> tuple[str, ...]:
    """Return the names of the packs that come with the program."""
    packs = (path for path in _builtin_folder().glob("*.toml") if "\n[domain]\n" in path.read_text(encoding="utf-8"))
    return tuple(sorted(path.stem for path in packs))


def pack_path(name_or_path: str, *, beside: Path | None = None) -> Path:
    """Find the file of a pack: a path (relative to the folder `beside`, if given) or a built-in name."""
    if name_or_path.endswith(".toml") or "/" in name_or_path:
        path = (beside or Path()) / name_or_path
    else:
        path = _builtin_folder() / f"{name_or_path}.toml"
    if not path.is_file():
        raise FileNotFoundError(f"no domain pack {name_or_path!r}; built in are: {', '.join(builtin_domains())}")
    return path


def read_pack(path: Path) -> Pack:
    """Read and validate one file, without what it extends."""
    return Pack.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def _builtin_folder() -> Path:
    return Path(str(files("worker"))) / "domains"


def _with_ancestors(path: Path, seen: tuple[Path, ...] = ()) -> Iterator[Pack]:
    """Yield the packs that `path` builds on, the most general first, then its own."""
    if path in seen:
        raise ValueError(f"domain packs extend each other in a circle: {' -> '.join(p.stem for p in (*seen, path))}")
    pack = read_pack(path)
    if pack.domain.extends is not None:
        yield from _with_ancestors(pack_path(pack.domain.extends, beside=path.parent), (*seen, path))
    yield pack


def _compile(packs: Sequence[Pack]) -> Domain:
    newest = packs[-1].domain
    terms: dict[tuple[str, Issue], IssueTerm] = {}
    for pack in packs:
        for issue, groups in pack.issues.items():
            terms |= {(text, issue): IssueTerm(text, issue, group.weight) for group in groups for text in group.terms}
    neutral = [IssueTerm(text, None, 0.0) for text in _in_order(pack.neutral.terms for pack in packs)]
    irregular: dict[str, tuple[str, ...]] = {}
    for pack in packs:
        irregular |= {lemma: tuple(forms) for lemma, forms in pack.irregular.items()}
    return Domain(
        name=newest.name,
        version=newest.version,
        issue_terms=(*terms.values(), *neutral),
        verbs=_cue_table(packs, "verbs"),
        nouns=_cue_table(packs, "nouns"),
        adjectives=_cue_table(packs, "adjectives"),
        phrases=tuple(cue for cues in _cue_table(packs, "phrases").values() for cue in cues),
        polarity=Polarity(
            negations=_words(pack.polarity.negations for pack in packs),
            denying=_words(pack.polarity.denying for pack in packs),
            transparent=_words(pack.polarity.transparent for pack in packs),
            obligation=_words(pack.polarity.obligation for pack in packs),
            volition=_words(pack.polarity.volition for pack in packs),
            possibility=_words(pack.polarity.possibility for pack in packs),
            harm=_words(pack.polarity.harm for pack in packs),
        ),
        conditions=ConditionMarkers(
            certain=_split_longest_first(pack.conditions.certain for pack in packs),
            likely=_split_longest_first(pack.conditions.likely for pack in packs),
            asking=_words(pack.conditions.asking for pack in packs),
            times=_words(pack.conditions.times for pack in packs),
            ahead=_words(pack.conditions.ahead for pack in packs),
        ),
        past_markers=_in_order(pack.time.past for pack in packs),
        article_terms=_weights(pack.gate.article for pack in packs),
        sentence_terms=_weights(pack.gate.sentence for pack in packs),
        parties=tuple(_party(table) for pack in packs for table in pack.parties),
        irregular=MappingProxyType(irregular),
    )


def _cue_table(packs: Iterable[Pack], form: Literal["verbs", "nouns", "adjectives", "phrases"]) -> CueTable:
    """Gather the cues by lemma. A later pack that gives a cue the same stance again sets its weight and class anew."""
    table: dict[str, dict[tuple[Stance, str], Cue]] = {}
    for pack in packs:
        for stance, groups in pack.stances.items():
            for group in groups:
                for text in getattr(group, form):
                    cue = Cue(
                        text=text.lower(),
                        stance=stance,
                        class_=group.class_,
                        weight=group.weight,
                        negated=group.negated,
                        for_itself=group.for_itself,
                        ahead=group.ahead,
                        holder=group.holder,
                    )
                    table.setdefault(cue.text, {})[stance, group.holder] = cue
    return MappingProxyType({text: tuple(cues.values()) for text, cues in table.items()})


def _party(table: PartyTable) -> PartyEntry:
    people = tuple(Person(person.name, person.role, tuple(person.aliases)) for person in table.people)
    return PartyEntry(table.name, table.kind, table.iso3, tuple(table.aliases), tuple(table.offices), people)


def _words(lists: Iterable[Iterable[str]]) -> frozenset[str]:
    return frozenset(word.lower() for words in lists for word in words)


def _weights(lists: Iterable[Iterable[TermGroup]]) -> Mapping[str, float]:
    return MappingProxyType({term: group.weight for groups in lists for group in groups for term in group.terms})


Item = TypeVar("Item")


def _in_order(lists: Iterable[Iterable[Item]]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))


def _split_longest_first(lists: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(term.lower().split()) for term in _in_order(lists)), key=len, reverse=True))
