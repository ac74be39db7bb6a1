"""Keys: the contract's plain names by default, one hash slot a partition otherwise."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import Topic
from worker import scripts
from worker.publishing.keys import Keys, partition_keys, partition_of


def test_one_partition_bears_the_plain_names_of_the_contract() -> None:
    [keys] = partition_keys()
    assert [keys.topic(topic) for topic in Topic] == [topic.value for topic in Topic]
    assert (keys.articles, keys.positions, keys.processed, keys.dead) == (
        "articles",
        "positions",
        "articles.processed",
        "articles.dead",
    )


@pytest.mark.parametrize(
    ("prefix", "partitions", "first"),
    [("", 2, "{stancewire:0}:articles"), ("news", 1, "{news:0}:articles"), ("news", 4, "{news:0}:articles")],
)
def test_several_partitions_or_a_prefix_give_hash_tags(prefix: str, partitions: int, first: str) -> None:
    assert partition_keys(prefix=prefix, partitions=partitions)[0].articles == first


def hash_tag(key: str) -> str:
    """Return what a cluster hashes of a key: what stands in the first braces, else all of it."""
    found = re.search(r"\{([^}]+)\}", key)
    return found[1] if found else key


@given(st.from_regex(r"[a-z:._-]{0,12}", fullmatch=True), st.integers(2, 50))
def test_all_keys_of_one_partition_share_a_slot_and_those_of_two_do_not(prefix: str, partitions: int) -> None:
    tags = [{hash_tag(key) for key in keys.all()} for keys in partition_keys(prefix=prefix, partitions=partitions)]
    assert all(len(tag) == 1 for tag in tags)
    assert len(set.union(*tags)) == partitions


@given(st.text(), st.integers(1, 50))
def test_an_article_always_goes_to_the_same_partition(article_id: str, partitions: int) -> None:
    partition = partition_of(article_id, partitions)
    assert 0 <= partition < partitions
    assert partition == partition_of(article_id, partitions)


LUA = sorted(Path(scripts.__file__).parent.glob("*.lua"))


@pytest.mark.parametrize("script", LUA, ids=lambda path: path.stem)
def test_a_script_touches_no_key_but_those_that_its_header_lists(script: Path) -> None:
    text = script.read_text()
    header = {int(number) for number in re.findall(r"^-- KEYS\[(\d+)\]", text, re.MULTILINE)}
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    used = {int(number) for number in re.findall(r"KEYS\[(\d+)\]", code)}
    assert used <= header
    assert header == set(range(1, len(header) + 1))
    assert not re.search(r"redis\.p?call\(\s*'[A-Z]+',\s*'(?!GROUPS|CONSUMERS|DELCONSUMER)", code), "a key by name"


@pytest.mark.parametrize("script", LUA, ids=lambda path: path.stem)
def test_a_script_is_refused_whole_where_memory_is_out(script: Path) -> None:
    assert script.read_text().startswith("#!lua\n")


def test_keys_are_listed_completely() -> None:
    keys = Keys("{t}:")
    named = {getattr(keys, name) for name in dir(Keys) if isinstance(getattr(Keys, name), property)}
    assert named <= set(keys.all())
