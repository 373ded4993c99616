"""Asks a real API server for its verdict on every case and writes it to `recorded/`.

    python -m tests.differential.record newest KUBECONFIG
    python -m tests.differential.record release_2603 KUBECONFIG
    python -m tests.differential.record bare KUBECONFIG

The cluster must have the controllers that `sets.py` names, with their webhooks; nothing is stored in it (dryRun=All).
"""

import base64
import http.client
import json
import ssl
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.differential.mutate import HERE, Case, cases
from tests.differential.sets import SETS

_ATTEMPTS = 4


class Server:
    """The API of a kubeconfig's current context; a connection for each thread."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster = config["clusters"][0]["cluster"]
        users = {entry["name"]: entry["user"] for entry in config["users"]}
        context = next(c["context"] for c in config["contexts"] if c["name"] == config["current-context"])
        user = users[context["user"]]
        self._tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        self._headers = {"Content-Type": "application/json"}
        if "token" in user:
            self._headers["Authorization"] = f"Bearer {user['token']}"
        else:  # as kind has it
            with tempfile.NamedTemporaryFile() as pair:
                for name in ("client-certificate-data", "client-key-data"):
                    pair.write(base64.b64decode(user[name]))
                pair.flush()
                self._tls.load_cert_chain(pair.name)
        self._host = urlsplit(cluster["server"]).netloc
        self._local = threading.local()
        self._plurals: dict[tuple[str, str], tuple[str, bool]] = {}

    def call(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """Status and body of an answer; 500 of our own for a request at which the server panics.

        That is one whose connection it closes each time without a word, while it answers others. Raises OSError or
        HTTPException for a server that cannot be reached or does not answer: that is no verdict.
        """
        for attempt in range(_ATTEMPTS):
            try:
                return self._ask(method, path, body)
            except http.client.RemoteDisconnected:  # or it has closed a connection that nobody used for long
                continue
            except (OSError, http.client.HTTPException):
                if attempt == _ATTEMPTS - 1:
                    raise
        status, answer = self._ask("GET", "/version")
        assert status == 200, (status, answer)
        return 500, {"message": "the server hangs up: it panicked"}

    def _ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPSConnection(self._host, context=self._tls, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), self._headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"{}")
        except (OSError, http.client.HTTPException):
            connection.close()
            self._local.connection = None
            raise

    def verdict(self, case: Case) -> str:
        """Nothing when the server takes the object, else what it says."""
        body = case.body
        plural, namespaced = self._resource(body["apiVersion"], body["kind"])
        root = f"/apis/{body['apiVersion']}" if "/" in body["apiVersion"] else f"/api/{body['apiVersion']}"
        metadata = body.get("metadata")
        namespace = metadata.get("namespace", "default") if isinstance(metadata, dict) else "default"
        where = f"/namespaces/{namespace}" if namespaced else ""
        status, answer = self.call("POST", f"{root}{where}/{plural}?dryRun=All&fieldValidation=Strict", body)
        if status < 300 or answer.get("reason") == "AlreadyExists":
            return ""
        assert status in (400, 403, 404, 422, 500), (status, answer)
        return str(answer.get("message"))[:120] or "refused"

    def _resource(self, api_version: str, kind: str) -> tuple[str, bool]:
        if (api_version, kind) not in self._plurals:
            root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
            for entry in self.call("GET", root)[1]["resources"]:
                if "/" not in entry["name"]:
                    self._plurals[(api_version, entry["kind"])] = (entry["name"], entry["namespaced"])
        return self._plurals[(api_version, kind)]


def main(name: str, kubeconfig: Path) -> None:
    held = SETS[name]
    server = Server(kubeconfig)
    todo = list(cases(held.seeds, held.share))
    with ThreadPoolExecutor(6) as pool:
        verdicts: list[str] = []
        for verdict in pool.map(server.verdict, todo):
            verdicts.append(verdict)
            if len(verdicts) % 1000 == 0:
                print(len(verdicts), flush=True)
    by_seed: dict[str, dict[str, str]] = {}
    for case, verdict in zip(todo, verdicts, strict=True):
        by_seed.setdefault(case.seed, {})[case.name.partition("|")[2]] = verdict
    document = {"programs": held.programs, "versions": held.versions, "verdicts": by_seed}
    path = HERE / "recorded" / f"{name}.json"
    path.write_text(json.dumps(document, indent=0, ensure_ascii=True) + "\n", encoding="utf-8")
    refused = sum(bool(verdict) for verdict in verdicts)
    print(f"{len(todo)} objects, {refused} refused, in {path.name}")
    for case, verdict in zip(todo, verdicts, strict=True):
        if case.name.endswith("||as it is") and verdict:
            print(f"a seed is refused: {case.name}: {verdict}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
