"""What the learned heads say."""

import json
import multiprocessing
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from schemas.codes import Issue, Stance
from worker.extraction.encoder import SHIPPED_HEADS, CandidateLabels, ChunkLabels, Heads, HeadsMismatchError
from worker.extraction.encoding import Chunk, PartyMention, pack, tokenize

TEXT = (
    "Freedonia rejects truce offer\n"
    "Freedonia on Monday rejected a ceasefire proposed by Sylvania.\n"
    "Sylvania would lift its blockade only if Freedonia released all prisoners of war.\n"
    "The rain went on for a third day, and the harvest festival was called off."
)


@pytest.fixture(scope="module")
def heads() -> Heads:
    return Heads.load(SHIPPED_HEADS)


def chunks_of(heads: Heads, text: str, names: tuple[str, ...] = ("Freedonia", "Sylvania")) -> list[Chunk]:
    sentences, mentions, at = [], [], 0
    for line in text.split("\n"):
        sentences.append((at, at + len(line)))
        at += len(line) + 1
    for party, name in enumerate(names):
        start = text.find(name)
        while start >= 0:
            mentions.append(PartyMention(start, start + len(name), party, "party"))
            start = text.find(name, start + 1)
    return pack(tokenize(heads.tokenizer, text, sentences, mentions))


def by_place(labels: list[ChunkLabels]) -> dict[tuple[int, int], CandidateLabels]:
    return {(c.sentence, c.party): c for chunk in labels for c in chunk.candidates}


def test_a_plain_refusal_is_labelled(heads: Heads) -> None:
    refusal = by_place(heads.label(chunks_of(heads, TEXT)))[1, 0]
    issue = list(Issue)[int(refusal.issues.argmax())]
    assert refusal.present > 0.5
    assert issue == Issue.CEASEFIRE
    assert list(Stance)[int(refusal.stances[refusal.issues.argmax()].argmax())] == Stance.OPPOSE


def test_a_condition_is_found(heads: Heads) -> None:
    [labels] = heads.label(chunks_of(heads, TEXT))
    start, end = labels.conditions[2].span
    assert "released all prisoners" in TEXT[start:end]


def test_distributions_sum_to_one(heads: Heads) -> None:
    for labels in by_place(heads.label(chunks_of(heads, TEXT))).values():
        np.testing.assert_allclose(labels.stances.sum(-1), 1, rtol=1e-4)
        for distribution in (labels.issues, labels.attribution, labels.time):
            assert distribution.sum() == pytest.approx(1, abs=1e-4)


def test_nobody_is_an_addressee_but_the_party_itself_is_not(heads: Heads) -> None:
    labels = by_place(heads.label(chunks_of(heads, TEXT)))[1, 0]
    assert [other for other, _ in labels.addressees] == [None, 1]


def test_an_article_in_a_batch_gets_the_labels_it_gets_alone(heads: Heads) -> None:
    alone = heads.label(chunks_of(heads, TEXT))
    other = chunks_of(heads, TEXT.replace("rejected", "accepted").replace("rain", "thunderstorm"))
    [*_, last] = heads.label([*other, *chunks_of(heads, TEXT)])
    for one, two in zip(alone[-1].candidates, last.candidates, strict=True):
        assert one.present == two.present
        np.testing.assert_array_equal(one.stances, two.stances)
        np.testing.assert_array_equal(one.issues, two.issues)


def test_swapping_the_names_of_two_parties_keeps_the_labels(heads: Heads) -> None:
    swapped = TEXT.replace("Freedonia", "#").replace("Sylvania", "Freedonia").replace("#", "Sylvania")
    one = by_place(heads.label(chunks_of(heads, TEXT)))
    two = by_place(heads.label(chunks_of(heads, swapped, ("Sylvania", "Freedonia"))))
    assert one.keys() == two.keys()
    for place in one:
        assert one[place].present == two[place].present
        np.testing.assert_array_equal(one[place].stances, two[place].stances)


def test_the_heads_have_no_threads_of_their_own() -> None:
    heads, before = Heads.load(SHIPPED_HEADS), psutil.Process().num_threads()
    heads.label(chunks_of(heads, TEXT))
    assert psutil.Process().num_threads() == before


def test_heads_that_are_opened_before_a_fork_work_in_the_child() -> None:
    heads = Heads.load(SHIPPED_HEADS)
    with ThreadPoolExecutor(1) as beside:
        beside.submit(heads.open).result()
    chunks = chunks_of(heads, TEXT)
    expected = by_place(heads.label(chunks))[1, 0].present
    context = multiprocessing.get_context("fork")
    answer, question = context.Pipe(duplex=False)
    child = context.Process(target=lambda: question.send(by_place(heads.label(chunks))[1, 0].present))
    child.start()
    assert answer.poll(60)
    assert answer.recv() == expected
    child.join(60)
    assert child.exitcode == 0


@pytest.mark.parametrize("change", [{"format": 0}, {"labels": {"issues": ["peace"]}}])
def test_heads_made_for_another_version_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    card = json.loads((SHIPPED_HEADS / "card.json").read_text(encoding="utf8"))
    shutil.copy(SHIPPED_HEADS / "tokenizer.json", tmp_path)
    (tmp_path / "card.json").write_text(json.dumps(card | change), encoding="utf8")
    with pytest.raises(HeadsMismatchError):
        Heads.load(tmp_path)
