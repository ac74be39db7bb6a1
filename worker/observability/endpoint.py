"""Where can metrics and health be fetched? `/metrics`, `/live` and `/ready` over HTTP, from a thread of the process."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from worker.observability.health import Health

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class EndpointError(Exception):
    """The address cannot be listened on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the endpoint asks when it is asked."""

    metrics: Callable[[], bytes]
    live: Callable[[], Health]
    ready: Callable[[], Health]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A listening endpoint."""

    server: ThreadingHTTPServer

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server.server_address[1])

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()


def serve(host: str, port: int, sources: Sources) -> Endpoint:
    """Listen on `host` and `port` (0: any free one) from now on, until this process ends."""

    class Handler(BaseHTTPRequestHandler):
        server_version = "stancewire"
        sys_version = ""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._answer(200, METRICS_TYPE, sources.metrics())
            elif path in {"/live", "/ready"}:
                health = sources.live() if path == "/live" else sources.ready()
                self._answer(200 if health.ok else 503, "text/plain; charset=utf-8", f"{health.detail}\n".encode())
            else:
                self._answer(404, "text/plain; charset=utf-8", b"there are /metrics, /live and /ready\n")

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            with contextlib.suppress(ConnectionError):  # whoever asked has lost patience: no fault of ours
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep scrapes out of the log."""

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise EndpointError(
            f"metrics cannot be served on {host}:{port} ({error.strerror}): choose another port, or 0 for a free one"
        ) from None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="endpoint", daemon=True).start()
    return Endpoint(server)
