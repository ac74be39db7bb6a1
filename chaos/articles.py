"""What is fed? Article messages that a seed and a number give, so that a calm run can be fed the very same."""

import json
import random

NO_JSON_EVERY, SKIPPED_EVERY, TWICE_EVERY = 97, 41, 31
"""One article in so many is no JSON, has nothing to read, is fed twice on purpose."""
SENTENCE = "the talks on quotas and wages went on all night while both sides kept to what they had said before"
WORDS = SENTENCE.split()


def article_id(seed: int, number: int) -> str:
    """Return the id of an article."""
    return f"chaos-{seed}-{number}"


def payload(seed: int, number: int) -> str:
    """Return the message of an article as its producer appends it; some are no JSON and belong to the dead letters."""
    if number % NO_JSON_EVERY == NO_JSON_EVERY - 1:
        return f"{article_id(seed, number)} is no JSON"
    return json.dumps({"id": article_id(seed, number), "source": "Chaos", "body": _body(seed, number)})


def is_fed_twice(number: int) -> bool:
    """Whether the producer feeds the article a second time on purpose."""
    return number % TWICE_EVERY == TWICE_EVERY - 1


def _body(seed: int, number: int) -> str:
    """Return lines that the stand-in reads: `demand` gives a position, `hint` one with the newer version only."""
    if number % SKIPPED_EVERY == SKIPPED_EVERY - 1:
        return ""
    dice = random.Random(f"{seed} {number}")  # noqa: S311 (no secret)
    lines = [f"demand {_words(dice)}" for _ in range(dice.randrange(4))]
    lines += [f"hint {_words(dice)}" for _ in range(dice.randrange(2))]
    lines += [_words(dice) for _ in range(dice.randrange(1, 20))]
    dice.shuffle(lines)
    return "\n".join(lines)


def _words(dice: random.Random) -> str:
    return " ".join(dice.choices(WORDS, k=dice.randrange(3, 15)))
