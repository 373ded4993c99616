"""The HTTP side of `--watch`: `/metrics`, `/healthz` (the loop lives), `/readyz` (something was compared)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = "text/plain; charset=utf-8"
METRICS = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Pages:
    """What is served: the metrics as text, and the answers to the two questions."""

    metrics: Callable[[], bytes]
    alive: Callable[[], bool]
    ready: Callable[[], bool]

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, media type and body of a path."""
        if path == "/metrics":
            return 200, METRICS, self.metrics()
        if path in ("/healthz", "/readyz"):
            good = self.alive() if path == "/healthz" else self.alive() and self.ready()
            return (200, TEXT, b"ok\n") if good else (503, TEXT, b"not yet\n" if path == "/readyz" else b"stuck\n")
        return 404, TEXT, b"there are /metrics, /healthz and /readyz\n"


def parse_address(text: str) -> tuple[str, int]:
    """`HOST:PORT`, `:PORT` for all addresses; raises ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"`{text}` is not HOST:PORT")
    return host.strip("[]"), int(port)


def serve(address: tuple[str, int], pages: Pages) -> ThreadingHTTPServer:
    """A running server in threads of its own; raises OSError where the address cannot be had."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            status, media, body = pages.answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing: a scrape every few seconds is no news."""

    server = ThreadingHTTPServer(address, Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    return server
