"""A headless Chromium for tests of pages that we write, driven by its own DevTools protocol."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Page:
    """One open page."""

    def __init__(self, socket: Any) -> None:
        self.socket, self.number = socket, 0
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            self._note(message)
            if message.get("id") == self.number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result

    def open(self, path: Path) -> None:
        self.call("Page.navigate", url=path.as_uri())
        end = time.monotonic() + 20
        while self.ask("document.readyState") != "complete" and time.monotonic() < end:
            time.sleep(0.05)

    def ask(self, expression: str) -> Any:
        """The value of an expression of JavaScript."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]))

    def _note(self, message: dict[str, Any]) -> None:
        """What the page asked of the network, what it was refused, and what failed in it."""
        method, said = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent" and not said["request"]["url"].startswith(("file:", "data:")):
            self.complaints.append(f"asked for {said['request']['url']}")
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(said["exceptionDetails"]))
        if method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.complaints.append(said["entry"]["text"])


@contextmanager
def browser(*options: str) -> Iterator[Page]:
    """A browser with one empty page; skips the test, saying why, where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        reason = f"no {' or '.join(NAMES[:2])} on PATH: the page is not opened in a browser"
        pytest.fail(reason) if os.environ.get("MLPLAT_TEST_REQUIRE_BROWSER") == "1" else pytest.skip(reason)
    websocket = pytest.importorskip("websocket")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
                   "--remote-allow-origins=*", "--window-size=1200,900", f"--user-data-dir={home}", *options,
                   "about:blank"]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            socket = websocket.create_connection(_target(Path(home)), timeout=30)
            yield Page(socket)
            socket.close()
        finally:
            process.terminate()
            process.wait(20)


def _target(home: Path) -> str:
    port_file, end = home / "DevToolsActivePort", time.monotonic() + 60
    while time.monotonic() < end:
        if port_file.exists() and (lines := port_file.read_text().splitlines()):
            with urlopen(f"http://127.0.0.1:{lines[0]}/json/list", timeout=10) as answer:
                pages = [page for page in json.loads(answer.read()) if page["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(0.1)
    raise AssertionError("Chromium did not open its debugging port")


VISIBLE = "[...document.querySelectorAll('.finding')].filter((each) => each.offsetHeight > 0).length"
"""How many findings of a report page are to be seen."""

OBJECTS = "[...document.querySelectorAll('.object')].filter((each) => each.offsetHeight > 0).length"
"""How many objects of a report page are to be seen."""


def choose(page: Page, name: str, value: str) -> int:
    """Set a filter of a report page; how many findings are left."""
    page.ask(
        f"(() => {{ const field = document.querySelector('#filters [name={name}]'); field.value = {value!r};"
        " field.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    return int(page.ask(VISIBLE))
