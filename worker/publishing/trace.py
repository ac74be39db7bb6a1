"""How does a producer's trace reach the topics and the log? As it came, in CloudEvents' distributed tracing fields.

No span of our own is opened: whoever reads a topic goes on from the span that fed the article.
"""

import re
from collections.abc import Mapping

TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""Version, trace, parent, flags, as W3C Trace Context has them; all zeros mean no trace."""
TRACESTATE = re.compile(rb"[\x20-\x7e]{1,512}")


def traceparent_of(fields: Mapping[bytes, bytes]) -> str | None:
    """Return the `traceparent` of an entry of `articles`, None where there is none or what stands there is none."""
    value = fields.get(b"traceparent", b"")
    return value.decode() if TRACEPARENT.fullmatch(value) else None


def trace_fields(fields: Mapping[bytes, bytes]) -> tuple[str, ...]:
    """Return the names and values to add to an event: of `traceparent`, and of `tracestate` where both came."""
    traceparent = traceparent_of(fields)
    if traceparent is None:
        return ()
    tracestate = fields.get(b"tracestate", b"")
    if not TRACESTATE.fullmatch(tracestate):
        return ("traceparent", traceparent)
    return ("traceparent", traceparent, "tracestate", tracestate.decode())
