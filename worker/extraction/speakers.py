"""By whose mouth? The speaker of a position, from the voices of its sentence."""

from schemas.codes import Attribution
from worker.extraction.coreference import VoicedSentence
from worker.extraction.position import PartyName, SpeakerName


def voice_of(voice: VoicedSentence, party: PartyName, attribution: Attribution) -> SpeakerName | None:
    """Return who voices a position of `party` in the sentence.

    The reported speaker goes first where there is one and the position is not narrated; else whoever of the party's
    own people or organs the sentence names.
    """
    tagged = voice.speaker.speaker if voice.speaker is not None else None
    own = next(
        (m.speaker for m in (*voice.mentions, *voice.carried) if m.party == party and m.speaker is not None), None
    )
    if attribution is Attribution.NARRATED:
        return own
    if attribution is Attribution.THIRD_PARTY:
        return tagged or own
    if tagged is not None and tagged.side == party:
        return tagged
    return own or tagged
