"""The `fast` profile on articles of our own: no heads at all, and still what extraction promises."""

import subprocess
import sys
from functools import cache

import orjson
import pytest

from worker.extraction.component import plain_article, stancewire_pipeline
from worker.extraction.encoder import Heads
from worker.extraction.extractor import Extractor
from worker.extraction.loading import load_extractor
from worker.pipeline import Pipeline, load_pipeline

QUOTAS = """Norway rejects Iceland's mackerel offer
Norway will not accept Iceland's proposal to split the mackerel quota, its fisheries minister said on Tuesday.
"We cannot sign an agreement that ignores science," Norwegian fisheries minister Kari Holm told reporters. \
"Iceland must cut its catch first."
Iceland called on Norway to return to the talks and said it was ready to discuss a smaller share if Norway \
lifted its ban on landings.
The European Union threatened both sides with sanctions unless they reach a deal by June."""

HARBOUR = """Storm floods harbour in Bergen
A storm flooded the old harbour in Bergen on Tuesday and cut power to two thousand homes.
Firefighters pumped water from cellars, and trains stood still for most of the morning."""

TARIFFS = """Peru and Chile trade demands over fish
Peru demanded on Monday that Chile lift its tariffs on fish and rejected Chile's proposal for new talks.
Chile said it would sign the trade agreement only if Peru ended its ban on imports.
"We will retaliate with tariffs of our own," Peruvian trade minister Rosa Campos warned."""


@cache
def extractor() -> Extractor:
    return load_extractor(profile="fast")


@cache
def pipeline() -> Pipeline:
    return load_pipeline(profile="fast")


def labels(text: str) -> set[tuple[str, str, str]]:
    positions = extractor().extract([plain_article(text)])[0].positions
    return {(p.party.name, p.issue.value, p.stance.value) for p in positions}


def payload(text: str) -> bytes:
    return orjson.dumps({"id": text[:20], "body": text})


def test_finds_who_stands_where() -> None:
    found = labels(QUOTAS)

    assert {"Norway", "Iceland", "European Union"} <= {party for party, _, _ in found}
    assert ("Norway", "resources", "oppose") in found


def test_heads_are_not_even_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("heads are wanted")

    for method in ("load", "label"):
        monkeypatch.setattr(Heads, method, refuse)
    [extraction] = load_extractor(profile="fast").extract([plain_article(QUOTAS)])

    assert extraction.positions


def test_no_onnx_session_is_made() -> None:
    program = f"""
import onnxruntime

def refuse(*arguments, **options):
    raise SystemExit("a session is made")

onnxruntime.InferenceSession = refuse
from worker.pipeline import load_pipeline

[outcome] = load_pipeline(profile="fast").run([{payload(TARIFFS)!r}])
print(len(outcome.positions))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert int(done.stdout) > 0


def test_an_article_without_a_negotiation_gives_nothing() -> None:
    assert labels(HARBOUR) == set()


def test_countries_that_swap_names_keep_their_labels() -> None:
    swapped = TARIFFS.replace("Peruvian", "#").replace("Peru", "@").replace("Chile", "Peru")
    swapped = swapped.replace("@", "Chile").replace("#", "Chilean")
    renamed = {"Peru": "Chile", "Chile": "Peru"}

    assert labels(TARIFFS)
    assert {(renamed[party], issue, stance) for party, issue, stance in labels(TARIFFS)} == labels(swapped)


def test_an_article_alone_and_in_a_batch_gives_the_same_events() -> None:
    payloads = [payload(text) for text in (TARIFFS, HARBOUR, QUOTAS)]
    together = pipeline().run(payloads)
    alone = [pipeline().run([one])[0] for one in payloads]

    assert [getattr(o, "positions", None) for o in together] == [getattr(o, "positions", None) for o in alone]


def test_events_tell_which_profile_made_them() -> None:
    [outcome] = pipeline().run([payload(QUOTAS)])

    assert {event.extractor.model.partition("-")[0] for event in outcome.positions} == {"words"}
    assert load_extractor().model.startswith("heads-")


def test_every_span_lies_in_its_sentence() -> None:
    for position in extractor().extract([plain_article(TARIFFS)])[0].positions:
        start, end = position.evidence
        for span in (position.mention, position.condition, position.proposition):
            assert span is None or start <= span[0] < span[1] <= end


def test_a_threshold_of_one_s_own_holds() -> None:
    sure = load_extractor(profile="fast", threshold=0.4).extract([plain_article(QUOTAS)])[0].positions

    assert all(position.confidence >= 0.4 for position in sure)


def test_a_spacy_pipeline_can_be_fast() -> None:
    doc = stancewire_pipeline(profile="fast")(QUOTAS)

    assert {(p.party.name, p.issue.value, p.stance.value) for p in doc._.positions} == labels(QUOTAS)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="hasty"):
        load_extractor(profile="hasty")
