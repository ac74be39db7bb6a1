"""The heads know nothing of dockers and port employers: a pack's words and parties must carry them along."""

from worker.extraction.component import plain_article
from worker.extraction.loading import load_extractor

ARTICLE = """Dockers reject port operators' pay offer
The Harbour Workers' Union rejected the Port Employers' Association's revised pay offer on Tuesday as derisory.
"Our members will not accept a pay cut in real terms," the union's general secretary, Maren Oduya, told reporters.
Port employers are ready to go to conciliation, their chief negotiator said.
Oduya demanded back pay and an inflation linked settlement before talks resume."""


def labels(domain: str) -> set[tuple[str, str, str]]:
    [extraction] = load_extractor(domain).extract([plain_article(ARTICLE)])
    return {(p.party.name, p.issue.value, p.stance.value) for p in extraction.positions}


def test_learned_heads_work_with_the_parties_and_words_of_a_pack() -> None:
    found = labels("pay_round")

    assert {("Harbour Workers' Union", "economy", "oppose"), ("Harbour Workers' Union", "economy", "demand")} <= found
    assert any(party == "Port Employers' Association" for party, _, _ in found)


def test_without_the_pack_its_parties_are_not_told_apart() -> None:
    assert all(party != "Port Employers' Association" for party, _, _ in labels("negotiations"))
