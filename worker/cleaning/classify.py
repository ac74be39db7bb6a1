"""Which lines are the article? In two tiers: wording and repetition anywhere, structure only around the main run."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from worker.cleaning.article import LineKind, RemovalReason
from worker.cleaning.dateline import find_dateline
from worker.cleaning.layout import Paragraph
from worker.cleaning.rules import Match, Rules
from worker.cleaning.titles import is_title, key, split_headline, title_keys

_TERMINAL = re.compile(r"[.!?…:;][\"'”’)\]»*_]*\Z|[.!?,][\"'”’)\]»*_]+\Z")
_LIST_MARK = re.compile(r"\A(?:[*•·▪●■◆►▶–—-]\s|\(?\d{1,2}[.)]\s|[a-z]\)\s)")
_FIGURE = re.compile(r"\d")
_CUT_OFF = re.compile(
    r"(?:,|\b(?:a|an|the|and|or|but|of|to|from|into|that|which|who|as|than|its|their|his|said|says|quoting))\Z"
)
"""A line that ends so was cut off or broken: no caption does."""
_LEADING_NEAR = 6
"""So many surviving lines right before the main run may be headline and deck."""
_BEFORE_END = 0.7
"""A closing line closes the article only if so much of the main run's weight precedes it."""
_SENTENCES_AFTER_END = 0.5
_HEADLINE_WORDS = 20
_SENTENCE_WORDS = 6
_CAPTION_WORDS = 8
"""An unpunctuated line between punctuated paragraphs is a sub-heading below this many words, a caption from it on."""
_SIGNED = (RemovalReason.SIGNATURE, RemovalReason.BYLINE)
_ECHO_CHARACTERS = (30, 400)
_ECHO_CHECKS = 300


@dataclass(slots=True)
class Verdict:
    """What becomes of one paragraph: kept as `kind` less its `cuts`, or removed for `reason`."""

    paragraph: Paragraph
    kind: LineKind | None = None
    reason: RemovalReason | None = None
    cuts: tuple[Match, ...] = ()


@dataclass(slots=True)
class _Line:
    """A paragraph as the rules see it: its wording less the inline residue."""

    verdict: Verdict
    text: str
    key: str
    words: int
    terminal: bool
    reporting: bool
    listed: bool
    titled: bool

    @property
    def kept(self) -> bool:
        return self.verdict.reason is None

    @property
    def sentence(self) -> bool:
        return (self.terminal and self.words >= _SENTENCE_WORDS) or self.words >= 30

    @property
    def bracketed(self) -> bool:
        return self.text.startswith("(") and self.text.endswith(")")

    def remove(self, reason: RemovalReason) -> None:
        self.verdict.reason = reason


def classify(paragraphs: Sequence[Paragraph], *, title: str | None, rules: Rules) -> list[Verdict]:
    """Return one verdict a paragraph, in order."""
    keys = title_keys(title)
    lines = [_read(paragraph, keys, rules) for paragraph in split_headline(paragraphs, title)]
    for line in lines:
        line.verdict.reason = _by_wording(line, rules)
    _remove_repetitions(lines)
    first, last = _main_run(lines)
    if first == last:
        first, last = 0, _keep_headlines(lines)
    first = _skip_headline(lines, first, last, known_title=bool(keys))
    last = _trim_end(lines, first, _cut_at_end(lines, first, last, rules), rules)
    _judge_captions(lines[first:last])
    _judge_leading(lines, first, rules)
    _judge_trailing(lines[last:], rules)
    _name_kinds(lines, first, known_title=bool(keys))
    return [line.verdict for line in lines]


def without(text: str, cuts: Sequence[Match]) -> str:
    """Return the text less its cuts."""
    position, parts = 0, []
    for cut in cuts:
        parts.append(text[position : cut.start])
        position = cut.end
    parts.append(text[position:])
    return " ".join(part.strip() for part in parts if part.strip())


