"""From the settings to the pipeline: profile, domain, model, threshold, limits arrive; limits hold before any work."""

import json
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from schemas.codes import Reason
from schemas.decoding import DecodingLimits
from schemas.messages import Extractor
from worker.cleaning import CleaningLimits
from worker.loading import load_pipeline, pipeline_options
from worker.outcome import Outcome, Processed, Refused
from worker.pipeline import Pipeline
from worker.settings import Settings, SettingsError

TALKS = "Norway rejected the quota offer on Monday. Iceland called on Norway to return to the talks this week. "


class Untouchable:
    """An extractor that must not be reached."""

    def extract(self, articles: object) -> object:
        raise AssertionError("language work was begun")


@pytest.fixture
def factories() -> Iterator[ModuleType]:
    module = ModuleType("factories")
    sys.modules["factories"] = module
    yield module
    del sys.modules["factories"]


def run(body: str, **changes: object) -> Outcome:
    options = pipeline_options(Settings(**changes))
    pipeline = Pipeline(
        Untouchable(),
        provenance=Extractor(version="0", model="none", domain="tests"),
        decoding=options["decoding"],
        cleaning=options["cleaning"],
    )
    [outcome] = pipeline.run([json.dumps({"body": body}).encode()])
    return outcome


def test_the_limits_of_the_settings_are_those_of_the_code_by_default() -> None:
    options = pipeline_options(Settings())
    assert options["decoding"] == DecodingLimits()
    assert options["cleaning"] == CleaningLimits()


def test_a_pipeline_is_given_what_it_asks_for(factories: ModuleType) -> None:
    factories.load = lambda profile, domain, model, threshold, decoding, cleaning: locals()
    settings = Settings(
        pipeline="factories:load",
        profile="fast",
        domain="pay_round",
        model="other",
        threshold=0.7,
        max_message_bytes=5000,
        max_message_depth=3,
        max_body_characters=4000,
        max_text_characters=300,
        max_element_depth=20,
        max_metadata_characters=10,
    )
    assert load_pipeline(settings) == {
        "profile": "fast",
        "domain": "pay_round",
        "model": "other",
        "threshold": 0.7,
        "decoding": DecodingLimits(max_bytes=5000, max_depth=3),
        "cleaning": CleaningLimits(
            max_body_characters=4000, max_text_characters=300, max_nesting=20, max_metadata_characters=10
        ),
    }


def test_a_pipeline_of_one_s_own_may_ask_for_less(factories: ModuleType) -> None:
    factories.load = lambda threshold: threshold
    assert load_pipeline(Settings(pipeline="factories:load", threshold=0.5)) == 0.5


def test_a_pipeline_that_is_not_there_is_told_by_name() -> None:
    with pytest.raises(SettingsError, match="nowhere:load cannot be imported"):
        load_pipeline(Settings(pipeline="nowhere:load"))


def test_a_message_above_the_limit_is_refused() -> None:
    outcome = run(TALKS * 20, max_message_bytes=1000)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("limit", ["max_body_characters", "max_text_characters"])
def test_a_body_or_text_above_the_limit_is_never_looked_at_by_a_model(limit: str) -> None:
    outcome = run(TALKS * 20, **{limit: 1000})
    assert isinstance(outcome, Processed)
    assert outcome.summary.skipped is Reason.TOO_LONG
