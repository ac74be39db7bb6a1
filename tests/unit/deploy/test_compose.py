"""docker-compose.yml: valid by the Compose specification, and as careful as its comments promise."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploy.rehearsal.compose import load_compose, load_image, seconds
from worker.settings import Settings

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docker-compose.yml"
DOCUMENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES = DOCUMENT["services"]
OWN = [name for name, entry in SERVICES.items() if "build" in entry]


def test_the_file_is_valid_by_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_not_root_writes_nowhere_and_gains_nothing(name: str) -> None:
    entry = SERVICES[name]
    assert entry["read_only"] is True
    assert not str(entry["user"]).startswith(("0", "root"))
    assert entry["cap_drop"] == ["ALL"]
    assert entry["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "samples"])
def test_a_service_that_stays_is_checked_restarted_and_keeps_its_logs_small(name: str) -> None:
    entry = SERVICES[name]
    assert entry["healthcheck"]["test"][0] == "CMD"
    assert entry["restart"] == "unless-stopped"
    assert set(entry["logging"]["options"]) == {"max-size", "max-file"}


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_names_one_release(name: str) -> None:
    image = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", SERVICES[name]["image"])
    tag = image.rpartition(":")[2]
    assert re.search(r"\d+\.\d+\.\d+", tag), image


@pytest.mark.parametrize("name", SERVICES)
def test_no_port_is_open_beyond_this_host(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@pytest.mark.parametrize("name", OWN)
def test_every_variable_of_ours_is_a_setting(name: str) -> None:
    known = {f"STANCEWIRE_{setting.upper()}" for setting in Settings.model_fields}
    image = load_image(ROOT / "Dockerfile")
    given = {key for key in {**SERVICES[name]["environment"], **image.environment} if key.startswith("STANCEWIRE_")}
    assert given <= known


def test_the_server_forgets_nothing() -> None:
    command = " ".join(load_compose(FILE)["valkey"].command)
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert any(mount.volume and mount.target == "/data" for mount in load_compose(FILE)["valkey"].mounts)


def test_a_worker_is_given_longer_to_stop_than_it_takes() -> None:
    grace = Settings.model_fields["stop_grace"].default
    assert load_compose(FILE)["worker"].stop_grace > grace


def test_files_that_are_mounted_are_there() -> None:
    services = load_compose(FILE, profiles=frozenset({"samples"}))
    mounts = [mount for service in services.values() for mount in service.mounts if not mount.volume]
    assert mounts
    assert [mount.source for mount in mounts if not Path(mount.source).exists()] == []
    assert all(mount.read_only for mount in mounts)


def test_samples_are_fed_only_where_they_are_asked_for() -> None:
    assert "samples" not in load_compose(FILE)
    assert load_compose(FILE, profiles=frozenset({"samples"}))["samples"].command == ("stancewire", "feed", "/samples")


def test_variables_are_filled_from_the_environment_else_from_their_default() -> None:
    assert load_compose(FILE)["worker"].replicas == 2
    assert load_compose(FILE, environment={"WORKERS": "8"})["worker"].replicas == 8


def test_the_image_holds_what_the_code_reads_and_nothing_else() -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [
        word
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]
    assert sorted(kept) == sorted(copied)
    assert all((ROOT / name).exists() for name in kept)


@pytest.mark.parametrize(("text", "expected"), [("5s", 5), ("1m30s", 90), ("250ms", 0.25), ("2h", 7200)])
def test_durations_are_read_as_compose_reads_them(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "5", "s", "1x", "5s later"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        seconds(text)
