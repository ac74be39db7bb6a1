"""How does time grow with the length of nasty input, up to 5 MB? `python -m tests.fuzz.growth [LARGEST]`.

Each shape at a sixteenth, a quarter and the whole of the length. Four times the length may take about four times as
long; what takes more than ten times as long is quadratic, and the exit code 1.
"""

import gc
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from schemas.decoding import DecodingError, DecodingLimits, decode_article
from schemas.messages import ArticleMessage
from tests.fuzz.shapes import BODIES, MESSAGES
from worker.cleaning import CleaningLimits, clean

LARGEST = 5_000_000
STEPS = (16, 4, 1)
QUADRATIC = 10
SHORT = 0.5
NOISE = 0.02
"""Seconds below which a ratio says nothing."""
NO_LIMIT = 10**9


def cleaned(content_type: str) -> Callable[[str], object]:
    """Return the cleaning of a body without limits on its length."""
    limits = CleaningLimits(max_body_characters=NO_LIMIT, max_text_characters=NO_LIMIT)
    return lambda body: clean(ArticleMessage.model_construct(body=body, content_type=content_type), limits=limits)


def decoded(payload: bytes) -> object:
    """Return the article in a message without a limit on its length."""
    with suppress(DecodingError):
        return decode_article(payload, limits=DecodingLimits(max_bytes=NO_LIMIT))
    return None


def seconds(make: Callable[[int], Any], run: Callable[[Any], object], size: int) -> float:
    """Return the processor time for a shape of about so many characters: the better of two where it is short."""
    sample = 10_000
    body = make(int(size * sample / len(make(sample))))
    found = [timed(run, body)]
    if found[0] < SHORT:
        found.append(timed(run, body))
    return min(found)


def timed(run: Callable[[Any], object], body: Any) -> float:
    """Return the processor time of one run."""
    gc.collect()
    started = time.process_time()
    run(body)
    return time.process_time() - started


def main() -> int:
    """Measure every shape and print a line each."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else LARGEST
    kinds: list[tuple[str, dict[str, Callable[[int], Any]], Callable[[Any], object]]] = [
        ("message", MESSAGES, decoded),
        ("page", BODIES, cleaned("text/html")),
        ("text", BODIES, cleaned("text/plain")),
    ]
    quadratic = []
    for kind, shapes, run in kinds:
        for name, make in shapes.items():
            taken = [seconds(make, run, largest // step) for step in STEPS]
            ratio = taken[-1] / max(taken[-2], NOISE)
            print(f"{kind:<8} {name:<36}", *(f"{second:8.3f} s" for second in taken), f"x {ratio:5.1f}", flush=True)
            if ratio > QUADRATIC:
                quadratic.append(f"{name} as {kind}")
    print(f"quadratic: {', '.join(quadratic) or 'none'}")
    return int(bool(quadratic))


if __name__ == "__main__":
    sys.exit(main())
