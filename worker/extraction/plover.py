"""Which event is a position in PLOVER, the vocabulary of political event coding? Stance, issue and cue decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import rtoml

from schemas.codes import Issue, Stance
from schemas.messages import Plover
from worker.extraction.lexicon import Lexicon

HYPOTHETICAL = "hypothetical"
"""The auxiliary mode of an event that has not happened and may not: conditional and undecided positions."""

_CHANGE = "change"
_OPEN = frozenset({Stance.CONDITIONAL, Stance.UNDECIDED})


@dataclass(frozen=True, slots=True)
class _Mapping:
    objects: Mapping[Issue, str]
    accusing: frozenset[str]
    agreeing: frozenset[str]
    threat_words: Lexicon[tuple[int, str]]
    threat_issues: Mapping[Issue, str]
    concession_words: Lexicon[tuple[int, str]]


def plover_event(
    stance: Stance,
    issue: Issue,
    *,
    cue_class: str | None = None,
    words: str = "",
    underlying: Stance | None = None,
    own_conflict: bool = False,
) -> Plover:
    """Return the PLOVER event (and mode) of a position.

    `cue_class` is the kind of the cue read, `words` are those of the position, `underlying` is the stance that a
    conditional or undecided position has apart from its condition (support where it is not told), `own_conflict`
    tells that the party itself fights in the conflict: its call for an end is an offer to agree and no request.
    """
    if stance in _OPEN:
        inner = Stance.SUPPORT if underlying is None or underlying in _OPEN else underlying
        offered = plover_event(inner, issue, cue_class=cue_class, words=words, own_conflict=own_conflict)
        return Plover(event=offered.event, mode=HYPOTHETICAL)
    mapping = _mapping()
    about = mapping.objects.get(issue, _CHANGE)
    if stance is Stance.OPPOSE:
        accuses = cue_class in mapping.accusing
        return Plover(event="ACCUSE") if accuses else Plover(event="REJECT", mode=about)
    if stance is Stance.DEMAND:
        settles = own_conflict and issue in (Issue.CEASEFIRE, Issue.SETTLEMENT)
        return Plover(event="AGREE", mode="settle") if settles else Plover(event="REQUEST", mode=about)
    if stance is Stance.THREATEN:
        mode = _first(mapping.threat_words, words) or mapping.threat_issues.get(issue, "relations")
        return Plover(event="THREATEN", mode=mode)
    if stance is Stance.PROPOSE:
        ground = _first(mapping.concession_words, words)
        return Plover(event="CONCEDE", mode=ground) if ground else Plover(event="AGREE", mode=_agreed(issue))
    return Plover(event="AGREE", mode=_agreed(issue)) if cue_class in mapping.agreeing else Plover(event="SUPPORT")


def _agreed(issue: Issue) -> str:
    return "meet" if issue is Issue.TALKS else "settle" if issue in (Issue.SETTLEMENT, Issue.CEASEFIRE) else "cooperate"


def _first(lexicon: Lexicon[tuple[int, str]], words: str) -> str | None:
    """Return the mode of the first group in the file that a word of which stands in `words`."""
    found = [payload for hit in lexicon.hits(words) for payload in hit.payloads]
    return min(found)[1] if found else None


@cache
def _mapping() -> _Mapping:
    data = rtoml.loads((resources.files("worker") / "domains" / "plover.toml").read_text("utf-8"))
    return _Mapping(
        objects=_by_issue(data["objects"]),
        accusing=frozenset(data["classes"]["accuse"]),
        agreeing=frozenset(data["classes"]["agree"]),
        threat_words=_words(data["threats"]),
        threat_issues=_by_issue(data["threat_issues"]),
        concession_words=_words(data["concessions"]),
    )


def _by_issue(modes: Mapping[str, Iterable[str]]) -> Mapping[Issue, str]:
    return {Issue(issue): mode for mode, issues in modes.items() for issue in issues}


def _words(groups: Iterable[Mapping[str, Any]]) -> Lexicon[tuple[int, str]]:
    entries = ((word, (place, group["mode"])) for place, group in enumerate(groups) for word in group["words"])
    return Lexicon(entries)
