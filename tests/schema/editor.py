"""A minimal editor: talks to yaml-language-server over stdio (Language Server Protocol 3.17)."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import IO, Any

SECONDS = 60
"""After this a server that says nothing is ended, so that a test fails instead of waiting."""


@dataclass
class Editor:
    """An editor with a server. `published` are the latest diagnostics of each file."""

    write: IO[bytes]
    read: IO[bytes]
    last: int = 0
    published: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def send(self, method: str, params: Any, **more: Any) -> None:
        """One message."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self._raw(body)

    def request(self, method: str, params: Any) -> Any:
        """One request and its answer; what the server asks meanwhile is answered with nothing."""
        self.last += 1
        self.send(method, params, id=self.last)
        while True:
            message = self._receive()
            if message.get("id") == self.last and "method" not in message:
                return message.get("result")

    def open(self, file: Path) -> list[str]:
        """Open a file; what the server has against it."""
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": file.read_text()}
        self.send("textDocument/didOpen", {"textDocument": document})
        while file.as_uri() not in self.published:
            self._receive()
        return [entry["message"] for entry in self.published[file.as_uri()]]

    def complete(self, file: Path, line: int, character: int) -> dict[str, str]:
        """Completions at a position (from 0): label to documentation."""
        position = {"line": line, "character": character}
        result = self.request("textDocument/completion", {"textDocument": {"uri": file.as_uri()}, "position": position})
        return {entry["label"]: str(entry.get("documentation", "")) for entry in result["items"]}

    def _receive(self) -> dict[str, Any]:
        length = 0
        while (line := self.read.readline()).strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            raise EOFError("the server has ended")
        message: dict[str, Any] = json.loads(self.read.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.published[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            items = message["params"].get("items") if isinstance(message["params"], dict) else None
            asked = message["method"] == "workspace/configuration" and items
            result: Any = [{} for _ in items or ()] if asked else None
            self._raw(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode())
        return message

    def _raw(self, body: bytes) -> None:
        self.write.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.write.flush()


@contextmanager
def editor(server: Path, folder: Path) -> Iterator[Editor]:
    """An editor that has opened a folder."""
    with subprocess.Popen([server, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder) as process:
        assert process.stdin
        assert process.stdout
        timer = Timer(SECONDS, process.kill)
        timer.start()
        client = Editor(process.stdin, process.stdout)
        client.request("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}})
        client.send("initialized", {})
        try:
            yield client
        finally:
            timer.cancel()
            process.kill()