def _read(paragraph: Paragraph, keys: tuple[str, ...], rules: Rules) -> _Line:
    cuts = tuple(rules.inside(paragraph.text))
    text = without(paragraph.text, cuts) if cuts else paragraph.text
    line_key = key(text)
    return _Line(
        verdict=Verdict(paragraph, cuts=cuts),
        text=text,
        key=line_key,
        words=len(line_key.split()),
        terminal=_TERMINAL.search(text[-12:]) is not None,
        reporting=rules.is_reporting(text),
        listed=paragraph.item or _LIST_MARK.match(text) is not None,
        titled=bool(keys) and is_title(text, line_key, keys),
    )


def _by_wording(line: _Line, rules: Rules) -> RemovalReason | None:
    if not line.text:
        return line.verdict.cuts[0].reason if line.verdict.cuts else RemovalReason.OTHER
    paragraph = line.verdict.paragraph
    if line.reporting or (line.titled and paragraph.region is None):
        return None
    whole = rules.residue(paragraph.text, punctuated=line.terminal) if line.verdict.cuts else None
    return paragraph.region or whole or rules.residue(line.text, punctuated=line.terminal)


def _remove_repetitions(lines: list[_Line]) -> None:
    """Remove what is said twice. Of equal lines the first one that ends like a sentence stays: the others repeat it."""
    best: dict[str, _Line] = {}
    previous: _Line | None = None
    for line in lines:
        if not line.kept or line.words < 4:
            continue
        other = best.setdefault(line.key, line)
        if other is not line:
            if line.terminal and not other.terminal and not line.titled:
                other.remove(RemovalReason.DUPLICATE)
                best[line.key] = line
            else:
                line.remove(RemovalReason.DUPLICATE)
                if other is previous and line.text.endswith("?"):
                    other.remove(RemovalReason.PROMPT)  # the question of a poll, shown before and after the vote
        previous = line
    _remove_echoes([line for line in lines if line.kept])


def _remove_echoes(lines: list[_Line]) -> None:
    """Remove what only repeats part of another line: captions without their full stop, and quotations pulled out."""
    said = "\n".join(line.key for line in lines if line.terminal)
    checks = 0
    for line in lines:
        if line.reporting or line.titled or not _ECHO_CHARACTERS[0] <= len(line.key) <= _ECHO_CHARACTERS[1]:
            continue
        checks += 1
        if checks > _ECHO_CHECKS:
            break
        if line.key in said if not line.terminal else line.words >= _CAPTION_WORDS and said.count(line.key) > 1:
            line.remove(RemovalReason.DUPLICATE)


def _main_run(lines: list[_Line]) -> tuple[int, int]:
    """Return the [first, last) lines whose weights sum highest: sentences count for, everything else against."""
    best = total = 0.0
    first = last = start = 0
    for i, line in enumerate(lines):
        if total <= 0:
            total, start = 0.0, i
        total += _weight(line)
        if total > best:
            best, first, last = total, start, i + 1
    first = next((i for i in range(first, last) if lines[i].kept and lines[i].sentence), first)
    return first, last


def _keep_headlines(lines: list[_Line]) -> int:
    """Judge a text without any sentence: what is long enough for a headline stays. Return where it ends."""
    for line in lines:
        if line.kept and line.words < _CAPTION_WORDS and not (line.titled or line.reporting):
            line.remove(RemovalReason.MENU)
    return len(lines)


def _skip_headline(lines: list[_Line], first: int, last: int, *, known_title: bool) -> int:
    """Return where the sentences begin, if the run begins with a headline that reads like one ("Will they talk?")."""
    if first >= last:
        return first
    head, rest = lines[first], range(first + 1, last)
    question = not known_title and head.text.endswith("?") and head.words <= _HEADLINE_WORDS
    stands_apart = first + 1 < last and not (lines[first + 1].kept and lines[first + 1].sentence)
    if head.titled or (question and stands_apart):
        return next((i for i in rest if lines[i].kept and lines[i].sentence), first)
    return first


def _weight(line: _Line) -> float:
    if not line.kept:
        return -0.3
    if line.sentence:
        return 1.0 + min(line.words, 400) / 10
    if line.terminal or line.reporting or line.bracketed:
        return 0.3
    return 0.2 if line.listed and line.words >= _SENTENCE_WORDS else -1.0


