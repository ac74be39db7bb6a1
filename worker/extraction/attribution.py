"""Who says, wants or believes what? Every attribution of a parsed text: its source, its cue, its content."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from worker.extraction.attribution_layout import lay_out
from worker.extraction.attribution_lexicon import AttributionLexicon, default_lexicon
from worker.extraction.attribution_model import AttributionModel, default_model
from worker.extraction.attribution_owners import settled
from worker.extraction.attribution_spans import characters, cue_span, joined
from worker.extraction.attribution_walk import Walk, WeighedCue
from worker.extraction.position import AttributedContent, CharSpan


def find_attributions(
    doc: Doc,
    *,
    lexicon: AttributionLexicon | None = None,
    model: AttributionModel | None = None,
    threshold: float | None = None,
) -> list[AttributedContent]:
    """Every attribution of a tagged and parsed `doc`, in the order of their cues.

    Args:
        lexicon: Cue words; that of the package by default.
        model: Weights; those of the package by default.
        threshold: Confidence from which an attribution is believed; the model's own by default. Lower finds more.
    """
    model = model or default_model()
    threshold = model.threshold if threshold is None else threshold
    walk = Walk(doc, lay_out(doc), lexicon or default_lexicon(), model, threshold)
    believed = settled(walk.weighed_cues(), walk.layout, threshold)
    written = [_written_out(walk, one) for one in believed]
    return _with_reporters([one for one in written if one.content])


def attribution_at(attributions: Iterable[AttributedContent], start: int, end: int) -> AttributedContent | None:
    """The innermost attribution whose content covers most of the characters [start, end)."""
    best: tuple[int, AttributedContent] | None = None
    for attribution in attributions:
        size = _size(attribution.content)
        if 2 * _covered(attribution.content, start, end) > end - start and (best is None or size < best[0]):
            best = (size, attribution)
    return best[1] if best else None


def _size(spans: Sequence[CharSpan]) -> int:
    return sum(end - start for start, end in spans)


def _covered(spans: Sequence[CharSpan], start: int, end: int) -> int:
    return sum(max(0, min(end, last) - max(start, first)) for first, last in spans)


def _written_out(walk: Walk, found: WeighedCue) -> AttributedContent:
    argument = walk.source(found.cue, found.parts)
    source = characters(walk.doc, walk.layout, argument) if argument else []
    spans = [span for choice in found.content for span in characters(walk.doc, walk.layout, choice.argument)]
    links = {choice.argument.link for choice in found.content} | ({argument.link} if argument else set())
    return AttributedContent(
        source=(source[0][0], source[-1][1]) if source else None,
        cue=cue_span(found.cue, links),
        content=joined(walk.layout, found.cue, spans),
        quoted=any(choice.argument.quoted is not None for choice in found.content),
        confidence=round(found.confidence, 3),
    )


def _with_reporters(found: Sequence[AttributedContent]) -> list[AttributedContent]:
    """Fill in `reported_by`: the source of the narrowest attribution whose content holds this one, cue and all."""
    spans = sorted((span, number) for number, one in enumerate(found) if one.source for span in one.content)
    told = []
    open_spans: list[tuple[CharSpan, int]] = []
    next_span = 0
    for number, one in sorted(enumerate(found), key=lambda each: each[1].cue or (0, 0)):
        start, end = one.cue or (0, 0)
        while next_span < len(spans) and spans[next_span][0][0] <= start:
            open_spans.append(spans[next_span])
            next_span += 1
        open_spans = [each for each in open_spans if each[0][1] > start]
        around = [
            found[other]
            for (_, last), other in open_spans
            if other != number and end <= last and _size(found[other].content) > _size(one.content)
        ]
        reporter = min(around, key=lambda other: _size(other.content)).source if around else None
        told.append((number, replace(one, reported_by=reporter)))
    return [one for _, one in sorted(told, key=lambda each: each[0])]


if not Doc.has_extension("attributions"):
    Doc.set_extension("attributions", default=())


@Language.component("stancewire_paragraphs", assigns=["token.is_sent_start"])
def paragraphs(doc: Doc) -> Doc:
    """A sentence never reaches over a line end; goes before the parser, which keeps what it is told."""
    for token in doc[:-1]:
        if "\n" in token.text:
            doc[token.i + 1].is_sent_start = True
    return doc


@Language.component("stancewire_attributions", assigns=["doc._.attributions"])
def attributions(doc: Doc) -> Doc:
    doc._.attributions = tuple(find_attributions(doc))
    return doc
