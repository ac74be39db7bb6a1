"""How the encoder sees an article."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from worker.extraction.encoder import SHIPPED_HEADS
from worker.extraction.encoding import _FIRST_TAG as FIRST_TAG
from worker.extraction.encoding import (
    KIND_TOKENS,
    SLOTS,
    TOKEN_LIMIT,
    Packing,
    PartyMention,
    SentenceTokens,
    load_tokenizer,
    pack,
    tokenize,
)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_tokenizer(SHIPPED_HEADS / "tokenizer.json")


def encode(tokenizer: Tokenizer, text: str, names: dict[str, str]) -> list[SentenceTokens]:
    """Tokenize a text with one sentence a line; `names` gives each name's kind of mention, one party a name."""
    sentences, at = [], 0
    for line in text.split("\n"):
        sentences.append((at, at + len(line)))
        at += len(line) + 1
    mentions = []
    for party, (name, kind) in enumerate(names.items()):
        start = text.find(name)
        while start >= 0:
            mentions.append(PartyMention(start, start + len(name), party, kind))
            start = text.find(name, start + 1)
    return tokenize(tokenizer, text, sentences, mentions)


def words(tokenizer: Tokenizer, tokens: SentenceTokens) -> list[str]:
    return [f"<{p}>" if p >= 0 else tokenizer.id_to_token(i) for i, p in zip(tokens.ids, tokens.party, strict=True)]


def test_a_party_is_replaced_by_its_tag(tokenizer: Tokenizer) -> None:
    [sentence] = encode(
        tokenizer, "Freedonia rejects the offer of Sylvania.", {"Freedonia": "party", "Sylvania": "party"}
    )
    assert words(tokenizer, sentence)[1:] == ["<0>", "rejects", "the", "offer", "of", "<1>", "."]


def test_a_person_is_named_by_tag_and_kind_only(tokenizer: Tokenizer) -> None:
    [sentence] = encode(tokenizer, "Rufus Firefly said no.", {"Rufus Firefly": "person"})
    assert sentence.ids[2] == KIND_TOKENS["person"]
    assert words(tokenizer, sentence)[3:] == ["said", "no", "."]


def test_a_pronoun_stays_beside_its_tag(tokenizer: Tokenizer) -> None:
    [sentence] = encode(tokenizer, "They refuse.", {"They": "pronoun"})
    assert words(tokenizer, sentence)[1] == "<0>"
    assert words(tokenizer, sentence)[3:] == ["they", "refuse", "."]


def test_a_carried_party_stands_at_the_start_of_the_sentence(tokenizer: Tokenizer) -> None:
    text = "We will not sign."
    [sentence] = tokenize(tokenizer, text, [(0, len(text))], [PartyMention(0, 0, 0, "carried")])
    assert words(tokenizer, sentence)[1] == "<0>"
    assert words(tokenizer, sentence)[3:] == ["we", "will", "not", "sign", "."]


def test_a_mention_inside_another_of_the_same_party_has_no_tag_of_its_own(tokenizer: Tokenizer) -> None:
    text = "The Freedonian envoy agreed."
    mentions = [PartyMention(0, 20, 0, "office"), PartyMention(4, 14, 0, "demonym")]
    [sentence] = tokenize(tokenizer, text, [(0, len(text))], mentions)
    assert sentence.party.count(0) == 1


def test_swapping_two_names_gives_the_same_input(tokenizer: Tokenizer) -> None:
    template = "{0} rejects what {1} offers.\nBut {1} will talk if {0} stops its strikes."
    one = encode(tokenizer, template.format("Freedonia", "Sylvania"), {"Freedonia": "party", "Sylvania": "party"})
    two = encode(tokenizer, template.format("Sylvania", "Freedonia"), {"Sylvania": "party", "Freedonia": "party"})
    assert [c.ids.tolist() for c in pack(one)] == [c.ids.tolist() for c in pack(two)]


def test_rows_pair_every_target_sentence_with_every_party(tokenizer: Tokenizer) -> None:
    sentences = encode(
        tokenizer, "Freedonia rejects it.\nSylvania agrees with Freedonia.", {"Freedonia": "party", "Sylvania": "party"}
    )
    [chunk] = pack(sentences)
    assert chunk.rows == ((0, 0), (0, 1), (1, 0), (1, 1))
    assert [chunk.rows[i] for i in chunk.candidates] == [(0, 0), (1, 0), (1, 1)]


def test_a_sentence_before_the_targets_is_read_but_not_labelled(tokenizer: Tokenizer) -> None:
    sentences = encode(tokenizer, "Freedonia is angry.\nIt rained.\nFreedonia left.", {"Freedonia": "party"})
    [chunk] = pack(sentences, targets={2})
    assert chunk.sentences == (2,)
    assert list(chunk.ids).count(sentences[1].ids[1]) == 1


def test_a_text_without_parties_has_no_chunk(tokenizer: Tokenizer) -> None:
    assert pack(encode(tokenizer, "It rained.\nThe sun came out.", {})) == []


def test_tokens_point_to_their_characters(tokenizer: Tokenizer) -> None:
    text = "It rained.\nFreedonia will sign if paid."
    sentences = encode(tokenizer, text, {"Freedonia": "party"})
    [chunk] = pack(sentences)
    shown = {text[s:e] for s, e in zip(chunk.starts, chunk.ends, strict=True) if e > s >= 0}
    assert {"Freedonia", "will", "sign", "if", "paid"} <= shown


def made_up(parties_of_sentences: list[list[int]], padding: int) -> list[SentenceTokens]:
    sentences = []
    for number, parties in enumerate(parties_of_sentences):
        ids = [31, *(0 for _ in parties), *(2000 + number for _ in range(padding))]
        party = [-1, *parties, *(-1 for _ in range(padding))]
        sentences.append(SentenceTokens(ids, party, [number] * len(ids), [number] * len(ids)))
    return sentences


@given(
    parties=st.lists(st.lists(st.integers(0, 40), max_size=5), min_size=1, max_size=25),
    padding=st.integers(1, 400),
    budget=st.integers(32, 300),
)
def test_every_sentence_with_a_party_is_a_target_exactly_once(
    parties: list[list[int]], padding: int, budget: int
) -> None:
    chunks = pack(made_up(parties, padding), packing=Packing(budget=budget))
    targets = [s for c in chunks for s in c.sentences]
    assert targets == [i for i, p in enumerate(parties) if p]


@given(
    parties=st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=40), min_size=1, max_size=12),
    padding=st.integers(1, 400),
)
def test_chunks_keep_to_the_limits(parties: list[list[int]], padding: int) -> None:
    for chunk in pack(made_up(parties, padding)):
        assert len(chunk.ids) <= TOKEN_LIMIT
        assert len({party for _, party in chunk.rows}) <= SLOTS
        assert chunk.ids.min() >= FIRST_TAG
        for weights in (chunk.sentence_weights, chunk.row_weights, chunk.party_weights):
            np.testing.assert_allclose(weights.sum(1), 1.0, rtol=1e-4)
