"""What the tests of the deployment files share."""

from pathlib import Path

import pytest

from worker.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that no file or environment of this machine has touched."""
    monkeypatch.chdir(tmp_path)
    return load_settings(redis_url="redis://127.0.0.1:1/0")
