"""Who could hold a position in each sentence? Sentences, resolved mentions and speakers of a whole article."""

from collections.abc import Sequence

from worker.extraction.coreference import VoicedSentence, resolve_voices
from worker.extraction.gazetteer import Gazetteer
from worker.extraction.parties import resolve_parties
from worker.extraction.position import CharSpan, Mention
from worker.extraction.quotations import find_quotations


def read_voices(
    text: str, sentences: Sequence[CharSpan], *, gazetteer: Gazetteer, year: int | None
) -> list[VoicedSentence]:
    """Find the mentions and speakers of every sentence of an article."""
    mentions = resolve_parties(text, sentences, gazetteer=gazetteer, year=year)
    return resolve_voices(text, sentences, mentions, find_quotations(text))


def with_carried(voice: VoicedSentence, start: int) -> tuple[Mention, ...]:
    """The mentions of a sentence, led by a zero-width `carried` one where its speaker is named only outside it."""
    carried = [m for m in voice.carried if m.party is not None]
    return (*(Mention(start, start, "carried", m.party, m.speaker) for m in carried), *voice.mentions)
