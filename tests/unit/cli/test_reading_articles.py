"""From files, folders and standard input to article messages."""

import gzip
import json
from pathlib import Path

import pytest

from schemas.decoding import decode_article
from worker.commands.articles import Format, decode_text, find_files, read_articles, total_bytes
from worker.commands.failures import CommandError

STORY = "Talks resume in Oslo on Friday, both sides said."


def write(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_each_line_of_jsonl_is_a_message_as_it_stands(tmp_path: Path) -> None:
    file = write(tmp_path, "a.jsonl", '{"body": "one"}\n\n  {"body":"two"}  \nnot json\n')
    found = list(read_articles([file]))
    assert [source.payload for source in found] == [b'{"body": "one"}', b'{"body":"two"}', b"not json"]
    assert [source.origin for source in found] == [f"{file}:1", f"{file}:3", f"{file}:4"]


@pytest.mark.parametrize("name", ["story.txt", "story.text", "STORY.TXT"])
def test_a_text_file_is_one_article(tmp_path: Path, name: str) -> None:
    [source] = read_articles([write(tmp_path, name, STORY)])
    article = decode_article(source.payload)
    assert (article.body, article.content_type) == (STORY, "text/plain")


def test_a_page_is_one_article(tmp_path: Path) -> None:
    [source] = read_articles([write(tmp_path, "story.html", f"<p>{STORY}</p>")])
    article = decode_article(source.payload)
    assert (article.body, article.content_type) == (f"<p>{STORY}</p>", "text/html")


def test_the_id_of_a_file_tells_its_name_and_changes_with_its_content(tmp_path: Path) -> None:
    def article_id(content: str) -> str:
        [source] = read_articles([write(tmp_path, "story.txt", content)])
        return decode_article(source.payload).article_id

    assert article_id(STORY).startswith("story-")
    assert article_id(STORY) == article_id(STORY)
    assert article_id(STORY) != article_id(STORY + " Update.")


@pytest.mark.parametrize(
    ("content", "bodies"),
    [
        ('{"body": "one",\n "title": "x"}', ["one"]),
        ('[{"body": "one"}, {"body": "two"}]', ["one", "two"]),
        ('{"body": "one"}\n{"body": "two"}\n', ["one", "two"]),
        ("[]", []),
    ],
)
def test_a_json_file_is_a_message_or_a_list_of_them(tmp_path: Path, content: str, bodies: list[str]) -> None:
    found = read_articles([write(tmp_path, "a.json", content)])
    assert [json.loads(source.payload)["body"] for source in found] == bodies


@pytest.mark.parametrize("content", ["{broken", '{"text": "no body"}', '"a string"', "7"])
def test_what_is_no_message_goes_on_as_it_is_to_be_refused_with_a_reason(tmp_path: Path, content: str) -> None:
    [source] = read_articles([write(tmp_path, "a.json", content)])
    assert source.payload == content.encode()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", "", Format.JSONL),
        ("a.ndjson.gz", "", Format.JSONL),
        ("a.htm", "", Format.HTML),
        ("feed", '{"body": "x"}', Format.JSONL),
        ("feed", '[{"body": "x"}]', Format.JSON),
        ("feed", "  <!DOCTYPE html>", Format.HTML),
        ("feed", STORY, Format.TEXT),
        ("empty", "", Format.TEXT),
    ],
)
def test_the_format_is_told_by_the_name_else_by_the_content(
    tmp_path: Path, name: str, content: str, expected: Format
) -> None:
    from worker.commands.articles import format_of

    raw = gzip.compress(content.encode()) if name.endswith(".gz") else content.encode()
    assert format_of(write(tmp_path, name, raw)) is expected


def test_a_given_format_overrides_the_name(tmp_path: Path) -> None:
    [source] = read_articles([write(tmp_path, "page.txt", "<p>x</p>")], given=Format.HTML)
    assert decode_article(source.payload).content_type == "text/html"


def test_a_folder_is_searched_in_order_hidden_and_other_files_left_out(tmp_path: Path) -> None:
    for name in ("b.txt", "a.html", "sub/c.jsonl.gz", "picture.png", ".hidden.txt", ".git/d.txt"):
        write(tmp_path, name, "x")
    assert [Path(file).relative_to(tmp_path).as_posix() for file in find_files([str(tmp_path)])] == [
        "a.html",
        "b.txt",
        "sub/c.jsonl.gz",
    ]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    file = write(tmp_path, "a.txt", STORY)
    assert find_files([file, str(tmp_path), file]) == [file]


def test_a_compressed_file_is_read_through(tmp_path: Path) -> None:
    file = write(tmp_path, "a.jsonl.gz", gzip.compress(b'{"body": "one"}\n{"body": "two"}\n'))
    assert [json.loads(source.payload)["body"] for source in read_articles([file])] == ["one", "two"]


@pytest.mark.parametrize("content", [b"plain", gzip.compress(b'{"body": "one"}\n')[:-9]])
def test_a_broken_compressed_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = write(tmp_path, "a.jsonl.gz", content)
    with pytest.raises(CommandError, match="not a whole gzip file"):
        list(read_articles([file]))


@pytest.mark.parametrize(
    ("raw", "html"),
    [
        ("“café”".encode(), False),
        (b"\xef\xbb\xbf" + "“café”".encode(), False),
        ("“café”".encode("utf-16"), False),
        ("“café”".encode("cp1252"), False),
        (b'<meta charset="windows-1252">' + "“café”".encode("cp1252"), True),
        (b"<meta charset='no-such-charset'>" + "“café”".encode("cp1252"), True),
    ],
)
def test_texts_of_common_encodings_are_read(raw: bytes, html: bool) -> None:
    assert decode_text(raw, html=html).endswith("“café”")


def test_progress_reaches_the_size_of_all_files(tmp_path: Path) -> None:
    files = [
        write(tmp_path, "a.jsonl", '{"body": "one"}\n{"body": "two"}\n'),
        write(tmp_path, "b.txt", STORY),
        write(tmp_path, "c.json", '[{"body": "one"}, {"body": "two"}]'),
    ]
    read = [source.read for source in read_articles(files)]
    assert read == sorted(read)
    assert read[-1] == total_bytes(files)
