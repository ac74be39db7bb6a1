"""Which lines are the article? Two tiers: patterns and repetitions anywhere, structure only outside the main run of sentences."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from worker.cleaning.article import LineKind, RemovalReason
from worker.cleaning.layout import Paragraph
from worker.cleaning.rules import Match, Rules
from worker.cleaning.titles import is_title, key, title_keys

_TERMINAL = re.compile(r"[.!?…:;][\"'”’)\]»]*\Z|[.!?,][\"'”’)\]»]+\Z")
_WORD = re.compile(r"[^\W\d_]{2,}|\b[aAI]\b")
_LIST_MARK = re.compile(r"\A(?:[*•·▪●■◆►▶–—-]\s|\(?\d{1,2}[.)]\s|[a-z]\)\s)")
_FIGURE = re.compile(r"\d")
_LEADING_NEAR = 6
"""So many surviving lines right before the main run may be headline and deck."""
_CAPTION_WORDS = 8
"""An unpunctuated line between punctuated paragraphs is a sub-heading below this many words, a caption from it on."""
_CONTAINED_CHARACTERS = 30
_CONTAINED_CHECKS = 300


@dataclass(slots=True)
class Verdict:
    """What becomes of one paragraph: kept as `kind` less its `cuts`, or removed for `reason`."""

    paragraph: Paragraph
    kind: LineKind | None = None
    reason: RemovalReason | None = None
    cuts: tuple[Match, ...] = ()


@dataclass(slots=True)
class _Look:
    """What the rules see of a paragraph: its wording less the inline residue."""

    text: str
    key: str
    words: int
    terminal: bool
    reporting: bool

    @property
    def sentence(self) -> bool:
        return (self.terminal and self.words >= 6) or self.words >= 30


def classify(paragraphs: Sequence[Paragraph], *, title: str | None, rules: Rules) -> list[Verdict]:
    """Return one verdict a paragraph, in order."""
    verdicts = [Verdict(p, cuts=tuple(rules.inside(p.text))) for p in paragraphs]
    looks = [_look(v, rules) for v in verdicts]
    keys = title_keys(title)
    for verdict, look in zip(verdicts, looks, strict=True):
        verdict.reason = _by_wording(verdict, look, keys, rules)
    _remove_repetitions(verdicts, looks, keys)
    first, last = _main_run(verdicts, looks)
    last = _cut_at_end(verdicts, looks, first, last, rules)
    _judge_captions(verdicts, looks, first, last, keys)
    _judge_outside(verdicts, looks, first, last, keys, rules)
    _name_kinds(verdicts, looks, first, keys)
    return verdicts


def _look(verdict: Verdict, rules: Rules) -> _Look:
    text = without(verdict.paragraph.text, verdict.cuts).strip()
    return _Look(text, key(text), len(_WORD.findall(text)), _TERMINAL.search(text[-12:]) is not None, rules.is_reporting(text))


def without(text: str, cuts: Sequence[Match]) -> str:
    """Return the text less its cuts."""
    position, parts = 0, []
    for cut in cuts:
        parts.append(text[position : cut.start])
        position = cut.end
    parts.append(text[position:])
    return " ".join(part.strip() for part in parts if part.strip()) if cuts else text


def _by_wording(verdict: Verdict, look: _Look, keys: tuple[str, ...], rules: Rules) -> RemovalReason | None:
    if not look.text:
        return verdict.cuts[0].reason if verdict.cuts else RemovalReason.OTHER
    if look.reporting or look.key in keys:
        return None
    return verdict.paragraph.region or rules.residue(look.text, outside=False)


def _remove_repetitions(verdicts: list[Verdict], looks: list[_Look], keys: tuple[str, ...]) -> None:
    """Remove lines said twice. Of equal lines the first one that ends like a sentence stays: the other is its caption."""
    best: dict[str, int] = {}
    for i, (verdict, look) in enumerate(zip(verdicts, looks, strict=True)):
        if verdict.reason is not None or look.words < 4:
            continue
        j = best.get(look.key)
        if j is None:
            best[look.key] = i
        elif look.terminal and not looks[j].terminal and look.key not in keys:
            verdicts[j].reason = RemovalReason.DUPLICATE
            best[look.key] = i
        else:
            verdict.reason = RemovalReason.DUPLICATE
    # A caption repeats a sentence, or the beginning of one, without its full stop.
    whole = "\n".join(look.key for v, look in zip(verdicts, looks, strict=True) if v.reason is None and look.terminal)
    checks = 0
    for verdict, look in zip(verdicts, looks, strict=True):
        if verdict.reason is None and not look.terminal and not look.reporting and len(look.key) >= _CONTAINED_CHARACTERS:
            checks += 1
            if checks > _CONTAINED_CHECKS:
                break
            if look.key not in keys and look.key in whole:
                verdict.reason = RemovalReason.DUPLICATE


def _main_run(verdicts: list[Verdict], looks: list[_Look]) -> tuple[int, int]:
    """Return the [first, last) lines whose weights sum highest: sentences count for, everything else against."""
    best = total = 0.0
    first = last = start = 0
    for i, (verdict, look) in enumerate(zip(verdicts, looks, strict=True)):
        if total <= 0:
            total, start = 0.0, i
        total += _weight(verdict, look)
        if total > best:
            best, first, last = total, start, i + 1
    return first, last


def _weight(verdict: Verdict, look: _Look) -> float:
    if verdict.reason is not None:
        return -0.3
    if look.sentence:
        return 1.0 + min(look.words, 400) / 10
    return 0.3 if look.terminal or look.reporting else -1.0


def _cut_at_end(verdicts: list[Verdict], looks: list[_Look], first: int, last: int, rules: Rules) -> int:
    """Return where the main run stops: at the first line that closes an article, if most of the sentences precede it."""
    weights = [max(_weight(v, look), 0.0) for v, look in zip(verdicts, looks, strict=True)]
    total, before = sum(weights[first:last]), 0.0
    for i in range(first, last):
        before += weights[i]
        if before > total / 2 and rules.is_end(verdicts[i].paragraph.text):
            return i
    return last


def _judge_captions(verdicts: list[Verdict], looks: list[_Look], first: int, last: int, keys: tuple[str, ...]) -> None:
    """Remove unpunctuated lines between punctuated paragraphs: captions without a credit."""
    run = [i for i in range(first, last) if verdicts[i].reason is None]
    long = [i for i in run if looks[i].words >= _CAPTION_WORDS]
    punctuated = [i for i in long if looks[i].terminal]
    if len(punctuated) < 3 or len(punctuated) < 0.6 * len(long):
        return
    for i in long:
        look, paragraph = looks[i], verdicts[i].paragraph
        if look.terminal or look.reporting or paragraph.heading or paragraph.item or is_title(look.key, keys):
            continue
        if _LIST_MARK.match(look.text) or look.text.isupper():
            continue
        verdicts[i].reason = RemovalReason.CAPTION


def _judge_outside(
    verdicts: list[Verdict], looks: list[_Look], first: int, last: int, keys: tuple[str, ...], rules: Rules
) -> None:
    titled = next(
        (i for i in range(min(first + 3, len(verdicts))) if verdicts[i].reason is None and is_title(looks[i].key, keys)), None
    )
    leading = [i for i in range(first) if verdicts[i].reason is None]
    near = set(leading[-_LEADING_NEAR:])
    for i in leading:
        look, verdict = looks[i], verdicts[i]
        if i == titled:
            continue
        if titled is not None and i < titled:
            verdict.reason = rules.residue(look.text, outside=True) or RemovalReason.MENU
        elif look.words < 4 or i not in near:
            verdict.reason = rules.residue(look.text, outside=True) or RemovalReason.MENU
        else:
            verdict.reason = rules.residue(look.text, outside=True)
    for i in range(last, len(verdicts)):
        look, verdict = looks[i], verdicts[i]
        if verdict.reason is None and not look.reporting:
            verdict.reason = rules.residue(look.text, outside=True) or RemovalReason.RELATED


def _name_kinds(verdicts: list[Verdict], looks: list[_Look], first: int, keys: tuple[str, ...]) -> None:
    headline = False
    for i, (verdict, look) in enumerate(zip(verdicts, looks, strict=True)):
        if verdict.reason is not None:
            continue
        if look.reporting:
            verdict.kind = LineKind.REPORTING
        elif not headline and i < first + 3 and (is_title(look.key, keys) or (i < first and not keys)):
            verdict.kind, headline = LineKind.HEADLINE, True
        elif i < first:
            verdict.kind = LineKind.DECK
        elif look.terminal or look.words >= _CAPTION_WORDS or _FIGURE.search(look.text) or _LIST_MARK.match(look.text):
            verdict.kind = LineKind.SUBHEADING if verdict.paragraph.heading else LineKind.BODY
        else:
            verdict.kind = LineKind.SUBHEADING
