"""How does a spaCy user take the extraction alone? A registered component that gives every `Doc` its positions."""

import re
from array import array
from collections.abc import Iterable, Iterator
from datetime import date

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from worker.cleaning.article import CleanedArticle, Line, LineKind
from worker.extraction.extractor import Extractor
from worker.extraction.loading import load_extractor
from worker.extraction.position import Position
from worker.extraction.profile import Profile

SPANS_KEY = "stancewire"
"""`doc.spans[SPANS_KEY]` holds the evidence of each position, labelled "issue/stance"."""


def stancewire_pipeline(
    *, domain: str = "negotiations", threshold: float | None = None, profile: str = Profile.DEFAULT
) -> Language:
    """Return a spaCy pipeline whose docs carry `doc._.positions` (a tuple of `Position`) and `doc.spans["stancewire"]`.

    Args:
        domain: name of a shipped domain pack, or the path of one.
        threshold: confidence below which no position is given; None for the default.
        profile: how thorough, `default` or `fast`.
    """
    nlp = spacy.blank("en")
    nlp.add_pipe("stancewire_positions", config={"domain": domain, "threshold": threshold, "profile": str(profile)})
    return nlp


def plain_article(text: str, *, published_at: date | None = None) -> CleanedArticle:
    """Wrap a text that needs no cleaning: every line is a paragraph of the body."""
    lines = tuple(Line(m.start(), m.end(), LineKind.BODY) for m in re.finditer(r"[^\n]*\S[^\n]*", text))
    return CleanedArticle(
        text=text,
        offsets=array("i", range(len(text))),
        lines=lines,
        dateline=None,
        language="en",
        published_at=published_at,
        title=None,
        source=None,
        byline=None,
        removed=(),
        skip=None,
    )


class PositionsComponent:
    """Sets `doc._.positions`; a day set as `doc._.published_at` before anchors relative dates."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor

    def __call__(self, doc: Doc) -> Doc:
        article = plain_article(doc.text, published_at=doc._.published_at)
        positions = self._extractor.extract([article])[0].positions
        doc._.positions = positions
        doc.spans[SPANS_KEY] = [span for p in positions if (span := _evidence(doc, p)) is not None]
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 32) -> Iterator[Doc]:
        """Process docs one after the other; the result of one never depends on its neighbours."""
        yield from map(self, stream)


def _evidence(doc: Doc, position: Position) -> Span | None:
    label = f"{position.issue}/{position.stance}"
    return doc.char_span(*position.evidence, label=label, alignment_mode="expand")


@Language.factory(
    "stancewire_positions", default_config={"domain": "negotiations", "threshold": None, "profile": "default"}
)
def _make_component(nlp: Language, name: str, domain: str, threshold: float | None, profile: str) -> PositionsComponent:
    return PositionsComponent(load_extractor(domain, threshold=threshold, profile=profile))


if not Doc.has_extension("positions"):
    Doc.set_extension("positions", default=())
    Doc.set_extension("published_at", default=None)
