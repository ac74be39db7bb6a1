"""What is wrong with a domain pack, and on which line?"""

from pathlib import Path

import pytest

from worker.extraction.domain import builtin_domains, pack_path
from worker.extraction.domain_check import check_domain

HEAD = '[domain]\nname = "mine"\n'


@pytest.mark.parametrize("name", builtin_domains())
def test_the_packs_that_come_with_the_program_are_right(name: str) -> None:
    assert check_domain(pack_path(name)) == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[domain\n", 1, "is not TOML"),
        (HEAD + "[[issues.talks]]\nterms = [\n", 5, "is not TOML"),
        ("[[issues.talks]]\nterms = ['mediator']\n", 1, "domain: is missing"),
        (HEAD + "\n[[issues.tals]]\nterms = ['mediator']\n", 4, "unknown issue 'tals': choose one of ceasefire, "),
        (HEAD + "\n[[stances.suport]]\nclass = 'x'\n", 4, "unknown stance 'suport': choose one of conditional, "),
        (HEAD + "[[issues.talks]]\nweight = 'big'\nterms = ['mediator']\n", 4, "issues.talks[0].weight: "),
        (HEAD + "[[issues.talks]]\nterms = []\n", 4, "issues.talks[0].terms: is empty"),
        (
            HEAD + "[[issues.talks]]\nterms = ['a',\n  'b', '?']\n",
            5,
            "issues.talks[0].terms[2]: needs at least one letter",
        ),
        (
            HEAD + "[[issues.talks]]\nterms = ['a', # 'b', \n  7]\n",
            5,
            "issues.talks[0].terms[1]: input should be a valid string",
        ),
        (HEAD + "[[issues.talks]]\nterms = ['a']\nwords = []\n", 5, "issues.talks[0].words: unknown name"),
        (
            HEAD + "[[issues.talks]]\nterms = ['a']\n[[issues.talks]]\nterms = ['b', 'A']\n",
            6,
            "'a' stands already on line 4",
        ),
        (HEAD + "[[stances.oppose]]\nclass = 'x'\nverbs = ['snub', 'snub']\n", 5, "'snub' stands already on line 5"),
        (
            HEAD + "[[parties]]\nname = 'Guild'\nkind = 'guild'\n",
            5,
            "parties[0].kind: unknown kind, choose one of state, ",
        ),
        (HEAD + "[[parties]]\nkind = 'union'\n", 3, "parties[0].name: is missing"),
        (HEAD + "[[parties]]\nname = 'A'\nkind = 'state'\niso3 = 'aaa'\n", 6, "parties[0].iso3: "),
        (HEAD + 'extends = "nowhere"\n', 3, "domain.extends: no domain pack 'nowhere'"),
    ],
)
def test_a_problem_is_told_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    problems = check_domain(path)
    assert [problem.line for problem in problems] == [line]
    assert message in problems[0].message


def test_every_problem_is_told_in_the_order_of_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + "[[parties]]\nkind = 'club'\n[[issues.rain]]\nterms = ['x']\n", encoding="utf-8")
    assert [problem.line for problem in check_domain(path)] == [3, 4, 5]


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"[domain]\nname = '\xff'\n")
    assert [(problem.line, problem.message) for problem in check_domain(path)] == [(2, "is not UTF-8")]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    (problem,) = check_domain(tmp_path / "absent.toml")
    assert problem.message.startswith("cannot be read")
