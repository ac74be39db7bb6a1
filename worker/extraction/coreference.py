"""Who is "he", "they", "we", and who speaks in a quotation that goes on? The last fitting mention before it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from worker.extraction.closed_classes import closed_classes
from worker.extraction.position import CharSpan, Mention, PartyName
from worker.extraction.quotations import Quotation
from worker.extraction.tokens import tokenize

_PARTIES_WANTED = 5
"""Candidates that a sentence is filled up to with parties from before: the more parties it mentions itself, the less
often it is about another one. The other parties of a person who speaks come on top."""

_CARRIED_AT_LEAST = 2
"""Parties from before that a sentence is given, however many it mentions."""

_SENTENCES_BACK = 6
"""Sentences whose parties the next one may go on about."""

_NAMED_SIDES = frozenset({"party", "office", "person", "carried"})
"""Kinds of mention whose party is carried on: an adjective alone carries nobody."""

_TAG_WINDOW = 4
"""Words that may stand between a speaker and the speech verb; beyond that the first mention wins."""


@dataclass(slots=True)
class _Focus:
    """Whom a pronoun would mean now."""

    person: Mention | None = None
    group: Mention | None = None
    speaker: Mention | None = None
    speaker_sentence: int = -10
    named: list[list[Mention]] = field(default_factory=list)
    """The mentions that name a side in the last sentences, the latest sentence first."""

    hats: dict[str, list[Mention]] = field(default_factory=dict)
    """By a person's name, the other parties that he or she may speak for."""

    def hats_of(self, voicing: Sequence[Mention]) -> list[Mention]:
        """The other parties of those who speak or are meant by a pronoun."""
        return [hat for m in voicing if m.speaker is not None for hat in self.hats.get(m.speaker.name, ())]

    def recent(self) -> tuple[Mention | None, ...]:
        """Those whom the next sentence may go on about, the likeliest first."""
        return self.speaker, self.person, self.group, *chain.from_iterable(self.named)


@dataclass(frozen=True, slots=True)
class VoicedSentence:
    """The mentions of one sentence with pronouns resolved, and who speaks in it.

    `speaker` is the mention whose words the sentence reports, in it or before it; `quoted` the share of the sentence's
    characters inside quotation marks; `carried` are mentions from before whose party the sentence may go on about: its
    speaker where that one is named only outside it, and those last in focus.
    """

    mentions: tuple[Mention, ...]
    speaker: Mention | None
    quoted: float
    carried: tuple[Mention, ...]


def resolve_voices(
    text: str, sentences: Sequence[CharSpan], mentions: Sequence[Sequence[Mention]], quotations: Sequence[Quotation]
) -> list[VoicedSentence]:
    """Resolve pronouns and running quotations over the article, sentence by sentence.

    Args:
        text: the cleaned text.
        sentences: its sentences.
        mentions: for each sentence its mentions, pronouns unresolved (`party` None).
        quotations: the outermost quotations of the text.

    Returns:
        One item a sentence. Pronouns that nothing fits are left out.
    """
    outer = [q for q in quotations if q.depth == 0]
    focus = _Focus()
    tags = [_tagged_speaker(text, span, found, outer) for span, found in zip(sentences, mentions, strict=True)]
    voices: list[VoicedSentence] = []
    for index, (span, found) in enumerate(zip(sentences, mentions, strict=True)):
        quoted = _quoted_share(span, outer)
        speaker = tags[index]
        pending = speaker is not None and speaker.kind == "pronoun"
        carried = speaker is None and quoted > 0.5
        if carried:
            speaker = _speaker_of_floating(text, sentences, index, tags, focus)
        resolved: list[Mention] = []
        for mention in found:
            inside = _inside(mention.start, outer)
            known: Mention | None = mention
            if mention.kind == "pronoun":
                before = [m for m in resolved if inside or not _inside(m.start, outer)]
                known = _antecedent(text, mention, before, focus, speaker if inside and not pending else None)
            if known is None:
                continue
            resolved.append(known)
            if pending and speaker is not None and known.start == speaker.start:
                speaker, pending = known, False
        if pending:
            speaker = None
        present = {m.party for m in resolved}
        voicing = [m for m in (speaker, *resolved) if m is not None and (m is speaker or m.kind == "pronoun")]
        hats = focus.hats_of(voicing)
        continued = _first_of_each_party(
            [
                m
                for m in (speaker if carried else None, *hats, *focus.recent())
                if m is not None and m.party is not None and (m.party not in present or m is speaker)
            ]
        )
        room = max(_CARRIED_AT_LEAST, _PARTIES_WANTED - len(present))
        most = room + sum(any(m is hat for hat in hats) for m in continued[:room])
        voices.append(
            VoicedSentence(
                tuple(resolved),
                speaker,
                quoted,
                continued[:most],
            )
        )
        _update(focus, resolved, speaker, index, outer)
        if index + 1 < len(sentences) and "\n" in text[span[1] : sentences[index + 1][0]] and speaker is None:
            focus.speaker = None if index - focus.speaker_sentence > 1 else focus.speaker
    return voices


