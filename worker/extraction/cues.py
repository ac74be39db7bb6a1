"""Which stance cue stands on a token, and what negates or colours it? Looks a parsed token up in the domain pack."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.tokens import Token

from schemas.codes import Stance
from worker.extraction.clauses import subject_of
from worker.extraction.domain import Cue, Domain
from worker.extraction.position import CharSpan

_PARTICLE_RELATIONS = frozenset({"prt", "prep", "advmod", "advcl", "acomp", "dative"})
_OWNERS = frozenset({"poss", "amod", "compound"})


@dataclass(frozen=True, slots=True)
class Modality:
    """What the auxiliaries of a verb say."""

    obligation: bool
    future: bool
    possibility: bool


@dataclass(frozen=True, slots=True)
class CueHit:
    """A cue on a token.

    `wish_for_itself` tells that a desire has no other party in it ("wants to join"), `ahead` that it is still to come.
    """

    cue: Cue
    span: CharSpan
    wish_for_itself: bool = False
    ahead: bool = False

    def stance(self, *, negated: bool) -> Stance | None:
        """Return the stance that the cue tells here, None for no stance."""
        if negated:
            return self.cue.negated
        if self.wish_for_itself and self.cue.for_itself is not None:
            return self.cue.for_itself
        if self.ahead and self.cue.ahead is not None:
            return self.cue.ahead
        return self.cue.stance


class CueReader:
    """Looks tokens up in one domain."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self._polarity = domain.polarity

    def verb(self, token: Token, *, holder: Literal["subject", "object"] = "subject") -> list[CueHit]:
        """Return the cues on a verb, the longest form of it: "call for" before "call"."""
        if token.pos_ not in ("VERB", "AUX") and token.tag_[:2] != "VB":
            return []
        lemma = token.lemma_.lower()
        following = (
            [token.nbor()] if token.i + 1 < len(token.doc) else []
        )  # "calls for them to go": "for" hangs on "go"
        for particle in (*token.children, *following):
            if particle.i > token.i and (particle.dep_ in _PARTICLE_RELATIONS or particle in following):
                cues = self._held(self.domain.verbs.get(f"{lemma} {particle.lower_}", ()), holder)
                if cues:
                    span = (token.idx, particle.idx + len(particle))
                    return self._hits(cues, span, token)
        span = (token.idx, token.idx + len(token))
        return self._hits(self._held(self.domain.verbs.get(lemma, ()), holder), span, token)

    def noun(self, token: Token) -> list[CueHit]:
        """Return the cues on a noun."""
        if token.pos_ not in ("NOUN", "PROPN"):
            return []
        return [CueHit(cue, _span(token)) for cue in self.domain.nouns.get(token.lemma_.lower(), ())]

    def adjective(self, token: Token) -> list[CueHit]:
        """Return the cues on an adjective or on a participle that serves as one ("is committed")."""
        if token.pos_ not in ("ADJ", "VERB", "ADV") or token.tag_ in ("VBZ", "VBP", "VB"):
            return []
        return [CueHit(cue, _span(token)) for cue in self.domain.adjectives.get(token.lower_, ())]

    def modality(self, verb: Token) -> Modality:
        """Tell what a verb's auxiliaries say, and what "have to" or "need to" above it does."""
        auxiliaries = {child.lower_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
        above = verb.head
        obliged = (
            verb.dep_ == "xcomp" and above.lemma_ in ("have", "need") and above.lemma_ in self._polarity.obligation
        )
        polarity = self._polarity
        return Modality(
            obligation=obliged or bool(auxiliaries & (polarity.obligation - {"have"})),
            future=bool(auxiliaries & polarity.volition) or (verb.dep_ == "xcomp" and above.lower_ == "going"),
            possibility=bool(auxiliaries & polarity.possibility),
        )

    def negates(self, token: Token) -> bool:
        """Tell whether an odd number of negations stands on a token: "not", "never", a subject or object with "no"."""
        count = sum(child.lower_ in self._polarity.negations for child in token.children if child.dep_ != "prep")
        for child in token.children:
            if child.dep_ in ("nsubj", "nsubjpass", "dobj", "attr"):
                count += any(leaf.lower_ in ("no", "neither") for leaf in child.children if leaf.dep_ in ("det", "neg"))
                count += child.lower_ in ("nobody", "nothing", "none") and child.dep_ != "attr"
        return count % 2 == 1

    def is_denying(self, token: Token) -> bool:
        """Tell whether a token denies its complement: "refuse", "unwilling"."""
        return token.lemma_.lower() in self._polarity.denying

    def is_transparent(self, token: Token) -> bool:
        """Tell whether a token passes its complement on: "say", "be"."""
        return token.lemma_.lower() in self._polarity.transparent

    def is_harm(self, verb: Token) -> bool:
        """Tell whether a verb does somebody harm when it is held out: "retaliate", "walk away"."""
        lemma = verb.lemma_.lower()
        return lemma in self._polarity.harm or any(
            f"{lemma} {child.lower_}" in self._polarity.harm for child in verb.children
        )

    def is_unowned(self, noun: Token) -> bool:
        """Tell whether nobody but the subject can own a noun: no "Iran's", no "by Iran" beside it."""
        return not any(
            (child.dep_ in _OWNERS and child.pos_ == "PROPN")
            or (child.dep_ == "prep" and child.lower_ in ("by", "from"))
            for child in noun.children
        )

    def _hits(self, cues: Sequence[Cue], span: CharSpan, verb: Token) -> list[CueHit]:
        if not cues:
            return []
        for_itself, ahead = self._for_itself(verb), self.modality(verb).future
        return [CueHit(cue, span, for_itself, ahead) for cue in cues]

    @staticmethod
    def _held(cues: Sequence[Cue], holder: str) -> list[Cue]:
        return [cue for cue in cues if cue.holder == holder]

    @staticmethod
    def _for_itself(verb: Token) -> bool:
        complements = [child for child in verb.children if child.dep_ in ("xcomp", "ccomp")]
        return bool(complements) and all(subject_of(complement) is None for complement in complements)


def _span(token: Token) -> CharSpan:
    return token.idx, token.idx + len(token)
