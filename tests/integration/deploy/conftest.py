"""These tests need Debian's Prometheus, root and Linux's namespaces; where one is lacking they are not collected."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = ("promtool", "prometheus", "unshare", "nsenter", "setpriv", "ip")


def namespaces_work() -> bool:
    """Whether this process may make namespaces and mount an overlay in them: a container often may not."""
    if sys.platform != "linux" or os.geteuid() != 0 or not all(map(shutil.which, PROGRAMS)):
        return False
    attempt = (
        "mount --make-rprivate / && mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work /mnt/root"
        " && mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root"
    )
    done = subprocess.run(["unshare", "--mount", "--net", "sh", "-c", attempt], capture_output=True, check=False)
    return done.returncode == 0


collect_ignore = [] if shutil.which("promtool") else ["test_alerts.py"]
if not namespaces_work():
    collect_ignore += ["test_rehearsal.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.deploy)
