"""How would a line read if it were no headline? Title Case and CAPITALS turned into a sentence's case.

Names are found by their capitals and the parser has learnt from running text, so both go wrong where every word has a
capital. The recased text has the same length: its characters stand where the original's stand.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise

from spacy.language import Language

from worker.extraction.closed_classes import closed_classes
from worker.extraction.gazetteer import Gazetteer
from worker.extraction.position import CharSpan

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LINE = re.compile(r"[^\n]+")
_CAPITALS_AT_LEAST = 0.85
_WORDS_AT_LEAST = 4
_NAME_AT_MOST = 18
"""Content words that a line must have, the share of them with a capital (or nothing but capitals) in a headline, and
characters of a name after a title."""


def sentence_case(text: str, *, gazetteer: Gazetteer, is_common: Callable[[str], bool]) -> str:
    """Return the text with the lines that are set like headlines in a sentence's case.

    Args:
        text: the cleaned text.
        gazetteer: listed names, which keep their capitals.
        is_common: tells of a lower-case word whether it is an English word that may be anything but a name.
    """
    headlines = [line.span() for line in _LINE.finditer(text) if _is_headline(_content(line.group()))]
    if not headlines:
        return text
    names, common = _running_words(text, [line.span() for line in _LINE.finditer(text) if line.span() not in headlines])

    def is_plain(word: str) -> bool:
        return word in common or is_common(word)

    pieces: list[str] = []
    at = 0
    for start, end in headlines:
        line = text[start:end]
        shown = _titled(line, gazetteer) if _is_shouted(_content(line)) else line
        pieces += (text[at:start], _recased(shown, gazetteer, names, is_plain))
        at = end
    return "".join((*pieces, text[at:]))


def _content(line: str) -> list[str]:
    return [word for word in _WORD.findall(line) if word.casefold() not in closed_classes().function_words]


def _is_headline(content: Sequence[str]) -> bool:
    capitals = sum(word[0].isupper() for word in content)
    return len(content) >= _WORDS_AT_LEAST and capitals >= _CAPITALS_AT_LEAST * len(content)


def _is_shouted(content: Sequence[str]) -> bool:
    return sum(word.isupper() for word in content) >= _CAPITALS_AT_LEAST * len(content)


def common_words(nlp: Language) -> Callable[[str], bool]:
    """Return a test for words in the dictionary of the pipeline's lemmatizer; without one nothing is common."""
    if "lemmatizer" not in nlp.pipe_names:
        return lambda _: False
    lookups = nlp.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined]
    if not all(lookups.has_table(name) for name in ("lemma_index", "lemma_rules", "lemma_exc")):
        return lambda _: False
    index, rules, irregular = (lookups.get_table(name) for name in ("lemma_index", "lemma_rules", "lemma_exc"))
    classes = [
        (index.get(pos, ()), rules.get(pos, ()), irregular.get(pos, {})) for pos in ("noun", "verb", "adj", "adv")
    ]
    known = [(frozenset(words), endings, exceptions) for words, endings, exceptions in classes]

    def is_common(word: str) -> bool:
        return any(
            word in words
            or word in exceptions
            or any(word.endswith(old) and word[: len(word) - len(old)] + new in words for old, new in endings)
            for words, endings, exceptions in known
        )

    return is_common


def _running_words(text: str, running: Sequence[CharSpan]) -> tuple[set[str], set[str]]:
    """Words that the running text has with a capital inside a sentence and never without one; those without one."""
    capitalised: set[str] = set()
    lower: set[str] = set()
    for start, end in running:
        for match in _WORD.finditer(text, start, end):
            if not match.group()[0].isupper():
                lower.add(match.group())
            elif not _opens(text, match.start()):
                capitalised.add(match.group())
    return {word for word in capitalised if word.lower() not in lower}, lower


def _opens(text: str, at: int) -> bool:
    """Tell whether the word at `at` has its capital as the first of a sentence or quotation."""
    if at == 0 or text[at - 1] not in " -":
        return True
    before = text[max(0, at - 4) : at].rstrip(" \"'“”‘’")
    return not before or before[-1] in ".!?:;\n"


def _titled(line: str, gazetteer: Gazetteer) -> str:
    """A line in capitals with one capital a word, but for acronyms."""

    def shown(match: re.Match[str]) -> str:
        word = match.group()
        acronym = gazetteer.entry(word) is not None and (
            word.casefold() not in closed_classes().function_words or word == "US"
        )
        return word if acronym else word[0] + word[1:].lower()

    return _same_length(line, _WORD.sub(shown, line))


def _recased(line: str, gazetteer: Gazetteer, inner_names: set[str], is_common: Callable[[str], bool]) -> str:
    names = list(_name_spans(line, gazetteer))

    def shown(match: re.Match[str]) -> str:
        word = match.group()
        lower = word.lower()
        plain = re.sub(r"['’]s$", "", lower)
        if not word[0].isupper() or any(start <= match.start() < end for start, end in names):
            return word
        if _opens(line, match.start()) or word in inner_names or (word.isupper() and len(word) > 1):
            return word
        if lower in closed_classes().calendar_words - closed_classes().function_words and lower not in _verbs():
            return word
        if lower in closed_classes().function_words or plain in _verbs():
            return lower
        if is_common(plain) and gazetteer.surname(re.sub(r"['’]s$", "", word), None, titled=False) is None:
            return lower
        return word

    return _same_length(line, _WORD.sub(shown, line))


@cache
def _verbs() -> frozenset[str]:
    return closed_classes().speech_verbs | closed_classes().subject_verbs


def _name_spans(line: str, gazetteer: Gazetteer) -> Iterator[CharSpan]:
    """Where listed names and persons stand, and the two words after a title or honorific, if these are no verbs."""
    for start, end, _ in gazetteer.find(line):
        yield start, end
    words = [match.span() for match in _WORD.finditer(line)]
    leads = closed_classes().honorifics | gazetteer.words.titles
    for (start, middle), (second, end) in pairwise(words):
        if gazetteer.person(line[start:end], None) is not None:
            yield start, end
        elif line[start:middle].casefold() in leads:
            for first, last in (word for word in words if second <= word[0]):
                if (
                    last > second + _NAME_AT_MOST
                    or line[first:last].casefold() in _verbs() | closed_classes().function_words
                ):
                    break
                yield first, last


def _same_length(before: str, after: str) -> str:
    """The recased text, unless a letter's other case is longer (the German sharp s, the dotted I)."""
    return after if len(after) == len(before) else before
