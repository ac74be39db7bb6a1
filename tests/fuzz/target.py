"""One fuzzer: `python -m tests.fuzz.target decoder|cleaner|pipeline [options of libFuzzer]`."""

import json
import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["schemas", "worker"]):
    from tests.fuzz import invariants

PIECES = (
    *("Norway", "the European Union", "a Kremlin adviser", "foreign minister Kari Holm", "he", "Brussels", "Oslo"),
    *(" said", " told reporters", " rejected", " will not sign", " demanded", " offered", " threatened", " unless"),
    *(" the ceasefire", " the agreement", " sanctions", " talks", " the quota", " if Iceland withdrew", " on Monday"),
    *(". ", ", ", ': "', '." ', "“", "”", "\n", "\n\n", " (Reuters) - ", "LONDON, March 4", " not", " never", "'s"),
    *(
        "<p>",
        "</p>",
        "<div class='ad'>",
        "<h1>",
        "<br>",
        "&amp;",
        "&#8217;",
        "<!--",
        "-->",
        "<script>",
        "\x00",
        "\u202e",
    ),
)
"""Words of the trade: a fuzzer alone would take for ever to write a sentence that passes the gate."""


def written(data: bytes) -> tuple[str, str]:
    """Return a body and its content type: pieces by number, mixed with whatever characters the fuzzer likes."""
    provider = atheris.FuzzedDataProvider(data)
    content_type = provider.PickValueInList(["text/plain", "text/html"])
    parts = []
    while provider.remaining_bytes():
        number = provider.ConsumeIntInRange(0, 255)
        parts.append(
            PIECES[number % len(PIECES)] if number < 230 else provider.ConsumeUnicodeNoSurrogates(number - 229)
        )
    return "".join(parts), content_type


def cleaner(data: bytes) -> None:
    """Fuzz cleaning."""
    body, content_type = written(data)
    invariants.check_cleaner(body, content_type)


def pipeline(data: bytes) -> None:
    """Fuzz the whole way from the message to the events."""
    body, content_type = written(data)
    message = {"body": body, "content_type": content_type, "published_at": "2026-11-24"}
    invariants.check_pipeline(json.dumps(message).encode())


TARGETS: dict[str, Callable[[bytes], None]] = {
    "decoder": invariants.check_decoder,
    "cleaner": cleaner,
    "pipeline": pipeline,
}

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    if target is pipeline:
        invariants.pipeline()  # loading counts for no input
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
