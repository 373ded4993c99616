"""An API server of our own on loopback that fails as it is told: the failures are real ones on a real connection.

It serves discovery and lists of what it is given, and for each fault a sequence of answers that a path gets first.
"""

import json
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Body = dict[str, Any]
TOKEN = "the-token-of-the-reader"


@dataclass(frozen=True)
class Fault:
    """One failing answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    closes: str = ""
    """`before`: the connection is closed without a byte; `within`: in the middle of the body; `reset`: torn down."""
    silence: float = 0.0
    """Seconds before anything is sent."""


def status(code: int, message: str = "", **headers: str) -> Fault:
    """The `Status` object with which API servers refuse."""
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": message}
    return Fault(code, json.dumps(body).encode(), {k.replace("_", "-"): v for k, v in headers.items()})


@dataclass
class Collection:
    """All objects of one kind."""

    kind: str
    namespaced: bool
    objects: list[Body]


class FaultyServer:
    """Use as a context manager. `faults[path]` are answered one by one, then the path works; `always[path]` never ends.

    A path is that of the collection, or `path#2` for its second page only.
    """

    def __init__(self, home: Path, page: int = 2, tls: bool = False, aggregated: bool = True) -> None:
        self.home, self.page, self.tls, self.aggregated = home, page, tls, aggregated
        self.collections: dict[str, Collection] = {}
        self.faults: dict[str, list[Fault]] = {}
        self.always: dict[str, Fault] = {}
        self.seen: list[tuple[str, str]] = []
        self.watched: Callable[[str, Mapping[str, str]], Sequence[bytes | Fault]] | None = None
        self.version = 100
        self._lock = threading.Lock()

    def serve(self, api_version: str, plural: str, kind: str, objects: Sequence[Body], namespaced: bool = True) -> None:
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        self.collections[f"{root}/{plural}"] = Collection(kind, namespaced, list(objects))

    def __enter__(self) -> "FaultyServer":
        server = self

        class Handler(_Handler):
            faulty = server

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that break off are the point
        if self.tls:
            self._wrap()
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.http.server_port}"

    def kubeconfig(self, user: Mapping[str, Any] | None = None, **cluster: Any) -> Path:
        """A kubeconfig that points here; `user` and more of `cluster` as a kubeconfig has them."""
        path = self.home / "kubeconfig"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "faulty",
            "clusters": [{"name": "faulty", "cluster": {"server": self.url, **cluster}}],
            "users": [{"name": "reader", "user": user if user is not None else {"token": TOKEN}}],
            "contexts": [{"name": "faulty", "context": {"cluster": "faulty", "user": "reader"}}],
        }
        path.write_text(json.dumps(config))
        return path

    def requests(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(seen == path for _, seen in self.seen)

    def certificate(self) -> Path:
        """The authority that signed this server: itself."""
        return self.home / "tls.crt"

    def _wrap(self) -> None:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "tls.key", "-out", "tls.crt"],
            cwd=self.home, check=True, capture_output=True,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.home / "tls.crt", self.home / "tls.key")
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True)

    def next_fault(self, path: str, number: int) -> Fault | None:
        for key in (f"{path}#{number}", path):
            if key in self.always:
                return self.always[key]
            with self._lock:
                if self.faults.get(key):
                    return self.faults[key].pop(0)
        return None


class _Handler(BaseHTTPRequestHandler):
    faulty: FaultyServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self.faulty._lock:
            self.faulty.seen.append((self.command, parts.path))
        if "watch" in query:
            self._watch(parts.path, query)
            return
        number = int(query.get("continue", "0").rpartition(":")[2] or 0) // self.faulty.page + 1
        fault = self.faulty.next_fault(parts.path, number)
        if fault is not None:
            self._fail(fault)
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._fail(status(401, "Unauthorized"))
        else:
            self._answer(parts.path, query)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def _answer(self, path: str, query: Mapping[str, str]) -> None:
        answer = self._discovery(path) if path in ("/api", "/apis") or self._is_group(path) else self._list(path, query)
        if answer is None:
            self._fail(status(404, "the server could not find the requested resource"))
        else:
            self._send(200, json.dumps(answer).encode(), {})

    def _is_group(self, path: str) -> bool:
        return any(known.rpartition("/")[0] == path for known in self.faulty.collections)

    def _discovery(self, path: str) -> Body:
        if self._is_group(path):
            return {"kind": "APIResourceList", "resources": [
                {"name": known.rpartition("/")[2], "kind": held.kind, "namespaced": held.namespaced, "verbs": ["list"]}
                for known, held in self.faulty.collections.items() if known.rpartition("/")[0] == path
            ]}  # fmt: skip
        if not self.faulty.aggregated or "APIGroupDiscoveryList" not in self.headers.get("Accept", ""):
            return {"kind": "APIVersions" if path == "/api" else "APIGroupList", "versions": ["v1"]}
        groups: dict[str, dict[str, list[Body]]] = {}
        for known, held in self.faulty.collections.items():
            *root, group_or_api, version, plural = known.split("/")
            if (path == "/apis") == (len(root) == 2):
                group = group_or_api if len(root) == 2 else ""
                groups.setdefault(group, {}).setdefault(version, []).append({
                    "resource": plural, "responseKind": {"kind": held.kind}, "verbs": ["get", "list", "watch"],
                    "scope": "Namespaced" if held.namespaced else "Cluster",
                })  # fmt: skip
        items = [
            {"metadata": {"name": group}, "versions": [{"version": v, "resources": r} for v, r in versions.items()]}
            for group, versions in groups.items()
        ]
        return {"kind": "APIGroupDiscoveryList", "items": items}

    def _list(self, path: str, query: Mapping[str, str]) -> Body | None:
        namespace = None
        if "/namespaces/" in path:
            root, _, rest = path.partition("/namespaces/")
            namespace, _, plural = rest.partition("/")
            path = f"{root}/{plural}"
        held = self.faulty.collections.get(path)
        if held is None:
            return None
        objects = [body for body in held.objects if namespace in (None, body["metadata"].get("namespace"))]
        begin = int(query.get("continue", "0").rpartition(":")[2])
        end = begin + min(int(query.get("limit", "500")), self.faulty.page)
        metadata = {"resourceVersion": str(self.faulty.version)}
        if end < len(objects):
            metadata["continue"] = f"token:{end}"
        return {"kind": f"{held.kind}List", "apiVersion": "v1", "metadata": metadata, "items": objects[begin:end]}

    def _watch(self, path: str, query: Mapping[str, str]) -> None:
        assert self.faulty.watched is not None
        parts = self.faulty.watched(path, query)
        if parts and isinstance(parts[0], Fault):
            self._fail(parts[0])
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in parts:
            if isinstance(part, Fault):
                time.sleep(part.silence)
                if part.closes:
                    self.close_connection = True
                    return
                continue
            line = part + b"\n"
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def _fail(self, fault: Fault) -> None:
        time.sleep(fault.silence)
        if fault.closes == "before":
            self.close_connection = True
        elif fault.closes == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif fault.closes == "within":
            self._send(
                fault.status, fault.body or b'{"kind": "ConfigMapList", "items": [', fault.headers, promised=9999
            )
            self.close_connection = True
        else:
            self._send(fault.status, fault.body, fault.headers)

    def _send(self, code: int, body: bytes, headers: Mapping[str, str], promised: int = 0) -> None:
        try:
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(promised or len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the client did not wait
