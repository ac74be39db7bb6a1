"""Which prediction stands for which gold event? A largest one-to-one matching."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Gold = TypeVar("Gold")
Guess = TypeVar("Guess")


def match(
    gold: Sequence[Gold], guesses: Sequence[Guess], compatible: Callable[[Gold, Guess], bool]
) -> list[tuple[int, int]]:
    """Return pairs of indices, as many as there can be, in which each gold event and each guess occurs once at most.

    Gold events are served in order and each takes the first guess it can have; an earlier one makes room where it has
    another choice (augmenting paths).
    """
    taken_by: dict[int, int] = {}
    choices = [[index for index, guess in enumerate(guesses) if compatible(event, guess)] for event in gold]

    def serve(event: int, tried: set[int]) -> bool:
        for guess in choices[event]:
            if guess in tried:
                continue
            tried.add(guess)
            if guess not in taken_by or serve(taken_by[guess], tried):
                taken_by[guess] = event
                return True
        return False

    for event in range(len(gold)):
        serve(event, set())
    return [(event, guess) for guess, event in taken_by.items()]
