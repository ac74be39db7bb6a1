"""The same article in another style: what headlines, quotation marks and spelling must not change."""

import re
from collections.abc import Callable
from functools import cache

import pytest

from worker.extraction.component import plain_article
from worker.extraction.extractor import Extractor
from worker.extraction.loading import load_extractor

FISH = """Norway rejects Iceland's mackerel offer
Norway will not accept Iceland's proposal to split the mackerel quota, its fisheries minister said on Tuesday.
"We cannot sign an agreement that ignores science," Norwegian fisheries minister Kari Holm told reporters. \
"Iceland must cut its catch first."
Iceland called on Norway to return to the talks and said it was ready to discuss a smaller share if Norway \
lifted its ban on landings.
The European Union threatened both sides with sanctions unless they reach a deal by June."""

TRUCE = """Eritrea ready for truce talks as Ethiopia demands withdrawal
Eritrea said on Monday that it was ready to begin ceasefire talks with Ethiopia without preconditions.
"We accept the proposal of the African Union and will honour a truce," Eritrean Foreign Minister Yonas Tekle told \
a news conference.
Ethiopia rejected the offer and demanded that Eritrea withdraw its forces from the border town first.
"There will be no negotiations while a single soldier occupies our territory," said Ethiopian government spokeswoman \
Hanna Bekele.
The United States urged both sides to sign a ceasefire and warned that it would impose sanctions on whoever blocks \
the talks."""

BEEF = """Brazil refuses to lower tariffs on Japanese cars
Brazil will not lower its tariffs on Japanese cars unless Japan opens its market to Brazilian beef, trade minister \
Paulo Serra said on Friday.
Japan rejected the condition. "Food safety is not negotiable," Japanese agriculture minister Kenji Mori said.
Japan has proposed a programme of joint inspections and favours a five-year transition, according to officials in Tokyo.
Brazil called the proposal a step forward but insisted on a written defence of its farmers' labour rights."""

TELEGRAPHIC_FISH = """Norway rejects Iceland mackerel offer
Norway won't accept Iceland proposal to split mackerel quota, fisheries minister says.
"We cannot sign agreement that ignores science," Norwegian fisheries minister Kari Holm tells reporters. \
"Iceland must cut its catch first."
Iceland calls on Norway to return to talks, says ready to discuss smaller share if Norway lifts ban on landings.
European Union threatens both sides with sanctions unless they reach deal by June."""

TELEGRAPHIC_TRUCE = """Eritrea ready for truce talks as Ethiopia demands withdrawal
Eritrea ready to begin ceasefire talks with Ethiopia without preconditions, it says Monday.
"We accept proposal of African Union, will honour truce," Eritrean Foreign Minister Yonas Tekle tells news conference.
Ethiopia rejects offer, demands Eritrea withdraw forces from border town first.
"No negotiations while single soldier occupies our territory," says Ethiopian government spokeswoman Hanna Bekele.
United States urges both sides to sign ceasefire, warns it will impose sanctions on whoever blocks talks."""

SMALL_WORDS = re.compile(r"(?:an?|the|to|of|on|in|for|and|or|by|as|at|if|with|but|from|its)")
AMERICAN = {
    "programme": "program",
    "favours": "favors",
    "honour": "honor",
    "defence": "defense",
    "labour": "labor",
}


@cache
def extractor() -> Extractor:
    return load_extractor()


CLEAR = 0.32
"""Confidence of a label that no turn of style may add or take away; the threshold below is for those in doubt."""


@cache
def labels(text: str, *, above: float = 0.0) -> frozenset[tuple[str, str, str]]:
    found = extractor().extract([plain_article(text)])[0].positions
    return frozenset((p.party.name, p.issue.value, p.stance.value) for p in found if p.confidence >= above)


def title_case(text: str) -> str:
    return "\n".join(
        " ".join(
            word if at and SMALL_WORDS.fullmatch(word) else re.sub(r"\w", lambda m: m[0].upper(), word, count=1)
            for at, word in enumerate(line.split(" "))
        )
        for line in text.split("\n")
    )


