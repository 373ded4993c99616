"""From a kubeconfig to an API server, by the official client at its lowest level: credentials, TLS and proxies are
its work, everything above is JSON.

Works with the client's versions 30 to 37: only `config.load_kube_config`, `config.load_incluster_config`,
`client.Configuration` and the connection pool of `client.rest` are used, which are the same in all of them.
"""

import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from mlplat.cluster.http import Answer, Connection, NoAnswerError, Request
from mlplat.diagnostics.mask import mask_text
from mlplat.diagnostics.version import VERSION

HOW_TO_INSTALL = "pip install 'mlplat[cluster]'"
_CONNECT_SECONDS = 10.0
_POOL = 32
"""Connections that are kept: eight lists at once, and a watch for each kind beside them."""
_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
_LOOPBACK = ("127.", "localhost", "[::1]")


class NoClusterError(Exception):
    """The command line cannot be carried out: no client, no kubeconfig, no such context, no credentials.

    The text is one line for people, without credentials. What follows a semicolon in it is the cure.
    """


def connect(kubeconfig: str | None = None, context: str | None = None) -> Connection:
    """The API server of a kubeconfig's context; raises NoClusterError.

    Without `kubeconfig`: what `KUBECONFIG` names, else `~/.kube/config`, else the service account of the pod that this
    runs in. No request is sent, but a credential plugin of the kubeconfig is run.
    """
    parts = _client()
    configuration = parts.client.Configuration()
    configuration.connection_pool_maxsize = _POOL
    configuration.retries = False
    configuration.host = ""  # not localhost, which some versions take when the kubeconfig names no server
    with _complaints() as complaints:
        try:
            plugin = _load(parts, configuration, kubeconfig, context)
        except (parts.config.ConfigException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            # The client checks little of the file's shape and stumbles over the rest, hence the last three.
            raise NoClusterError(f"cannot use {_named(kubeconfig)}: {_line(error)}") from None
        except parts.yaml.YAMLError as error:
            raise NoClusterError(f"{_named(kubeconfig)} is not YAML: {_line(error)}") from None
    if plugin and not _has_credentials(configuration):
        said = _line(complaints[-1]) if complaints else "it gave no credentials"
        raise NoClusterError(f"the credential plugin `{plugin}` of {_named(kubeconfig)} failed: {said}")
    if not str(configuration.host).startswith(("https://", "http://")):
        raise NoClusterError(f"{_named(kubeconfig)} has no address of an API server, but `{configuration.host}`")
    try:
        rest = parts.rest.RESTClientObject(configuration)
    except (OSError, ValueError) as error:
        raise NoClusterError(f"cannot use the certificates of {_named(kubeconfig)}: {_line(error)}") from None
    return _PoolConnection(configuration, rest.pool_manager, parts.errors, parts.config.ConfigException)


@dataclass(frozen=True, slots=True)
class _Client:
    """What is used of the official client and of what it stands on."""

    client: ModuleType
    config: ModuleType
    rest: ModuleType
    errors: ModuleType
    yaml: ModuleType


def _client() -> _Client:
    """Imported by the command that needs it, and only then: it takes 0.3 s and is an extra."""
    try:
        return _Client(
            import_module("kubernetes.client"),
            import_module("kubernetes.config"),
            import_module("kubernetes.client.rest"),
            import_module("urllib3.exceptions"),
            import_module("yaml"),
        )
    except ModuleNotFoundError as missing:
        text = f"a live cluster needs the package `{(missing.name or 'kubernetes').split('.')[0]}`: {HOW_TO_INSTALL}"
        raise NoClusterError(text) from None


def _load(parts: _Client, configuration: Any, kubeconfig: str | None, context: str | None) -> str | None:
    """Fills the configuration; gives the credential plugin that the kubeconfig names, if any."""
    place = kubeconfig or os.environ.get("KUBECONFIG") or os.path.expanduser("~/.kube/config")
    files = [name for name in place.split(os.pathsep) if name]
    if kubeconfig is None and context is None and not any(map(os.path.exists, files)) and _ACCOUNT.exists():
        parts.config.load_incluster_config(client_configuration=configuration)
        return None
    if not any(map(os.path.exists, files)):
        raise NoClusterError(f"there is no kubeconfig `{place}`; --kubeconfig names one")
    users = _users_by_context(parts, [name for name in files if os.path.exists(name)])
    wanted = context or users.current
    if not wanted:
        raise NoClusterError(f"the kubeconfig `{place}` has no current context; --context names one of: {users.listed}")
    if wanted not in users.plugins:
        raise NoClusterError(f"the kubeconfig `{place}` has no context `{wanted}`; there are: {users.listed}")
    # No `persist_config`: a reader does not write, not even a refreshed token.
    parts.config.load_kube_config(place, wanted, client_configuration=configuration, persist_config=False)
    return users.plugins[wanted]


@dataclass(frozen=True, slots=True)
class _Users:
    """The current context, and the credential plugin of every context, None where it has another sort of credential."""

    current: str | None
    plugins: Mapping[str, str | None]

    @property
    def listed(self) -> str:
        return ", ".join(sorted(self.plugins)) or "none"


def _users_by_context(parts: _Client, files: list[str]) -> _Users:
    """What kubeconfigs say of contexts; of several files the first that names something wins, as with kubectl."""
    current: str | None = None
    users: dict[str, str | None] = {}
    commands: dict[str, str | None] = {}
    for name in files:
        content = parts.yaml.safe_load(Path(name).read_text(encoding="utf-8"))
        if not isinstance(content, Mapping):
            raise NoClusterError(f"the kubeconfig `{name}` is empty or no mapping")
        current = current or content.get("current-context")
        for context, inner in _entries(content, "contexts", "context"):
            users.setdefault(context, str(inner.get("user")))
        for user, inner in _entries(content, "users", "user"):
            command = inner["exec"].get("command") if isinstance(inner.get("exec"), Mapping) else None
            commands.setdefault(user, None if command is None else str(command))
    return _Users(current, {context: commands.get(user or "") for context, user in users.items()})


def _entries(content: Mapping[str, Any], key: str, inner: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    listed = content.get(key)
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, Mapping):
            value = entry.get(inner)
            yield str(entry.get("name")), value if isinstance(value, Mapping) else {}


def _has_credentials(configuration: Any) -> bool:
    return bool(configuration.api_key or configuration.cert_file)


def _named(kubeconfig: str | None) -> str:
    return f"the kubeconfig `{kubeconfig}`" if kubeconfig else "the kubeconfig"


def _line(error: object) -> str:
    """The text of an error on one line, without credentials."""
    return mask_text(" ".join(str(error).split())) or type(error).__name__


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What the client logs meanwhile: it logs a failing credential plugin, and goes on without credentials."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers[:] = [handler]
    try:
        yield said
    finally:
        root.handlers[:] = before


@dataclass(frozen=True)
class _PoolConnection:
    """A connection pool of urllib3, as the official client makes it."""

    configuration: Any
    pool: Any
    errors: Any
    refused: type[Exception]
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def server(self) -> str:
        parts = urlsplit(str(self.configuration.host))
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")

    def send(self, request: Request) -> Answer:
        with self._translated():
            response = self._open(request)
            try:
                body = response.read()
            except BaseException:
                response.close()
                raise
            response.release_conn()
            return Answer(response.status, body, {name.lower(): value for name, value in response.headers.items()})

    def lines(self, request: Request) -> Iterator[bytes]:
        with self._translated():
            response = self._open(request)
            try:
                yield str(response.status).encode()
                rest = b""
                for chunk in response.stream(None):
                    *whole, rest = (rest + chunk).split(b"\n")
                    yield from whole
                if rest:
                    yield rest
            finally:
                response.close()

    def _open(self, request: Request) -> Any:
        headers = {"Accept": request.accept, "User-Agent": f"mlplat/{VERSION}", **self._credentials()}
        if request.body is not None:
            headers["Content-Type"] = "application/apply-patch+yaml"
        elif not urlsplit(self.server).netloc.startswith(_LOOPBACK):
            headers["Accept-Encoding"] = "gzip"  # lists shrink tenfold; on loopback it only costs time
        timeout = import_module("urllib3").Timeout(connect=_CONNECT_SECONDS, read=request.seconds)
        return self.pool.request(
            "GET" if request.body is None else "PATCH",
            str(self.configuration.host).rstrip("/") + request.path,
            headers=headers,
            body=request.body,
            timeout=timeout,
            preload_content=False,
            decode_content=True,
            redirect=False,  # no API server sends one, and the credentials are for this address only
            retries=False,
        )

    def _credentials(self) -> dict[str, str]:
        with self.lock:  # the client refreshes an expired token here, by a plugin perhaps: once
            try:
                settings = self.configuration.auth_settings()
            except (self.refused, OSError, ValueError, KeyError) as error:  # a token file or a plugin that fails now
                raise NoAnswerError(f"credentials could not be refreshed: {_line(error)}") from None
        value = settings.get("BearerToken", {}).get("value")
        if value:
            return {"Authorization": str(value)}
        if self.configuration.username:
            return {"Authorization": str(self.configuration.get_basic_auth_token())}
        return {}

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self.errors.SSLError as error:
            raise NoAnswerError(f"TLS: {_tls(error)}", again=False) from None
        except (self.errors.HTTPError, OSError) as error:
            raise NoAnswerError(_broken(error)) from None


def _tls(error: Exception) -> str:
    """The reason out of `SSLError(..., '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ... (_ssl.c)')`."""
    text = _line(error).partition(" (_ssl.c")[0].rpartition("] ")[2]
    return text or "no trusted connection"


def _broken(error: Exception) -> str:
    name = type(error).__name__
    if "Timeout" in name:
        return "the API server did not answer in time"
    text = _line(error)
    if "Connection refused" in text:
        return "connection refused"
    if name in ("NameResolutionError",) or "Name or service not known" in text:
        return "the name of the API server cannot be resolved"
    if name in ("ProtocolError", "IncompleteRead", "InvalidChunkLength", "ConnectionResetError"):
        return "the connection broke before the answer was whole"
    return f"no connection ({name})"
