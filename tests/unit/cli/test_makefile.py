"""The targets of the Makefile explain themselves."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_make_lists_every_target_with_its_explanation() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    listed = dict(re.findall(r"^  make ([a-z-]+) +(\S.*)$", shown, re.MULTILINE))
    assert phony
    assert set(listed) == set(phony[1].split())
    assert all(listed.values())


def test_the_installer_of_the_makefile_is_pinned() -> None:
    assert re.search(r"^UV_VERSION := \d+\.\d+\.\d+$", MAKEFILE, re.MULTILINE)
    assert "uv==$(UV_VERSION)" in MAKEFILE


def test_ci_runs_what_a_developer_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make lint" in script
    assert "make test" in script
