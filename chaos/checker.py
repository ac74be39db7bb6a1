"""Was the promise kept? A judge that knows only what was fed, what the topics hold, and what a calm run gives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from chaos.effects import Effect
from chaos.feeding import Fed


class Breach(StrEnum):
    """How a promise can be broken."""

    LOST = "lost"
    """Fed, and nothing came of it."""
    DOUBLED = "doubled"
    """It took effect more than once."""
    ALTERED = "altered"
    """Its events are not those of a calm run, by either version of the extractor."""
    DEAD = "wrongly dead"
    """A dead letter, though a calm run processes it."""
    UNINVITED = "uninvited"
    """The topics hold what nobody has fed."""
    PENDING = "pending"
    """Entries that are not done."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """What the server still holds of work, in the end."""

    pending: int = 0
    lag: int = 0
    attempts: int = 0
    """Lines in the books on entries that are done."""


@dataclass(slots=True)
class Verdict:
    """What the judge has found."""

    articles: int = 0
    positions: int = 0
    duplicates: int = 0
    letters: int = 0
    breaches: dict[Breach, list[str]] = field(default_factory=lambda: {breach: [] for breach in Breach})
    """The articles, by what happened to them."""

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return not any(self.breaches.values())


def judge(
    fed: Mapping[str, Fed],
    effects: Mapping[str, Effect],
    calm: Sequence[Mapping[str, Effect]],
    leftover: Leftover = Leftover(),
) -> Verdict:
    """Compare what was fed with what came of it; `calm` are the effects of calm runs, one a version."""
    verdict = Verdict(articles=len(fed))
    for article, times in fed.items():
        effect = effects.get(article, Effect())
        verdict.positions += len(effect.positions)
        verdict.duplicates += effect.duplicates
        verdict.letters += len(effect.letters)
        expected = [run[article] for run in calm]
        breaches = _letters(times, effect, expected) if expected[0].letters else _results(times, effect, expected)
        for breach in breaches:
            verdict.breaches[breach].append(article)
    verdict.breaches[Breach.UNINVITED] += [article for article in effects if article not in fed]
    for name, count in (("pending", leftover.pending), ("unread", leftover.lag), ("attempts", leftover.attempts)):
        if count:
            verdict.breaches[Breach.PENDING].append(f"{count} {name}")
    return verdict


def _results(times: Fed, effect: Effect, expected: Sequence[Effect]) -> Iterator[Breach]:
    """Judge an article that a calm run publishes results of."""
    if effect.letters:
        yield Breach.DEAD
    found = effect.positions, effect.summaries
    if found not in [(calm.positions, calm.summaries) for calm in expected]:
        if len(effect.summaries) > 1 or len(set(effect.positions)) < len(effect.positions):
            yield Breach.DOUBLED
        elif effect.summaries or effect.positions:
            yield Breach.ALTERED
        elif not effect.letters and times.certainly:
            yield Breach.LOST
    # Each entry but the first says that it is a duplicate.
    answered = len(effect.summaries) + effect.duplicates + len(effect.letters)
    if effect.summaries and answered < times.certainly:
        yield Breach.LOST
    if len(effect.summaries) == 1 and answered > times.certainly + times.perhaps:
        yield Breach.DOUBLED


def _letters(times: Fed, effect: Effect, expected: Sequence[Effect]) -> Iterator[Breach]:
    """Judge an article that belongs to the dead letters, once for each time that it was fed."""
    if effect.positions or effect.summaries or effect.duplicates:
        yield Breach.ALTERED
    if not {*effect.letters} <= {letter for calm in expected for letter in calm.letters}:
        yield Breach.ALTERED
    if len(effect.letters) < times.certainly:
        yield Breach.LOST
    if len(effect.letters) > times.certainly + times.perhaps or len({*effect.dead_entries}) < len(effect.dead_entries):
        yield Breach.DOUBLED
