"""How do the users of `users.acl` get passwords? `python -m deploy.acl FILE`: a copy with fresh ones, told once.

The server reads FILE (`--aclfile FILE`). It holds digests only; the passwords themselves stand on the standard output
and nowhere else. As it is shipped, `users.acl` loads, and nobody can log in.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

USERS = Path(__file__).with_name("users.acl")


def user_names() -> list[str]:
    """Return the users that may log in."""
    return [words[1] for line in USERS.read_text(encoding="utf-8").splitlines() if (words := line.split())[2] == "on"]


def with_passwords(passwords: Mapping[str, str]) -> str:
    """Return the text of `users.acl` with the digests of these passwords."""
    lines = []
    for line in USERS.read_text(encoding="utf-8").splitlines():
        name = line.split()[1]
        digest = f" #{sha256(passwords[name].encode()).hexdigest()}" if name in passwords else ""
        lines.append(line.replace(" resetpass", f" resetpass{digest}"))
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file and tell the passwords."""
    parser = argparse.ArgumentParser(prog="python -m deploy.acl", description="Write users.acl with fresh passwords.")
    parser.add_argument("file", type=Path, help="where to write it; a file that is there is left alone")
    file = parser.parse_args(arguments).file
    passwords = {name: secrets.token_urlsafe(32) for name in user_names()}
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    except FileExistsError:
        sys.exit(f"{file} is there already: its passwords may be in use")
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(with_passwords(passwords))
    for name, password in passwords.items():
        print(f"{name:<10} {password}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
