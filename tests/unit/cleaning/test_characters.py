"""The character table: what is dropped, what becomes a space, what is spelt out."""

import pytest

from worker.cleaning.characters import TextBuilder


def build(raw: str, *, flow: bool = False) -> tuple[str, list[int]]:
    builder = TextBuilder(flow=flow)
    builder.copy(raw, 0, len(raw))
    return builder.text(), list(builder.offsets)


@pytest.mark.parametrize(
    ("raw", "clean", "offsets"),
    [
        ("ceasefire", "ceasefire", list(range(9))),
        ("five\xa0days", "five days", list(range(9))),
        ("ne\xadgo\u200btiate", "negotiate", [0, 1, 3, 4, 6, 7, 8, 9, 10]),
        ("a  \u2009b", "a b", [0, 1, 4]),
        ("ﬁrm oﬀer", "firm offer", [0, 0, 1, 2, 3, 4, 5, 5, 6, 7]),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd", [0, 1, 3, 4, 5, 6, 7]),
        ("\ufeffa\x00b", "ab", [1, 3]),
        ("x\ud800y", "x\ufffdy", [0, 1, 2]),
        ("co\u2011operate", "co-operate", list(range(10))),
        ("½ … “two” – 2°C", "½ … “two” – 2°C", list(range(15))),
    ],
)
def test_plain_text(raw: str, clean: str, offsets: list[int]) -> None:
    assert build(raw) == (clean, offsets)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("A&amp;B", "A&B"),
        ("it&#8217;s &#x201C;off&#x201D;", "it’s “off”"),
        ("1&nbsp;000\n\n   euros", "1 000 euros"),
        ("co&shy;operate", "cooperate"),
        ("AT&T and R&D;", "AT&T and R&D;"),
        ("&lt;b&gt;", "<b>"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
        ("&bogus; &", "&bogus; &"),
    ],
)
def test_text_of_a_page_has_its_entities_decoded_and_its_spaces_collapsed(raw: str, clean: str) -> None:
    assert build(raw, flow=True)[0] == clean


def test_an_entity_of_two_characters_maps_both_to_its_beginning() -> None:
    text, offsets = build("x&NotEqualTilde;", flow=True)
    assert (text, offsets) == ("x≂̸", [0, 1, 1])
