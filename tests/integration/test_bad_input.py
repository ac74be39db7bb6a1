"""Bad input through the real pipeline in real workers: one clear reason each, no crash, no harm to neighbours."""

import json
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from system import System, metrics_of

from schemas.codes import Reason
from worker.publishing.dead_letters import original_fields
from worker.supervisor import Supervisor

ARTICLE = (
    "HARWICK, 3 March - The dockers' union on Tuesday rejected the port operator's latest pay offer.\n\n"
    '"We will not sign anything below six percent," said Maria Holt, who leads the union\'s talks team. '
    "The operator has demanded that the strike be called off before negotiations resume next week.\n"
)
DEAD: dict[str, tuple[bytes, Reason]] = {
    "not JSON": (b"no json at all", Reason.NOT_JSON),
    "an empty string": (b"", Reason.NOT_JSON),
    "an array": (b'["body"]', Reason.SCHEMA),
    "a wrong type": (b'{"body": 3}', Reason.SCHEMA),
    "no body": (b'{"title": "only"}', Reason.FIELD_MISSING),
    "an unknown field": (b'{"body": "text", "bodi": "text"}', Reason.SCHEMA),
    "invalid UTF-8": (b'{"body": "\xff\xfe"}', Reason.NOT_UTF8),
    "a date that is none": (b'{"body": "text", "published_at": "someday"}', Reason.SCHEMA),
    "a body of 20 MB": (json.dumps({"body": ARTICLE * (20_000_000 // len(ARTICLE))}).encode(), Reason.TOO_LARGE),
    "arrays in arrays": (b"[" * 100_000 + b"]" * 100_000, Reason.TOO_DEEP),
}
SKIPPED: dict[str, tuple[dict[str, str], set[Reason | None]]] = {
    "an empty body": ({"body": ""}, {Reason.EMPTY}),
    "nested tags": (
        {"content_type": "text/html", "body": "<div>" * 100_000 + "Short." + "</div>" * 100_000},
        {Reason.TOO_SHORT},
    ),
    "one line of 1 MB": ({"body": "word " * 200_000}, {Reason.TOO_LONG}),
    "NUL bytes": ({"body": ARTICLE.replace("union", "un\x00ion")}, {None, Reason.NO_NEGOTIATION}),
}
NEIGHBOURS = 12


@pytest.fixture(scope="module")
def after_all(make_system: Callable[..., System]) -> Iterator[tuple[System, Supervisor]]:
    """A system that has been given all bad input and good articles in between, in shared batches."""
    system = make_system(pipeline="worker.pipeline:load_pipeline", batch_size=25)
    pipe = system.client.pipeline()
    good = iter(range(NEIGHBOURS))
    for number, (data, _) in enumerate(DEAD.values()):
        pipe.xadd("articles", {"data": data, "which": list(DEAD)[number]})
        pipe.xadd("articles", {"data": json.dumps({"id": f"neighbour {next(good)}", "body": ARTICLE})})
    for name, (article, _) in SKIPPED.items():
        pipe.xadd("articles", {"data": json.dumps({"id": name, **article})})
    pipe.xadd("articles", {"title": "no field data"})
    for number in good:
        pipe.xadd("articles", {"data": json.dumps({"id": f"neighbour {number}", "body": ARTICLE})})
    pipe.execute()
    services = system.start()
    system.settled(fed=len(DEAD) + len(SKIPPED) + NEIGHBOURS + 1, within=120)
    yield system, services
    system.close()


@pytest.mark.parametrize("name", DEAD)
def test_what_cannot_be_read_is_dead_lettered_with_its_reason_and_untouched(
    after_all: tuple[System, Supervisor], name: str
) -> None:
    system, _ = after_all
    data, reason = DEAD[name]
    [letter] = [letter for letter in system.dead if letter.fields.get("which") == name]
    assert letter.reason is reason
    assert letter.attempts == 1
    assert 0 < len(letter.error) < 1000
    assert original_fields(letter)[b"data"] == data


@pytest.mark.parametrize("name", SKIPPED)
def test_what_holds_no_article_to_read_is_skipped_with_its_reason(
    after_all: tuple[System, Supervisor], name: str
) -> None:
    system, _ = after_all
    [summary] = [summary for summary in system.processed if summary.article_id == name]
    assert summary.skipped in SKIPPED[name][1]


def test_an_entry_without_data_is_dead_lettered(after_all: tuple[System, Supervisor]) -> None:
    system, _ = after_all
    [letter] = [letter for letter in system.dead if letter.reason is Reason.MALFORMED_ENTRY]
    assert letter.fields == {"title": "no field data"}


def test_neighbours_are_processed_as_if_they_were_alone(after_all: tuple[System, Supervisor]) -> None:
    system, services = after_all
    neighbours = [summary for summary in system.processed if summary.article_id.startswith("neighbour")]
    assert len(neighbours) == NEIGHBOURS
    assert len({summary.positions for summary in neighbours}) == 1
    found = Counter(position.article.id for position in system.positions)
    assert all(found[summary.article_id] == summary.positions for summary in neighbours)
    assert metrics_of(services, "worker").get('stancewire_attempts_total{kind="repeated"}', 0) == 0


def test_nothing_stays_pending(after_all: tuple[System, Supervisor]) -> None:
    system, _ = after_all
    assert system.client.xpending("articles", "stancewire")["pending"] == 0
    assert system.client.hlen("articles.attempts") == 0
