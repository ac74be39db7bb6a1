"""Is anything unsafe in the code, or known of the locked packages? `python -m deploy.audit`: bandit, then pip-audit.

What bandit finds fails the audit, and so does a known vulnerability of a package in uv.lock. Where the service that
knows vulnerabilities (osv.dev) cannot be reached, that is said and nothing fails: a change is not to wait for it.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CODE = ("worker", "schemas", "deploy")
"""What runs where articles come in; `bench` and `training` are tools that read a developer's own files."""
ACCEPTED: dict[str, str] = {}
"""Vulnerabilities that do not concern us, by id, with the reason; SECURITY.md says more."""
WAIT_FOR_SERVICE = 10


def main() -> int:
    """Run both; 1 where either found something."""
    bandit = [sys.executable, "-m", "bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", *CODE]
    done = subprocess.run(bandit, cwd=ROOT, capture_output=True, text=True, check=False)
    unsafe = done.returncode != 0
    print(done.stdout + done.stderr if unsafe else f"bandit: nothing in {', '.join(CODE)}")
    report = ask_service()
    if report is None:
        print("pip-audit: the service that knows vulnerabilities cannot be reached; the packages were NOT checked")
        return 1 if unsafe else 0
    found = list(vulnerabilities(report))
    for line in found:
        print(f"pip-audit: {line}")
    if not found:
        print(f"pip-audit: nothing known of {len(report['dependencies'])} packages")
    return 1 if unsafe or found else 0


def ask_service() -> dict[str, Any] | None:
    """Return pip-audit's report on the packages of uv.lock; None where it could not ask."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, lines in enumerate(locked_packages()):
            file = Path(folder, f"{number}.txt")
            file.write_text("\n".join(lines), encoding="utf-8")
            files += ["--requirement", str(file)]
        options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
        options += ["--vulnerability-service", "osv", "--timeout", str(WAIT_FOR_SERVICE)]
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", *files, *options], capture_output=True, text=True, check=False
        )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.strip().splitlines()
        print(f"pip-audit: {said[-1][:200] if said else 'no answer'}")
        return None
    return report


def locked_packages() -> list[list[str]]:
    """Return the packages of the lock as requirements: as many lists as a package has versions at most."""
    lists: list[dict[str, str]] = [{}]
    with (ROOT / "uv.lock").open("rb") as lock:
        packages = tomllib.load(lock)["package"]
    for package in packages:
        if "registry" not in package["source"]:
            continue
        free = next((versions for versions in lists if package["name"] not in versions), None)
        if free is None:
            free = {}
            lists.append(free)
        free[package["name"]] = package["version"]
    return [[f"{name}=={version}" for name, version in versions.items()] for versions in lists]


def vulnerabilities(report: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each known vulnerability that is not accepted."""
    for package in report["dependencies"]:
        for known in package.get("vulns", ()):
            if known["id"] in ACCEPTED:
                continue
            fixed = ", ".join(known["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {known['id']}, fixed in {fixed}"


if __name__ == "__main__":
    sys.exit(main())
