"""What becomes of a batch of articles? Decode, clean, gate, extract: a pure function, no broker and no server."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from time import perf_counter

from schemas.codes import Reason
from schemas.decoding import DEFAULT_LIMITS, DecodingError, DecodingLimits, decode_article
from schemas.messages import ArticleMessage, Extractor, ProcessedArticle
from worker.cleaning import CleaningLimits, clean
from worker.cleaning.article import CleanedArticle
from worker.extraction.extractor import Extraction
from worker.extraction.extractor import Extractor as PositionExtractor
from worker.extraction.loading import load_extractor
from worker.extraction.paragraphs import DEFAULT_MODEL
from worker.extraction.profile import Profile
from worker.outcome import Outcome, Processed, Refused
from worker.position_events import position_events


@dataclass(slots=True)
class _Case:
    """One article on its way."""

    message: ArticleMessage
    cleaned: CleanedArticle
    seconds: dict[str, float] = field(default_factory=dict)


class Pipeline:
    """Turns article messages into position events; holds the loaded models and no other state."""

    def __init__(
        self,
        extractor: PositionExtractor,
        *,
        provenance: Extractor,
        decoding: DecodingLimits = DEFAULT_LIMITS,
        cleaning: CleaningLimits | None = None,
    ) -> None:
        self.provenance = provenance
        self._extractor = extractor
        self._decoding = decoding
        self._cleaning = cleaning or CleaningLimits()

    def run(self, payloads: Sequence[bytes]) -> list[Outcome]:
        """Process the JSON messages of a batch; the outcomes come in their order, and none depends on another.

        An article that no step can process is `Refused` with a reason; no exception leaves for any bytes.
        """
        outcomes: list[Outcome | None] = [None] * len(payloads)
        cases: dict[int, _Case] = {}
        for index, payload in enumerate(payloads):
            opened = self._open(payload)
            if isinstance(opened, Refused):
                outcomes[index] = opened
            else:
                cases[index] = opened
        for index, case in cases.items():
            outcomes[index] = self._finish(case)
        return [outcome for outcome in outcomes if outcome is not None]

    def _open(self, payload: bytes) -> _Case | Refused:
        started = perf_counter()
        try:
            message = decode_article(payload, limits=self._decoding)
        except DecodingError as error:
            return Refused(error.reason, error.message)
        decoded = perf_counter()
        cleaned = clean(message, limits=self._cleaning)
        return _Case(message, cleaned, {"decode": decoded - started, "clean": perf_counter() - decoded})

    def _finish(self, case: _Case) -> Outcome:
        if case.cleaned.skip is not None:
            return Processed((), self._summary(case, None, case.cleaned.skip), case.cleaned.text)
        started = perf_counter()
        try:
            [extraction] = self._extractor.extract([case.cleaned])
        except Exception as error:  # an article must never take its neighbours along
            return Refused(Reason.INTERNAL, f"{type(error).__name__}: {error}", case.message.article_id)
        case.seconds["extract"] = perf_counter() - started
        events = tuple(position_events(case.message, case.cleaned, extraction.positions, self.provenance))
        skipped = None if extraction.passed else Reason.NO_NEGOTIATION
        return Processed(events, self._summary(case, extraction, skipped, len(events)), case.cleaned.text)

    def _summary(
        self, case: _Case, extraction: Extraction | None, skipped: Reason | None, positions: int = 0
    ) -> ProcessedArticle:
        removed: Counter[str] = Counter()
        for stretch in case.cleaned.removed:
            removed[stretch.reason.value] += stretch.raw_end - stretch.raw_start
        return ProcessedArticle(
            article_id=case.message.article_id,
            positions=positions,
            language=case.cleaned.language,
            skipped=skipped,
            raw_characters=len(case.message.body),
            cleaned_characters=len(case.cleaned.text),
            removed=dict(removed),
            sentences=extraction.sentences if extraction else 0,
            parsed_sentences=extraction.labelled_sentences if extraction else 0,
            seconds={stage: round(value, 6) for stage, value in case.seconds.items()},
            extractor=self.provenance,
        )


def load_pipeline(
    *,
    domain: str = "negotiations",
    model: str = DEFAULT_MODEL,
    threshold: float | None = None,
    profile: str = Profile.DEFAULT,
    decoding: DecodingLimits = DEFAULT_LIMITS,
    cleaning: CleaningLimits | None = None,
) -> Pipeline:
    """Load models and word lists and return the pipeline.

    Args:
        domain: name of a shipped domain pack or path of one.
        model: spaCy model that parses, by package name or folder.
        threshold: confidence below which no event is given; None for the default chosen on annotated articles.
        profile: how thorough, `default` or `fast`.
        decoding: limits on messages.
        cleaning: limits on bodies and texts.
    """
    extractor = load_extractor(domain, model=model, threshold=threshold, profile=profile)
    provenance = Extractor(version=metadata.version("stancewire"), model=extractor.model, domain=extractor.domain)
    return Pipeline(extractor, provenance=provenance, decoding=decoding, cleaning=cleaning)
