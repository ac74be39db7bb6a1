"""Who says, wants or believes what? One walk over the cues of a parsed text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc, Token

from worker.extraction.attribution_arguments import Argument, sources
from worker.extraction.attribution_cues import cue_parts, is_candidate
from worker.extraction.attribution_features import content_features, cue_features, source_features
from worker.extraction.attribution_layout import Layout, lay_out
from worker.extraction.attribution_lexicon import AttributionLexicon, default_lexicon
from worker.extraction.attribution_model import AttributionModel, default_model, probability
from worker.extraction.attribution_spans import characters, content_candidates, cue_span
from worker.extraction.position import AttributedContent

CUE_FLOOR = 0.1
"""A word less likely a cue than this is not looked at further: it could not reach the threshold."""


@dataclass(frozen=True, slots=True)
class _Found:
    probability: float
    cue: Token
    source: Argument | None
    content: tuple[Argument, ...]


def find_attributions(
    doc: Doc, *, lexicon: AttributionLexicon | None = None, model: AttributionModel | None = None
) -> list[AttributedContent]:
    """Every attribution of a tagged and parsed `doc`, in the order of their cues."""
    lexicon = lexicon or default_lexicon()
    model = model or default_model()
    layout = lay_out(doc)
    found = [
        attribution
        for token in doc
        if is_candidate(token, lexicon, layout)
        for attribution in _weigh(token, lexicon, model, layout)
    ]
    return [_written_out(doc, layout, attribution) for attribution in _without_rivals(found)]


def attribution_at(attributions: Iterable[AttributedContent], start: int, end: int) -> AttributedContent | None:
    """The innermost attribution whose content covers most of [start, end)."""
    best: tuple[int, AttributedContent] | None = None
    for attribution in attributions:
        covered = sum(max(0, min(end, last) - max(start, first)) for first, last in attribution.content)
        size = sum(last - first for first, last in attribution.content)
        if 2 * covered > end - start and (best is None or size < best[0]):
            best = (size, attribution)
    return best[1] if best else None


def _weigh(cue: Token, lexicon: AttributionLexicon, model: AttributionModel, layout: Layout) -> Iterator[_Found]:
    likely = probability(model.cue.score(cue_features(cue, lexicon, layout)))
    if likely < CUE_FLOOR:
        return
    parts = cue_parts(cue, lexicon)
    content, sure = choose_contents(cue, parts, model, layout)
    if likely * sure >= model.threshold:
        yield _Found(likely * sure, cue, choose_source(cue, parts, model), content)


def choose_contents(
    cue: Token, parts: Sequence[str], model: AttributionModel, layout: Layout
) -> tuple[tuple[Argument, ...], float]:
    """The likeliest content, then whatever else is likely and does not overlap it; and how likely the first is."""
    candidates = content_candidates(cue, layout)
    relations = [argument.relation for argument in candidates]
    scored = sorted(
        (
            (-model.content.score(content_features(cue, argument, parts, layout, relations)), index, argument)
            for index, argument in enumerate(candidates)
        ),
    )
    chosen: list[Argument] = []
    for score, _, argument in scored:
        if chosen and score >= 0:
            break
        if not any(_overlap(argument, other) for other in chosen):
            chosen.append(argument)
    chosen.sort(key=lambda argument: argument.start)
    return tuple(chosen), probability(-scored[0][0]) if scored else 0.0


def choose_source(cue: Token, parts: Sequence[str], model: AttributionModel) -> Argument | None:
    """The candidate that outweighs the others and 'no source'."""
    best, best_score = None, model.source.score(source_features(cue, None, parts))
    for argument in sources(cue):
        score = model.source.score(source_features(cue, argument, parts))
        if score > best_score:
            best, best_score = argument, score
    return best


def _overlap(one: Argument, other: Argument) -> bool:
    return any(start < last and first < end for start, end in one.pieces for first, last in other.pieces)


def _without_rivals(found: Sequence[_Found]) -> list[_Found]:
    """Of cues that claim the very same words the likeliest keeps them."""
    best: dict[tuple[tuple[int, int], ...], _Found] = {}
    for attribution in found:
        key = tuple(piece for argument in attribution.content for piece in argument.pieces)
        if key not in best or attribution.probability > best[key].probability:
            best[key] = attribution
    return sorted(best.values(), key=lambda attribution: attribution.cue.i)


def _written_out(doc: Doc, layout: Layout, found: _Found) -> AttributedContent:
    source = characters(doc, layout, found.source) if found.source else []
    spans = tuple(sorted(span for argument in found.content for span in characters(doc, layout, argument)))
    return AttributedContent(
        source=(source[0][0], source[-1][1]) if source else None,
        cue=cue_span(found.cue),
        content=spans,
        quoted=any(argument.quoted is not None for argument in found.content),
    )


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
