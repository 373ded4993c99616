"""The API server of a kubeconfig, asked over HTTP: requests as they are sent, answers as they come."""

import base64
import http.client
import json
import ssl
import tempfile
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

JSON = "application/json"
Answer = tuple[int, dict[str, Any]]


class ApiServer:
    """The API of a kubeconfig's current context, whose user has a token or a certificate; a connection a thread."""

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        context = _named(config, "context", config["current-context"])
        cluster, user = (_named(config, kind, context[kind]) for kind in ("cluster", "user"))
        self._tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        self._headers: dict[str, str] = {}
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
        self._resources: dict[tuple[str, str], tuple[str, bool]] = {}

    def ask(self, method: str, path: str, body: object = None, content: str = JSON) -> Answer:
        """Status and body of the answer to one request. Raises OSError or HTTPException where there is none: that may
        be because the server has closed a connection that nobody used for long. What only reads is then asked again."""
        connection = getattr(self._local, "connection", None)
        kept = connection is not None
        if connection is None:
            connection = self._local.connection = http.client.HTTPSConnection(self._host, context=self._tls, timeout=60)
        headers = {**self._headers, "Content-Type": content}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, _parsed(response.read())
        except (OSError, http.client.HTTPException):
            connection.close()
            self._local.connection = None
            if not kept or method != "GET":
                raise
        return self.ask(method, path, body, content)

    def resource(self, api_version: str, kind: str) -> tuple[str, bool]:
        """Plural, and whether the kind is namespaced; asked of the server once."""
        key = (api_version, kind)
        if key not in self._resources:
            status, answer = self.ask("GET", _root(api_version))
            assert status == 200, f"{api_version}: {status} {answer.get('message')}"
            for entry in answer["resources"]:
                if "/" not in entry["name"]:
                    self._resources[(api_version, entry["kind"])] = (entry["name"], entry["namespaced"])
        return self._resources[key]

    def path(self, api_version: str, kind: str, namespace: str, name: str | None = None) -> str:
        """The URL path of an object, or of its collection; the namespace counts where the kind has one."""
        plural, namespaced = self.resource(api_version, kind)
        scope = f"/namespaces/{namespace}" if namespaced else ""
        return f"{_root(api_version)}{scope}/{plural}" + (f"/{name}" if name else "")


def _parsed(data: bytes) -> dict[str, Any]:
    """An answer in JSON; one in words (an API that is not there) as a refusal has them."""
    try:
        return dict(json.loads(data or b"{}"))
    except json.JSONDecodeError:
        return {"message": data.decode(errors="replace").strip()}


def _named(config: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    return dict(next(one[kind] for one in config[f"{kind}s"] if one["name"] == name))


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
