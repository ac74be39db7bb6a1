"""How is the pipeline loaded that the settings name? With their profile, domain, model, threshold and limits."""

import importlib
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, TypedDict, cast

from schemas.decoding import DecodingLimits
from worker.settings import Settings, SettingsError

if TYPE_CHECKING:
    from worker.batch import ArticlePipeline
    from worker.cleaning import CleaningLimits


class PipelineOptions(TypedDict):
    """What a pipeline may ask for, by the names of its parameters."""

    profile: str
    domain: str
    model: str
    threshold: float | None
    decoding: DecodingLimits
    cleaning: "CleaningLimits"


def load_pipeline(settings: Settings) -> "ArticlePipeline":
    """Load the pipeline that the settings name; it is given those settings that it has parameters for."""
    module, _, name = settings.pipeline.partition(":")
    try:
        factory = cast("Callable[..., ArticlePipeline]", getattr(importlib.import_module(module), name))
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"pipeline: {settings.pipeline} cannot be imported ({error})") from error
    wanted = inspect.signature(factory).parameters
    return factory(**{name: value for name, value in pipeline_options(settings).items() if name in wanted})


def pipeline_options(settings: Settings) -> PipelineOptions:
    """Return what the settings say to a pipeline."""
    return PipelineOptions(
        profile=settings.profile,
        domain=settings.domain,
        model=settings.model,
        threshold=settings.threshold,
        decoding=decoding_limits(settings),
        cleaning=cleaning_limits(settings),
    )


def decoding_limits(settings: Settings) -> DecodingLimits:
    """Return what a message may cost before anybody looks into it."""
    return DecodingLimits(max_bytes=settings.max_message_bytes, max_depth=settings.max_message_depth)


def cleaning_limits(settings: Settings) -> "CleaningLimits":
    """Return what a body may cost before and while it is cleaned."""
    from worker.cleaning import CleaningLimits  # noqa: PLC0415 (who only feeds does without)

    return CleaningLimits(
        max_body_characters=settings.max_body_characters,
        max_text_characters=settings.max_text_characters,
        max_nesting=settings.max_element_depth,
        max_metadata_characters=settings.max_metadata_characters,
    )
