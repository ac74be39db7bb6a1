"""How does a party stand? Reads the cues on the predicates that its mention governs, with negation and modality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Span, Token

from schemas.codes import Stance
from worker.extraction.clauses import (
    Governed,
    clause_tokens,
    governed_predicates,
    is_imperative,
    is_passive,
    is_personal,
    subject_of,
)
from worker.extraction.cues import CueHit, CueReader, Modality
from worker.extraction.domain import Domain
from worker.extraction.position import CharSpan

# How much a clause counts beside the predicate it hangs on.
_UNDER_NEUTRAL = 0.9  # "said it would ...": the content is the point
_UNDER_CUE = 0.35  # "urged them to stop ...": the cue is
_COORDINATED = 0.9
_LOOSE = 0.7  # participles and relative clauses: "..., rejecting the plan"
_OTHERS_ASSENT = 0.3
_OTHERS_WORDS = 0.5  # what somebody else does, told by the holder
_BARE = 0.2  # any cue of the sentence, where neither leads to one
_WITHOUT_HOLDER = 0.5  # the whole sentence, where the mention governs nothing that tells

# Weights of what modality tells where no cue stands on the predicate.
_OBLIGED = 2.5
_WILL = 1.0
_WILL_NOT = 2.0
_HARM = 3.0
_IMPERATIVE = 2.0
_PHRASE = 0.8


@dataclass(frozen=True, slots=True)
class StanceReading:
    """One cue as it was read: the stance it tells for the holder here, how strongly, and on which characters."""

    stance: Stance
    weight: float
    class_: str
    cue: CharSpan
    predicate: int
    """Index in the Doc of the token that the cue stands on."""
    negated: bool
    depth: int
    """How many clauses below the predicate that the holder governs."""


@dataclass(frozen=True, slots=True)
class _View:
    """How a predicate is looked at: whether the holder acts in it, what was denied above, how much it still counts."""

    own: bool
    denied: bool = False
    share: float = 1.0
    depth: int = 0

    def below(self, *, own: bool, share: float, denied: bool = False) -> "_View":
        return _View(own, self.denied ^ denied, self.share * share, self.depth + 1)


def score_stances(sentence: Span, holders: Sequence[Token] = (), *, domain: Domain) -> dict[Stance, float]:
    """Return how much speaks for each stance of the party that `holders` mention, the most likely first.

    Without holders the whole sentence is taken as the party's own words (a quotation whose tag stands elsewhere).
    Conditions are found apart (`worker.extraction.conditions`).
    """
    scores: dict[Stance, float] = {}
    for reading in read_stances(sentence, holders, domain=domain):
        scores[reading.stance] = scores.get(reading.stance, 0.0) + reading.weight
    return dict(sorted(scores.items(), key=lambda item: (-item[1], list(Stance).index(item[0]))))


def decide_stance(scores: Mapping[Stance, float], *, conditional: bool) -> Stance | None:
    """Return the stance that the scores tell, where `conditional` says that a condition holds the position back.

    A threat and a demand stay what they are, everything else that hangs on a condition is conditional.
    """
    best = max(scores, key=lambda stance: scores[stance], default=None)
    if conditional and best not in (Stance.THREATEN, Stance.DEMAND):
        return Stance.CONDITIONAL
    return best


def read_stances(sentence: Span, holders: Sequence[Token] = (), *, domain: Domain) -> list[StanceReading]:
    """Return the cues that tell a stance of the party that `holders` mention, the strongest first."""
    reader = CueReader(domain)
    governed = [governed for holder in holders for governed in governed_predicates(holder)]
    walk = _Walk(sentence, reader, holders, governed)
    for part in governed:
        walk.governed(part)
    walk.phrases()
    if not walk.readings:
        share = _WITHOUT_HOLDER if holders else 1.0
        walk = _Walk(sentence, reader, holders, governed)
        first, last = sentence.start, sentence.end
        for root in (token for token in sentence if token.head == token or not first <= token.head.i < last):
            walk.content(root, _View(own=False, share=share, depth=1))
        walk.phrases()
    if not walk.readings:
        walk.bare_cues(share=_BARE)
    return sorted(walk.readings, key=lambda reading: (-reading.weight, reading.cue))


class _Walk:
    """One walk down from what a mention governs, collecting readings; each predicate is read once."""

    def __init__(
        self, sentence: Span, reader: CueReader, holders: Sequence[Token], governed: Sequence[Governed]
    ) -> None:
        self._holders = {holder.i for holder in holders}
        self.sentence = sentence
        self._acted = {part.predicate.i for part in governed if part.part in ("agent", "by")}
        self._acted_by = {part.predicate.i for part in governed if part.part == "by"}
        self.reader = reader
        self.readings: list[StanceReading] = []
        self._seen: set[int] = set()
        self._clauses: dict[int, _View] = {}

    def governed(self, governed: Governed) -> None:
        """Read what a mention governs."""
        token = governed.predicate
        if governed.part in ("agent", "by"):
            self.predicate(token, _View(own=True))
        elif governed.part == "owner" and token.i not in self._holders:
            self._emit_all(self.reader.noun(token), token, _View(own=True), self.reader.negates(token))
        elif governed.part == "patient":
            self._patient(token)

    def predicate(self, verb: Token, view: _View) -> None:
        """Read a verb or predicative adjective, then what hangs on it."""
        if verb.i in self._seen or not self.sentence.start <= verb.i < self.sentence.end:
            return
        self._seen.add(verb.i)
        for token in clause_tokens(verb):
            self._clauses.setdefault(token.i, view)
        modality = self.reader.modality(verb)
        negated = view.denied ^ self.reader.negates(verb)
        passive = is_passive(verb)
        hits = [] if passive and view.own and verb.i not in self._acted_by else self.reader.verb(verb)
        if hits and self._denied_by(verb):
            hits = []
        emitted = (
            self._emit_all(hits, verb, view, negated) if view.own else self._emit_others(hits, verb, view, negated)
        )
        if not emitted or not view.own:
            self._modal(verb, view, modality, negated)
        elif modality.future and self.reader.is_harm(verb):
            self._emit(Stance.THREATEN, _HARM / 2, "harm", verb, view, negated)
        if passive:
            emitted |= self._emit_all(self.reader.adjective(verb), verb, view, negated)
        self._hanging(verb, view, negated=negated, emitted=emitted)

    def content(self, verb: Token, view: _View) -> None:
        """Read a clause that is somebody's words: a personal subject means the speaker's own side."""
        if is_imperative(verb):
            self._emit(Stance.DEMAND, _IMPERATIVE, "imperative", verb, view, self.reader.negates(verb))
        subject = subject_of(verb)
        own = verb.i in self._acted or (view.own if subject is None else is_personal(subject))
        self.predicate(verb, _View(own, view.denied, view.share, view.depth))

    def phrases(self) -> None:
        """Read the literal cues that stand in the clauses walked so far."""
        offset = self.sentence.start_char
        for hit in self.reader.domain.phrase_lexicon.hits(self.sentence.text):
            span = self.sentence.doc.char_span(offset + hit.start, offset + hit.end, alignment_mode="expand")
            view = self._clauses.get(span.start) if span is not None else None
            if span is not None and view is not None:
                where = (offset + hit.start, offset + hit.end)
                for cue in hit.payloads:
                    weight = cue.weight * _PHRASE * view.share
                    self._add(StanceReading(cue.stance, weight, cue.class_, where, span.start, False, view.depth))

    def bare_cues(self, *, share: float) -> None:
        """Read every cue of the sentence, whoever's it is: the last resort where the parse leads nowhere."""
        for token in self.sentence:
            hits = self.reader.verb(token) + self.reader.noun(token) + self.reader.adjective(token)
            self._emit_all(hits, token, _View(own=False, share=share, depth=9), self.reader.negates(token))

    def _patient(self, verb: Token) -> None:
        """Read a verb that the mention is acted upon by: what it feels, what it is said or expected to do."""
        self._emit_all(self.reader.verb(verb, holder="object"), verb, _View(own=True), self.reader.negates(verb))
        if is_passive(verb):
            view = _View(own=True)
            negated = self.reader.negates(verb)
            emitted = self._emit_all(self.reader.adjective(verb), verb, view, negated)
            if emitted or self.reader.is_transparent(verb):
                self._hanging(verb, view, negated=negated, emitted=emitted)

    def _hanging(self, verb: Token, view: _View, *, negated: bool, emitted: bool) -> None:
        """Read what hangs on a predicate: complements, coordinated verbs, adjectives, nouns ("voiced support")."""
        share = _UNDER_CUE if emitted and not self.reader.is_transparent(verb) else _UNDER_NEUTRAL
        denying = self.reader.is_denying(verb) or self.reader.negates(verb)
        for child in verb.children:
            relation = child.dep_
            if relation in ("ccomp", "parataxis"):
                self.content(child, view.below(own=True, share=share, denied=denying))
            elif relation == "xcomp":
                own = view.own and subject_of(child) is None
                self.predicate(child, view.below(own=own, share=share, denied=denying))
            elif relation == "conj" and child.pos_ in ("VERB", "AUX", "ADJ") and subject_of(child) is None:
                self.predicate(child, _View(view.own, view.denied, view.share * _COORDINATED, view.depth))
            elif relation == "advcl" and child.tag_ == "VBG" and subject_of(child) is None:
                self.predicate(child, view.below(own=view.own, share=_LOOSE))
            elif relation in ("acomp", "oprd", "attr", "dobj", "prep"):
                self._predicative(child, view, negated=negated, emitted=emitted)

    def _predicative(self, token: Token, view: _View, *, negated: bool, emitted: bool) -> None:
        """Read an adjective or noun that completes a verb: "is ready", "voiced opposition", "is in favour"."""
        if token.dep_ == "prep":
            for child in token.children:
                if child.dep_ in ("pobj", "pcomp") and not emitted:
                    self._predicative(child, view, negated=negated, emitted=emitted)
            return
        hits = self.reader.adjective(token)
        if not emitted and view.own and self.reader.is_unowned(token):
            hits += self.reader.noun(token)
        denied = negated ^ self.reader.negates(token)
        found = self._emit_all(hits, token, view, denied)
        denying = self.reader.is_denying(token)
        for child in token.children:
            if child.dep_ in ("xcomp", "ccomp", "acl", "pcomp") and (found or token.dep_ in ("acomp", "oprd")):
                share = _UNDER_CUE if found else _UNDER_NEUTRAL
                self.content(child, view.below(own=view.own, share=share, denied=denying ^ denied))
            elif child.dep_ == "conj":
                self._predicative(child, view, negated=negated, emitted=emitted)

    def _modal(self, verb: Token, view: _View, modality: Modality, negated: bool) -> None:
        """Read what the modal verbs tell where the predicate itself is no cue."""
        if modality.obligation and not view.own:
            self._emit(Stance.DEMAND, _OBLIGED, "obligation", verb, view, negated)
        elif modality.future and negated:
            self._emit(Stance.OPPOSE, _WILL_NOT if view.own else _WILL, "will_not", verb, view, negated)
        elif (modality.future or modality.possibility) and self.reader.is_harm(verb):
            self._emit(Stance.THREATEN, _HARM, "harm", verb, view, negated)
        elif modality.possibility and negated:
            self._emit(Stance.OPPOSE, _WILL, "cannot", verb, view, negated)
        elif modality.future and view.own:
            self._emit(Stance.PROPOSE, _WILL, "intention", verb, view, negated)

    def _denied_by(self, verb: Token) -> bool:
        """Tell whether a denying verb has a complement that decides: "refused to rule out" is not a refusal."""
        if not self.reader.is_denying(verb):
            return False
        complements = (child for child in verb.children if child.dep_ in ("xcomp", "ccomp"))
        return any(
            hit.cue.stance in (Stance.OPPOSE, Stance.THREATEN) and hit.cue.negated is not None
            for complement in complements
            for hit in self.reader.verb(complement)
        )

    def _emit_others(self, hits: Sequence[CueHit], verb: Token, view: _View, negated: bool) -> bool:
        """Read what others do, as the holder tells it: that they refuse or breach something is a reproach."""
        found = False
        for hit in hits:
            stance = hit.stance(negated=negated)
            if stance in (Stance.OPPOSE, Stance.THREATEN):
                self._emit(Stance.OPPOSE, hit.cue.weight * _OTHERS_WORDS, "accusation", verb, view, negated)
                found = True
            elif stance is Stance.SUPPORT:
                self._emit(Stance.SUPPORT, hit.cue.weight * _OTHERS_ASSENT, "expectation", verb, view, negated)
        return found

    def _emit_all(self, hits: Sequence[CueHit], token: Token, view: _View, negated: bool) -> bool:
        found = False
        for hit in hits:
            stance = hit.stance(negated=negated)
            if stance is not None:
                self._emit(stance, hit.cue.weight, hit.cue.class_, token, view, negated, where=hit.span)
                found = True
        return found

    def _emit(
        self,
        stance: Stance,
        weight: float,
        class_: str,
        token: Token,
        view: _View,
        negated: bool,
        *,
        where: CharSpan | None = None,
    ) -> None:
        span = where or (token.idx, token.idx + len(token))
        self._add(StanceReading(stance, weight * view.share, class_, span, token.i, negated, view.depth))

    def _add(self, reading: StanceReading) -> None:
        if not any((r.stance, r.cue) == (reading.stance, reading.cue) for r in self.readings):
            self.readings.append(reading)
