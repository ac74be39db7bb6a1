"""How far do predictions agree with gold annotations? The figures of `stancewire evaluate`.

Counts are added up over articles. `positions` and `party_issue` compare each article's sets of labels, `mentions`
compares events one to one where their words overlap, `detection` compares which units carry a position at all. Of pairs
that share words and party the other labels are compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from worker.evaluation.figures import Cleaning, Difference, Figures
from worker.evaluation.gold import GoldArticle, GoldEvent, Predicted, Prediction
from worker.evaluation.matching import match
from worker.evaluation.names import Words, addressee_keys, letters, overlap, party_key, surname_key, words

SAME_WORDS = 0.5
SHORTEST_BOILERPLATE = 12
"""Characters below which it cannot be told whether a line of boilerplate is still there."""


@dataclass(frozen=True, slots=True)
class _Gold:
    event: GoldEvent
    party: str
    evidence: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class _Guess:
    position: Predicted
    party: str
    evidence: Words


def evaluate(gold: Iterable[GoldArticle], predictions: Mapping[str, Prediction]) -> Figures:
    """Return the figures of predictions against gold articles; an article without a prediction has no positions."""
    figures = Figures()
    for article in gold:
        prediction = predictions.get(article.id)
        if prediction is None:
            figures.articles_missing.append(article.id)
            prediction = Prediction(article_id=article.id)
        _count_article(figures, article, prediction)
    return figures


def _count_article(figures: Figures, article: GoldArticle, prediction: Prediction) -> None:
    units = [words(unit) for unit in article.units]
    events = [
        _Gold(event, party_key(event.party), tuple(units[unit] for unit in event.sents)) for event in article.events
    ]
    guesses = [
        _Guess(position, party_key(position.party), words(position.evidence)) for position in prediction.positions
    ]
    _count_labels(figures, events, guesses)
    pairs = match(
        events, guesses, lambda event, guess: _near(event, guess) and _labels(event) == _guessed_labels(guess)
    )
    figures.retrieval["mentions"].add(len(pairs), len(guesses) - len(pairs), len(events) - len(pairs))
    _count_units(figures, units, events, guesses)
    _note_differences(figures, article, events, guesses, pairs)
    _count_attributes(figures, events, guesses, pairs)
    if prediction.cleaned_text is not None:
        _count_cleaning(figures.cleaning, article, prediction.cleaned_text)


def _near(event: _Gold, guess: _Guess) -> bool:
    return any(overlap(unit, guess.evidence) >= SAME_WORDS for unit in event.evidence)


def _labels(event: _Gold) -> tuple[str | None, ...]:
    return event.party, event.event.issue, event.event.stance


def _guessed_labels(guess: _Guess) -> tuple[str | None, ...]:
    return guess.party, guess.position.issue, guess.position.stance


def _count_labels(figures: Figures, events: Sequence[_Gold], guesses: Sequence[_Guess]) -> None:
    for name, length in (("positions", 3), ("party_issue", 2)):
        there = {_labels(event)[:length] for event in events}
        said = {_guessed_labels(guess)[:length] for guess in guesses}
        figures.retrieval[name].add(len(there & said), len(said - there), len(there - said))


def _count_units(figures: Figures, units: Sequence[Words], events: Sequence[_Gold], guesses: Sequence[_Guess]) -> None:
    """Compare which units carry a position. One that evidence reaches beside a right one does not count against it."""
    there = {unit for event in events for unit in event.event.sents}
    covered = [
        {index for index, unit in enumerate(units) if overlap(unit, guess.evidence) >= SAME_WORDS} for guess in guesses
    ]
    said = set().union(*covered)
    beside = set().union(*(cover for cover in covered if cover & there)) - there
    said -= beside
    figures.retrieval["detection"].add(len(there & said), len(said - there), len(there - said))


def _note_differences(
    figures: Figures,
    article: GoldArticle,
    events: Sequence[_Gold],
    guesses: Sequence[_Guess],
    pairs: list[tuple[int, int]],
) -> None:
    found = {event for event, _ in pairs}
    right = {guess for _, guess in pairs}
    for index, item in enumerate(events):
        event = item.event
        figures.found_by_stance[event.stance.value, index in found] += 1
        figures.found_by_issue[event.issue.value, index in found] += 1
        if index not in found:
            text = " ".join(article.units[unit] for unit in event.sents)
            figures.missed.append(Difference(article.id, event.party, event.issue.value, event.stance.value, text))
    for index, guess in enumerate(guesses):
        if index not in right:
            said = guess.position
            figures.superfluous.append(
                Difference(article.id, said.party or "", said.issue or "", said.stance or "", said.evidence or "")
            )


def _count_attributes(
    figures: Figures, events: Sequence[_Gold], guesses: Sequence[_Guess], pairs: list[tuple[int, int]]
) -> None:
    """Compare the other labels: first of the pairs that agree in all, then of pairs that share words and party."""
    found, right = {event for event, _ in pairs}, {guess for _, guess in pairs}
    others = [index for index in range(len(events)) if index not in found]
    rest = [index for index in range(len(guesses)) if index not in right]
    further = match(
        [events[index] for index in others],
        [guesses[index] for index in rest],
        lambda event, guess: _near(event, guess) and event.party == guess.party,
    )
    for event, guess in [*pairs, *((others[left], rest[right]) for left, right in further)]:
        _compare(figures, events[event].event, guesses[guess].position)


def _compare(figures: Figures, event: GoldEvent, said: Predicted) -> None:
    same = {
        "issue": event.issue == said.issue,
        "stance": event.stance == said.stance,
        "speaker": surname_key(event.speaker) == surname_key(said.speaker),
        "attribution": event.attribution == said.attribution,
        "addressee": party_key(said.addressee) in addressee_keys(event.addressee),
        "time": event.time == (said.time or "current"),
    }
    for name, agrees in same.items():
        figures.accuracy[name].same += agrees
        figures.accuracy[name].of += 1
    if not same["stance"]:
        figures.confusions["stance", event.stance.value, str(said.stance)] += 1
    if not same["issue"]:
        figures.confusions["issue", event.issue.value, str(said.issue)] += 1
    there, guessed = words(event.condition), words(said.condition)
    if there and guessed and overlap(there, guessed) >= SAME_WORDS:
        figures.retrieval["condition"].add(1, 0, 0)
    else:
        figures.retrieval["condition"].add(0, bool(guessed), bool(there))


def _count_cleaning(cleaning: Cleaning, article: GoldArticle, cleaned_text: str) -> None:
    """Count which units are still in the cleaned text. Boilerplate that is also said in the body cannot be told."""
    cleaned = letters(cleaned_text)
    folded = [letters(unit).strip() for unit in article.units]
    bodies = [unit for index, unit in enumerate(folded) if index not in article.boilerplate]
    for index, unit in enumerate(folded):
        if not unit:
            continue
        kept = unit in cleaned
        if index not in article.boilerplate:
            cleaning.body += len(unit)
            cleaning.kept += len(unit) * kept
        elif len(unit) >= SHORTEST_BOILERPLATE and not any(unit in body for body in bodies):
            cleaning.boilerplate += len(unit)
            cleaning.removed += len(unit) * (not kept)
