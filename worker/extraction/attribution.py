"""Who says, wants or believes what? One walk over the cues of a parsed text."""

from collections.abc import Iterable, Sequence

from spacy.language import Language
from spacy.tokens import Doc, Token

from worker.extraction.attribution_arguments import Argument, contents, sources
from worker.extraction.attribution_lexicon import AttributionLexicon, default_lexicon
from worker.extraction.position import AttributedContent, CharSpan
from worker.extraction.quotations import Quotation, find_quotations

CONTENT_RELATIONS = ("ccomp", "xcomp", "prep:pcomp", "acl", "up:parataxis", "up:prep", "dobj", "prep:pobj")


def find_attributions(doc: Doc, *, lexicon: AttributionLexicon | None = None) -> list[AttributedContent]:
    """Every attribution of a tagged and parsed `doc`, in the order of their cues."""
    lexicon = lexicon or default_lexicon()
    quotations = [quotation for quotation in find_quotations(doc.text) if quotation.depth == 0]
    found = []
    for token in doc:
        if lexicon.classes_of(token) or token.lower_ == "according":
            attribution = _attribution(token, quotations)
            if attribution is not None:
                found.append(attribution)
    return found


def attribution_at(attributions: Iterable[AttributedContent], start: int, end: int) -> AttributedContent | None:
    """The innermost attribution whose content covers most of [start, end)."""
    best: tuple[int, AttributedContent] | None = None
    for attribution in attributions:
        covered = sum(max(0, min(end, last) - max(start, first)) for first, last in attribution.content)
        size = sum(last - first for first, last in attribution.content)
        if 2 * covered > end - start and (best is None or size < best[0]):
            best = (size, attribution)
    return best[1] if best else None


def _attribution(cue: Token, quotations: Sequence[Quotation]) -> AttributedContent | None:
    candidates = {argument.relation: argument for argument in reversed(list(contents(cue)))}
    quoted = _quotations_beside(cue, quotations)
    chosen = next((candidates[relation] for relation in CONTENT_RELATIONS if relation in candidates), None)
    if chosen is None and not quoted:
        return None
    spans = [(quotation.start, quotation.end) for quotation in quoted]
    if chosen is not None:
        spans += [span for span in _characters(cue.doc, chosen) if not any(s < span[1] and span[0] < e for s, e in spans)]
    source = next(iter(sources(cue)), None)
    if source is None:
        return None
    return AttributedContent(
        source=_characters(cue.doc, source)[0],
        cue=(cue.idx, cue.idx + len(cue)),
        content=tuple(sorted(spans)),
        quoted=bool(quoted),
    )


def _quotations_beside(cue: Token, quotations: Sequence[Quotation]) -> list[Quotation]:
    sentence = cue.sent
    return [
        quotation
        for quotation in quotations
        if quotation.end > sentence.start_char
        and quotation.start <= sentence.end_char + 1
        and not quotation.start <= cue.idx < quotation.end
        and quotation.end - quotation.start > 25
    ]


def _characters(doc: Doc, argument: Argument) -> list[CharSpan]:
    return [(doc[start].idx, doc[end - 1].idx + len(doc[end - 1])) for start, end in argument.pieces]


Doc.set_extension("attributions", default=(), force=True)


@Language.component("stancewire_attributions", assigns=["doc._.attributions"])
def attributions(doc: Doc) -> Doc:
    doc._.attributions = tuple(find_attributions(doc))
    return doc
