"""The commands that need no server, as a person runs them."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.messages import PositionEvent
from worker.commands.failures import ExitCode

NEGOTIATION = (
    "Norway rejected the ceasefire proposal on Monday. Its foreign minister said that Oslo would not sign the "
    "agreement unless Denmark withdrew its troops. Denmark called on Norway to return to the talks."
)
GERMAN = "Die Regierung lehnte den Vorschlag am Montag ab und forderte neue Verhandlungen über die Grenze im Norden."
PAGE = """<html><head><title>Oslo says no</title></head><body><nav><a href="/">Home</a></nav>
<h1>Oslo says no</h1><p>{}</p><footer>Copyright 2026 Fjord News. All rights reserved.</footer></body></html>"""


def jsonl(*messages: object) -> bytes:
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_extract_prints_an_object_a_line_in_order(stancewire: Any) -> None:
    messages = [{"id": f"n{number}", "body": NEGOTIATION} for number in range(20)]
    answer = stancewire("extract", standard_input=jsonl(*messages))
    assert answer.returncode == ExitCode.OK
    assert [line["article_id"] for line in lines(answer)] == [message["id"] for message in messages]
    first = lines(answer)[0]
    assert list(first) == ["article_id", "cleaned_text", "positions"]
    assert first["positions"]
    for position in first["positions"]:
        event = PositionEvent.model_validate(position)
        assert first["cleaned_text"][event.evidence.start : event.evidence.end] == event.evidence.text


def test_extract_says_why_an_article_gives_no_positions(stancewire: Any) -> None:
    answer = stancewire(
        "extract", "-", standard_input=jsonl({"id": "de", "body": GERMAN}, {"text": "no body"}) + b"{broken\n"
    )
    skipped, refused, broken = lines(answer)
    assert answer.returncode == ExitCode.REFUSED
    assert (skipped["article_id"], skipped["skipped"], skipped["positions"]) == ("de", "language", [])
    assert (refused["article_id"], refused["refused"]) == ("standard input:2", "field_missing")
    assert (broken["article_id"], broken["refused"]) == ("standard input:3", "not_json")
    assert b"2 articles were refused" in answer.stderr


def test_extract_of_nothing_prints_nothing(stancewire: Any) -> None:
    answer = stancewire("extract", "-")
    assert (answer.returncode, answer.stdout) == (ExitCode.OK, b"")


def test_a_higher_threshold_gives_fewer_and_surer_positions(stancewire: Any) -> None:
    message = jsonl({"id": "n", "body": NEGOTIATION})
    every = lines(stancewire("extract", "--threshold", "0", standard_input=message))[0]["positions"]
    middle = sorted(position["confidence"] for position in every)[len(every) // 2]
    surer = lines(stancewire("extract", "--threshold", str(middle), standard_input=message))[0]["positions"]
    assert 0 < len(surer) < len(every)
    assert all(position["confidence"] >= middle for position in surer)


def test_clean_shows_what_is_known_and_what_was_removed(stancewire: Any, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE.format(NEGOTIATION))
    answer = stancewire("clean", "page.html")
    shown = answer.stdout.decode()
    assert answer.returncode == ExitCode.OK
    assert "Oslo says no" in shown
    assert "language  en" in " ".join(shown.split()).replace("language en", "language  en")
    body, _, removed = shown.partition("\nremoved")
    assert "Denmark called on Norway" in body
    assert "All rights reserved" in removed
    assert "All rights reserved" not in body


def test_clean_gives_programs_everything(stancewire: Any) -> None:
    message = {"id": "p", "content_type": "text/html", "body": PAGE.format(NEGOTIATION)}
    [article] = lines(stancewire("clean", "--json", standard_input=jsonl(message)))
    assert article["headline"] == "Oslo says no"
    assert article["language"] == "en"
    for removed in article["removed"]:
        assert 0 <= removed["raw_start"] <= removed["raw_end"] <= len(message["body"])
    for line in article["lines"]:
        assert article["cleaned_text"][line["start"] : line["end"]]


def test_clean_can_give_the_text_alone(stancewire: Any) -> None:
    answer = stancewire("clean", "--text", standard_input=jsonl({"body": NEGOTIATION}))
    assert answer.stdout.decode().strip() == NEGOTIATION


def test_control_characters_of_an_article_do_not_reach_the_terminal(stancewire: Any) -> None:
    message = jsonl({"id": "x\x1b[2J", "title": "\x1b]0;owned\x07", "body": f"\x1b[31m{NEGOTIATION}\x9b0m"})
    for command in (["clean"], ["clean", "--text"], ["explain"], ["extract"]):
        shown = stancewire(*command, standard_input=message).stdout
        assert b"owned" in shown or b"Norway" in shown
        assert b"\x1b[" not in shown
        assert b"\x07" not in shown


def test_attribute_finds_who_says_what_with_offsets_into_the_body(stancewire: Any) -> None:
    body = "  Home\n\nOSLO (Fjord News) - The talks will resume on Friday, foreign minister Kari Holm said on Monday."
    [article] = lines(stancewire("attribute", standard_input=jsonl({"id": "a", "body": body})))
    [found] = article["attributions"]
    assert "Kari Holm" in found["source"]["text"]
    assert found["cue"]["text"] == "said"
    for span in (found["source"], found["cue"], *found["content"]):
        assert body[span["start"] : span["end"]] == span["text"]


def test_schema_prints_one_document_or_writes_all(stancewire: Any, tmp_path: Path) -> None:
    assert json.loads(stancewire("schema").stdout)["asyncapi"] == "3.0.0"
    assert json.loads(stancewire("schema", "article-message").stdout)["title"] == "ArticleMessage"
    written = stancewire("schema", "--output", "contract").stdout.decode().split()
    assert sorted(written) == sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "contract").iterdir())


def test_a_sound_domain_pack_is_summed_up(stancewire: Any) -> None:
    answer = stancewire("domain", "check", "negotiations")
    assert answer.returncode == ExitCode.OK
    assert b"negotiations.toml is sound" in answer.stdout


def test_what_is_wrong_with_a_domain_pack_is_told_by_line(stancewire: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[domain]\nname = "bad"\n\n[[issues.chess]]\nterms = ["mate"]\n')
    answer = stancewire("domain", "check", "bad.toml")
    assert answer.returncode == ExitCode.FAILURE
    assert answer.stdout.startswith(b"bad.toml:4: ")
    [problem] = json.loads(stancewire("domain", "check", "--json", "bad.toml").stdout)
    assert (problem["file"], problem["line"]) == ("bad.toml", 4)


def test_the_built_in_domain_packs_are_listed(stancewire: Any) -> None:
    assert b"negotiations\t" in stancewire("domain", "list").stdout


def test_doctor_finds_everything_in_order(stancewire: Any) -> None:
    answer = stancewire(
        "doctor",
        "--json",
        STANCEWIRE_WORKER_METRICS_PORT="0",
        STANCEWIRE_INTAKE_METRICS_PORT="0",
        STANCEWIRE_SERVER_PORT="0",
    )
    findings = {finding["check"]: finding for finding in json.loads(answer.stdout)}
    assert {name: finding["verdict"] for name, finding in findings.items()} == dict.fromkeys(
        ["Python", "packages", "settings", "language", "server", "ports", "state folder", "processors"], "ok"
    )
    assert answer.returncode == ExitCode.OK


def test_doctor_says_what_to_do(stancewire: Any) -> None:
    answer = stancewire("doctor", STANCEWIRE_REDIS_URL="redis://127.0.0.1:1/0")
    assert answer.returncode == ExitCode.FAILURE
    assert b"problem" in answer.stdout
    assert b"stancewire run --watch" in answer.stdout


def test_doctor_finds_a_wrong_setting(stancewire: Any) -> None:
    answer = stancewire("doctor", STANCEWIRE_BATCH_SIZE="lots")
    assert answer.returncode == ExitCode.FAILURE
    assert b"STANCEWIRE_BATCH_SIZE" in answer.stdout


@pytest.mark.parametrize("command", ["extract", "clean --json", "schema"])
def test_a_reader_that_leaves_early_is_no_failure(tmp_path: Path, command: str) -> None:
    import subprocess
    import sys

    (tmp_path / "a.jsonl").write_bytes(jsonl(*({"id": str(n), "body": NEGOTIATION} for n in range(200))))
    files = "" if command == "schema" else "a.jsonl"
    shell = f"{Path(sys.executable).parent / 'stancewire'} {command} {files} | head -c 10"
    answer = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, check=True, timeout=120)
    assert len(answer.stdout) == 10
    assert b"Traceback" not in answer.stderr
    assert b"Exception" not in answer.stderr


@pytest.mark.parametrize("command", ["explain", "attribute"])
def test_limits_on_messages_are_those_of_the_settings(stancewire: Any, command: str) -> None:
    message = jsonl({"id": "n", "body": NEGOTIATION * 5})
    answer = stancewire(command, "-", standard_input=message, STANCEWIRE_MAX_MESSAGE_BYTES="1000")
    assert answer.returncode == ExitCode.REFUSED
    assert b"too_large" in answer.stdout + answer.stderr


def test_limits_on_bodies_are_those_of_the_settings(stancewire: Any) -> None:
    message = jsonl({"id": "n", "body": NEGOTIATION})
    answer = stancewire("explain", "-", standard_input=message, STANCEWIRE_MAX_BODY_CHARACTERS="100")
    assert answer.returncode == ExitCode.OK
    assert b"too_long" in answer.stdout
