"""Whom pronouns mean and who speaks in a running quotation."""

import pytest

from worker.extraction.coreference import VoicedSentence
from worker.extraction.gazetteer import load_gazetteer
from worker.extraction.sentences import split_sentences
from worker.extraction.voices import read_voices, with_carried


def voices(text: str) -> list[VoicedSentence]:
    return read_voices(text, split_sentences(text), gazetteer=load_gazetteer(), year=2024)


def speaker(voice: VoicedSentence) -> str | None:
    return voice.speaker.speaker.name if voice.speaker and voice.speaker.speaker else None


def proposed(text: str) -> list[set[str]]:
    spans = split_sentences(text)
    return [
        {m.party.name for m in with_carried(v, s) if m.party} for v, (s, _) in zip(voices(text), spans, strict=True)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Brazilian minister Ana Prado said the offer was too low.",
        "“The offer is too low,” said Brazilian minister Ana Prado.",
        "“The offer is too low,” Brazilian minister Ana Prado told reporters.",
        "Brazilian minister Ana Prado spoke at noon.\n“The offer is too low,” she said.",
    ],
)
def test_finds_who_speaks(text: str) -> None:
    assert speaker(voices(text)[-1]) == "Ana Prado"


def test_a_quotation_that_goes_on_keeps_its_speaker() -> None:
    text = "“We will not sign,” Brazilian minister Ana Prado said. “The offer is too low.”"

    assert speaker(voices(text)[1]) == "Ana Prado"
    assert "Brazil" in proposed(text)[1]


def test_we_in_a_quotation_is_the_side_of_its_speaker() -> None:
    text = "Brazilian minister Ana Prado said: “We want more time from Chile.”"

    assert proposed(text)[0] == {"Brazil", "Chile"}


def test_he_is_not_somebody_named_only_inside_the_quotation() -> None:
    text = "Kenyan envoy Tom Oduya arrived.\n“With Mr Lavrov there this cannot end,” he said."

    assert speaker(voices(text)[1]) == "Tom Oduya"


def test_a_party_in_focus_is_proposed_for_the_next_sentence() -> None:
    assert "Peru" in proposed("Peru opened the talks. More boats must be let in.")[1]


def test_every_mentioned_party_is_proposed() -> None:
    assert proposed("Peru, Chile and the EU met.")[0] == {"Peru", "Chile", "European Union"}


def test_a_sentence_of_many_parties_is_given_fewer_from_before() -> None:
    before = "Peru, Chile, Ghana, Togo and Benin met. "
    few = proposed(before + "More boats must be let in.")[1]
    many = proposed(before + "Kenya, Norway, Iceland and Fiji signed.")[1]

    assert len(few) == 5
    assert len(many) == 6


def test_the_other_parties_of_a_speaker_come_beside_those_in_focus() -> None:
    text = (
        "Peru, Chile, Ghana, Togo and Benin met. Republican Senator Ada Thornquist objected. “It is too low,” she said."
    )

    assert {"US Republicans", "US Congress", "US senators", "Peru"} <= proposed(text)[2]
