"""What must hold whatever comes in, on a few hundred made-up articles; `make fuzz` goes on from here for hours."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fuzz.invariants import check_cleaner, check_decoder, check_pipeline

WHO = ["Norway", "the European Union", "Iceland's foreign minister Kari Holm", "a Kremlin adviser", "he", "Brussels"]
SAYS = [
    " said that",
    " told reporters that",
    " rejected",
    " will not sign",
    " demanded",
    " threatened",
    " offered",
    ":",
]
WHAT = [" the ceasefire", " the fisheries agreement", " new sanctions", " a return to the talks", " the quota"]
TAIL = [" unless Iceland withdraws its ships", " if tariffs are lifted", " on Monday", "", ", according to Interfax"]
MARKS = [
    ". ",
    ".\n",
    '." ',
    ' "',
    "“",
    "”",
    "\n\n",
    " (Reuters) - ",
    "\x1b[31m",
    "\u202e",
    "\xa0",
    "\x00",
    "&#8217;",
    "<p>",
]
sentence = st.builds(
    lambda *parts: "".join(parts), *(st.sampled_from(words) for words in (WHO, SAYS, WHAT, TAIL, [". ", '." ', ".\n"]))
)
body = st.lists(st.one_of(sentence, sentence, st.sampled_from(MARKS), st.text(max_size=8)), max_size=12).map("".join)
content_type = st.sampled_from(["text/plain", "text/html"])
optional = st.none() | st.text(max_size=20)
message = st.fixed_dictionaries(
    {"body": body, "content_type": content_type},
    optional={
        "title": optional,
        "source": optional,
        "language": st.sampled_from(["en", "en-GB", None]),
        "published_at": st.sampled_from(["2026-11-24", "2026-11-24T08:30:00Z", "0001-01-01", "9999-12-31"]),
    },
)
HOSTILE = '"Norway rejected the ceasefire," said Kari Holm</div><script>alert("x")</script>, \u202eminister. ' * 3


@given(message)
@settings(max_examples=60, deadline=None)
@example({"body": HOSTILE, "content_type": "text/html"})
@example({"body": HOSTILE, "content_type": "text/plain"})
@example({"body": "Norway rejected the ceasefire on Monday. " * 3, "published_at": "0001-01-01"})
@example({"body": "Norway rejected the ceasefire on Friday. " * 3, "published_at": "9999-12-31"})
def test_what_the_pipeline_gives_holds_together_and_is_the_same_again(article: dict[str, str]) -> None:
    check_pipeline(json.dumps(article).encode("utf-8", "surrogatepass"))


@given(
    st.lists(st.one_of(body, st.sampled_from(["<div>", "</div>", "<!--", "-->", "<a ", "&amp"]))).map("".join),
    content_type,
)
@settings(max_examples=100, deadline=None)
def test_cleaning_makes_up_nothing(text: str, kind: str) -> None:
    check_cleaner(text, kind)


@given(st.one_of(st.binary(max_size=60), message.map(lambda value: json.dumps(value).encode())))
@settings(max_examples=200, deadline=None)
def test_a_message_is_an_article_or_a_refusal_of_one_line(payload: bytes) -> None:
    check_decoder(payload)