def headline(change: Callable[[str], str]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        first, rest = text.split("\n", 1)
        return f"{change(first)}\n{rest}"

    return changed


STYLES = {
    "title case": title_case,
    "headline in title case": headline(title_case),
    "headline in capitals": headline(str.upper),
    "curly quotation marks": lambda text: re.sub(r'"(.*?)"', r"“\1”", text).replace("'", "’"),
    "single quotation marks": lambda text: re.sub(r'"(.*?)"', r"‘\1’", text),
    "American spelling": lambda text: re.sub(r"\w+", lambda m: AMERICAN.get(m[0], m[0]), text),
}


@pytest.mark.parametrize("article", [FISH, TRUCE, BEEF], ids=["fish", "truce", "beef"])
@pytest.mark.parametrize("style", STYLES)
def test_an_article_in_another_style_has_the_same_positions(article: str, style: str) -> None:
    changed = STYLES[style](article)

    assert labels(article, above=CLEAR)
    assert labels(article, above=CLEAR) <= labels(changed)
    assert labels(changed, above=CLEAR) <= labels(article)


@pytest.mark.parametrize(
    ("article", "short"), [(FISH, TELEGRAPHIC_FISH), (TRUCE, TELEGRAPHIC_TRUCE)], ids=["fish", "truce"]
)
def test_an_article_without_articles_and_auxiliaries_has_the_same_clear_parties_and_most_positions(
    article: str, short: str
) -> None:
    full, telegraphic = labels(article), labels(short)

    assert {party for party, _, _ in labels(article, above=CLEAR)} <= {party for party, _, _ in telegraphic}
    assert {party for party, _, _ in labels(short, above=CLEAR)} <= {party for party, _, _ in full}
    assert len(full & telegraphic) > 0.6 * len(full | telegraphic)


NEWS = (
    "\nNegotiators met in Geneva on Monday. The talks about a ceasefire, sanctions and a peace deal have lasted a week."
)


@pytest.mark.parametrize(
    ("headline", "sentence"),
    [
        ("Kremlin ready to begin peace talks", "The Kremlin is ready to begin peace talks"),
        ("Norway set to sign fisheries deal with Iceland", "Norway is set to sign a fisheries deal with Iceland"),
        ("Turkey to boycott Geneva talks", "Turkey will boycott the Geneva talks"),
        ("Poland urges EU to widen sanctions on Belarus", "Poland urged the EU to widen sanctions on Belarus"),
        ("Ethiopia against African Union mediation", "Ethiopia is against the African Union's mediation"),
        ("Brazil not ready to sign climate pact", "Brazil is not ready to sign the climate pact"),
    ],
)
def test_a_headline_without_auxiliary_has_the_clear_position_of_the_sentence(headline: str, sentence: str) -> None:
    assert labels(sentence + NEWS, above=CLEAR)
    assert labels(sentence + NEWS, above=CLEAR) <= labels(headline + NEWS)


def test_of_what_a_speaker_tells_of_another_party_the_other_party_is_the_surer_holder() -> None:
    found = extractor().extract([plain_article(f"Macron said Ukraine is ready for an unconditional ceasefire.{NEWS}")])
    sure = {p.party.name: p.confidence for p in found[0].positions}

    assert sure["Ukraine"] > sure.get("France", 0.0)


@pytest.mark.parametrize(
    "headline",
    [
        "Kremlin: no truce without sanctions relief for our banks",
        "No truce without sanctions relief for banks: Kremlin",
    ],
)
def test_a_headline_with_a_colon_is_its_speakers(headline: str) -> None:
    text = f"{headline}\nRussia rejected a truce on Monday and demanded that sanctions on its banks be lifted."
    found = extractor().extract([plain_article(text)])[0].positions

    assert {p.party.name for p in found if p.evidence[1] <= len(headline)} == {"Russia"}