def _first_of_each_party(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    first: dict[PartyName | None, Mention] = {}
    for mention in mentions:
        first.setdefault(mention.party, mention)
    return tuple(first.values())


def _antecedent(
    text: str, pronoun: Mention, before: Sequence[Mention], focus: _Focus, speaker: Mention | None
) -> Mention | None:
    word = text[pronoun.start : pronoun.end].casefold()
    if word in {"i", "we"}:
        source = speaker
    elif word in {"he", "she"}:
        source = (
            next(
                (m for m in before if m.speaker is not None and m.kind in {"person", "office"} and m.party is not None),
                None,
            )
            or focus.person
        )
    else:
        same = next((m for m in before if m.kind in {"party", "office"} and m.party is not None), None)
        source = same or focus.group
    if source is None or source.party is None:
        return None
    return replace(pronoun, party=source.party, speaker=source.speaker)


def _update(
    focus: _Focus, resolved: Sequence[Mention], speaker: Mention | None, index: int, outer: Sequence[Quotation]
) -> None:
    for hat in resolved:
        if hat.kind == "carried" and hat.speaker is not None:
            known = focus.hats.setdefault(hat.speaker.name, [])
            if all(hat.party != other.party for other in known):
                known.append(hat)
    named = [replace(m, speaker=None) for m in resolved if m.kind in _NAMED_SIDES and m.party is not None]
    focus.named = [named, *focus.named][:_SENTENCES_BACK]
    narrated = [m for m in resolved if not _inside(m.start, outer)]
    persons = [m for m in narrated if m.speaker is not None and m.kind in {"person", "pronoun", "office"}]
    if speaker is not None and speaker.speaker is not None:
        focus.person = speaker
    elif persons:
        focus.person = persons[0]
    groups = [m for m in narrated if m.kind in {"party", "office", "demonym"} and m.party is not None]
    if groups:
        focus.group = groups[0]
    if speaker is not None:
        focus.speaker, focus.speaker_sentence = speaker, index


def _speaker_of_floating(
    text: str, sentences: Sequence[CharSpan], index: int, tags: Sequence[Mention | None], focus: _Focus
) -> Mention | None:
    """The speaker of a quoted sentence without a tag: the tag further on in the paragraph, else the last speaker."""
    end = sentences[index][1]
    start = sentences[index][0]
    opens_paragraph = start == 0 or text[start - 1] == "\n"
    if opens_paragraph or focus.speaker is None:
        following = index + 1
        while following < len(sentences) and "\n" not in text[end : sentences[following][0]]:
            tag = tags[following]
            if tag is not None and tag.kind != "pronoun":
                return tag
            following += 1
    return focus.speaker if index - focus.speaker_sentence <= 4 else None


def _tagged_speaker(
    text: str, span: CharSpan, mentions: Sequence[Mention], outer: Sequence[Quotation]
) -> Mention | None:
    """The mention that stands as the subject of a speech verb outside quotation marks, the first in the sentence."""
    outside = [
        m
        for m in mentions
        if not _inside(m.start, outer) and m.kind != "demonym" and not (m.kind == "carried" and m.speaker is not None)
    ]
    if not outside:
        return None
    if (before_colon := _colon_speaker(text, span, outside)) is not None:
        return before_colon
    verbs = closed_classes().speech_verbs
    tokens = [t for t in tokenize(text, span) if not _inside(t.start, outer)]
    starts = [t.start for t in tokens]
    for position, token in enumerate(tokens):
        if token.lower not in verbs:
            continue
        for mention in outside:
            last = bisect_right(starts, mention.end - 1) - 1
            first = bisect_right(starts, mention.start) - 1
            before, after = position - last, first - position
            if 0 < before <= _TAG_WINDOW or (
                0 < after <= 2
                and (
                    position == 0
                    or tokens[position - 1].text in {",", "”", '"'}
                    or text[token.start - 2 : token.start - 1] in {'"', "”", "’", "'", ","}
                )
            ):
                return mention
        if token.lower in {"said", "says", "told", "added"}:
            earlier = [
                m for m in outside if m.end <= token.start and m.kind in {"person", "office", "party", "pronoun"}
            ]
            if earlier:
                return earlier[0]
    return None


def _colon_speaker(text: str, span: CharSpan, mentions: Sequence[Mention]) -> Mention | None:
    """Who speaks in a headline's short form: "Kremlin: talks are on", "No talks before a truce: Kremlin"."""
    start, end = span
    for mention in mentions:
        opens = not text[start : mention.start].strip().removesuffix("The") and mention.start < mention.end
        if opens and text[mention.end : mention.end + 2] == ": ":
            return mention
        closes = text[mention.end : end].strip(" .") == "" and mention.start < mention.end
        if closes and text[start : mention.start].endswith((": ", " - ", " – ")):
            return mention
    return None


def _inside(position: int, outer: Sequence[Quotation]) -> bool:
    at = bisect_right(outer, position, key=lambda q: q.start) - 1
    return at >= 0 and outer[at].start <= position < outer[at].end


def _quoted_share(span: CharSpan, outer: Sequence[Quotation]) -> float:
    start, end = span
    at = max(0, bisect_right(outer, start, key=lambda q: q.start) - 1)
    covered = 0
    while at < len(outer) and outer[at].start < end:
        covered += max(0, min(end, outer[at].end) - max(start, outer[at].start))
        at += 1
    return covered / max(1, end - start)
