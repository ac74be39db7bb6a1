"""Is a process of ours in order? Asks an address (`/live` or `/ready`) and ends with 0 if it is, else with 1.

For health checks of containers: it imports the standard library only and starts in some 50 ms.
"""

import http.client
import sys
from urllib.parse import urlsplit

ANSWER_WITHIN = 5.0


def probe(url: str) -> tuple[bool, str]:
    """Return whether the address answers with 200, and what it says."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        return False, f"no address: {url}"
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=ANSWER_WITHIN)
    try:
        connection.request("GET", parts.path or "/ready")
        response = connection.getresponse()
        return response.status == 200, response.read(500).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return False, f"no answer: {error}"
    finally:
        connection.close()


def main(arguments: list[str]) -> int:
    """Print what the address says."""
    if len(arguments) != 1:
        print("usage: python -m worker.observability.probe http://127.0.0.1:9540/ready", file=sys.stderr)
        return 2
    healthy, said = probe(arguments[0])
    print(said)
    return 0 if healthy else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