def _cut_at_end(lines: list[_Line], first: int, last: int, rules: Rules) -> int:
    """Return where the main run stops: at the first line that closes an article, if most of it precedes that line.

    What follows must look like teasers and forms too: where sentence follows on sentence, the article goes on.
    """
    weights = [max(_weight(line), 0.0) for line in lines[first:last]]
    total, before = sum(weights), 0.0
    for i, weight in enumerate(weights, start=first):
        before += weight
        line = lines[i]
        if line.reporting or line.verdict.paragraph.region is not None or before < _BEFORE_END * total:
            continue
        if line.verdict.reason is RemovalReason.COPYRIGHT or rules.is_end(line.verdict.paragraph.text):
            sentences = sum(after.kept and after.sentence for after in lines[i + 1 : last])
            if sentences <= _SENTENCES_AFTER_END * (last - i - 1):
                return i
    return last


def _trim_end(lines: list[_Line], first: int, last: int, rules: Rules) -> int:
    """Return the end of the main run without signatures and without headings that head nothing."""
    end = last
    for i in range(last - 1, first - 1, -1):
        line = lines[i]
        if line.kept and not line.reporting:
            signed = rules.residue(line.text, punctuated=line.terminal, outside=True) in _SIGNED
            if not signed and (line.terminal or line.words >= _CAPTION_WORDS or line.listed or line.bracketed):
                break
            end = i
    return end


def _judge_captions(run: list[_Line]) -> None:
    """Remove unpunctuated lines between punctuated paragraphs: captions without a credit."""
    kept = [line for line in run if line.kept]
    long = [line for line in kept if line.words >= _CAPTION_WORDS]
    punctuated = sum(line.terminal for line in long)
    if punctuated < 3 or punctuated < 0.5 * len(long):
        return
    listing = find_dateline(kept[0].text, published=None) is not None  # an agency's lead is no caption
    for line, following in zip(kept, [*kept[1:], None], strict=True):
        if line.terminal:
            listing = line.text.endswith(":")
            continue
        goes_on = following is not None and following.text[:1].islower()
        safe = line.reporting or line.titled or line.listed or line.verdict.paragraph.heading or line.text.isupper()
        if line.words >= _CAPTION_WORDS and not (safe or listing or goes_on or _CUT_OFF.search(line.text[-12:])):
            line.remove(RemovalReason.CAPTION)


def _judge_leading(lines: list[_Line], first: int, rules: Rules) -> None:
    """Judge what stands before the main run: headline and deck stay, menus and section names go."""
    titled = next((i for i, line in enumerate(lines[: first + 3]) if line.kept and line.titled), None)
    leading = [i for i in range(first) if lines[i].kept]
    repeated = Counter(line.key for line in lines)
    near = set(leading[-_LEADING_NEAR:])
    for i in leading:
        line = lines[i]
        if i == titled:
            continue
        furniture = line.words < 4 or i not in near or (titled is not None and (i < titled or repeated[line.key] > 1))
        reason = rules.residue(line.text, punctuated=line.terminal, outside=True)
        if reason is not None or furniture:
            line.remove(reason or RemovalReason.MENU)


def _judge_trailing(lines: Iterable[_Line], rules: Rules) -> None:
    """Remove what stands after the main run, but for lines that say who reported."""
    for line in lines:
        if line.kept and not line.reporting:
            reason = rules.residue(line.text, punctuated=line.terminal, outside=True)
            line.remove(reason or RemovalReason.RELATED)


def _name_kinds(lines: list[_Line], first: int, *, known_title: bool) -> None:
    headline = False
    for i, line in enumerate(lines):
        if not line.kept:
            continue
        if line.reporting:
            line.verdict.kind = LineKind.REPORTING
        elif not headline and i < first + 3 and (line.titled or (i < first and not known_title)):
            line.verdict.kind, headline = LineKind.HEADLINE, True
        elif i < first:
            line.verdict.kind = LineKind.DECK
        elif line.verdict.paragraph.heading or not (
            line.terminal or line.listed or line.words >= _CAPTION_WORDS or _FIGURE.search(line.text)
        ):
            line.verdict.kind = LineKind.SUBHEADING
        else:
            line.verdict.kind = LineKind.BODY
