"""Whose position does a speaker tell, his own or another's? Of "Macron said Ukraine is ready" Ukraine's.

Where a reported clause has another party for its subject and a cue of that party's own mind for its predicate ("is
ready", "refuses"), and the heads think that party the likelier one, it is no position of the teller's. With an
obligation ("said Ukraine must") it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from spacy.tokens import Token

from schemas.codes import Stance
from worker.extraction.clauses import subject_of
from worker.extraction.cues import CueReader
from worker.extraction.domain import Domain
from worker.extraction.encoder import CandidateLabels

_LEFT = 0.25
"""What is left of the probability that the teller has a position."""

_OF_THE_WILL = frozenset(Stance) - {Stance.DEMAND, Stance.THREATEN}
_IN_THE_PREDICATE = frozenset({"acomp", "attr", "prep", "advmod"})


def without_tellers(
    candidates: Sequence[CandidateLabels], mentions: Mapping[int, Sequence[Token]], *, domain: Domain
) -> list[CandidateLabels]:
    """Lower the presence of candidates that only tell the position of a likelier one.

    Args:
        candidates: those of one sentence.
        mentions: by party number, the roots of its mentions in the sentence.
        domain: the pack whose cues tell what is of a party's own mind.
    """
    party_of = {token.i: party for party, tokens in mentions.items() for token in tokens}
    present = {c.party: c.present for c in candidates}
    tellers = {
        teller
        for teller, subject in _told(mentions, party_of, CueReader(domain))
        if present.get(subject, 0.0) >= present.get(teller, 1.0)
    }
    return [replace(c, present=c.present * _LEFT) if c.party in tellers else c for c in candidates]


def _told(
    mentions: Mapping[int, Sequence[Token]], party_of: Mapping[int, int], cues: CueReader
) -> Iterator[tuple[int, int]]:
    """Yield (teller, party that it tells of)."""
    for teller, tokens in mentions.items():
        for token in tokens:
            clauses = token.head.children if token.dep_ == "nsubj" else ()
            for clause in clauses:
                subject = subject_of(clause) if clause.dep_ == "ccomp" else None
                party = party_of.get(subject.i) if subject is not None else None
                if party is not None and party != teller and _is_of_the_will(clause, cues):
                    yield teller, party


def _is_of_the_will(clause: Token, cues: CueReader) -> bool:
    if cues.modality(clause).obligation:
        return False
    words = (clause, *(child for child in clause.children if child.dep_ in _IN_THE_PREDICATE))
    hits = (hit for word in words for hit in (*cues.adjective(word), *cues.verb(word)))
    return any(hit.cue.stance in _OF_THE_WILL for hit in hits)
