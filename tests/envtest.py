"""A real control plane for tests: etcd and kube-apiserver from `KUBEBUILDER_ASSETS`, on loopback, without nodes.

`KUBEBUILDER_ASSETS` is the folder that `setup-envtest use -p path` prints. CRDs come from the folder that
`MLPLAT_TEST_CRDS` names: `<api group>/<plural>.yaml`, and `older/<component>-<tag>/<plural>.yaml`.
"""

import base64
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

HOW_TO_GET_ASSETS = (
    "KUBEBUILDER_ASSETS is not set: get etcd and kube-apiserver with "
    "`go run sigs.k8s.io/controller-runtime/tools/setup-envtest@latest use -p path` and export what it prints"
)
HOW_TO_GET_CRDS = "MLPLAT_TEST_CRDS is not set: export a folder of published CRDs, <api group>/<plural>.yaml"

JSON = "application/json"
APPLY = "application/apply-patch+yaml"
_ADMIN, _READER = "admin-token", "reader-token"
_SECONDS = 120.0


@dataclass(frozen=True)
class Answer:
    """What the API server answered: HTTP status, and the body as JSON data."""

    status: int
    body: dict[str, Any]
    warnings: tuple[str, ...] = ()
    """What the server remarks beside its answer, of deprecated versions and fields for example."""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        """What the server says of a refusal, "" when it has accepted."""
        return "" if self.ok else str(self.body.get("message", self.body))


@dataclass
class ControlPlane:
    """A running API server. `kubeconfig` has the contexts `admin` and `reader` (no rights until RBAC grants them)."""

    home: Path
    url: str
    kubeconfig: Path
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _plurals: dict[tuple[str, str], tuple[str, bool]] = field(default_factory=dict)

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, content: str = JSON, user: str = _ADMIN
    ) -> Answer:
        """One request; every HTTP status is an answer. `content` is the body's media type."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data, {"Authorization": f"Bearer {user}", "Content-Type": content}, method=method
        )
        try:
            with urllib.request.urlopen(request, context=_loopback_tls(), timeout=60) as response:
                remarks = tuple(response.headers.get_all("Warning") or ())
                return Answer(response.status, _json(response.read()), remarks)
        except urllib.error.HTTPError as refusal:
            return Answer(refusal.code, _json(refusal.read()))

    def create(self, body: Mapping[str, Any], dry_run: bool = False) -> Answer:
        """Creates an object with strict field validation. Its namespace must exist."""
        query = "?fieldValidation=Strict&fieldManager=test" + ("&dryRun=All" if dry_run else "")
        return self.request("POST", self.path_of(body, named=False) + query, body)

    def apply(self, body: Mapping[str, Any], dry_run: bool = False) -> Answer:
        """Applies an object on the server (`kubectl apply --server-side`)."""
        query = "?fieldValidation=Strict&fieldManager=test&force=true" + ("&dryRun=All" if dry_run else "")
        return self.request("PATCH", self.path_of(body) + query, body, APPLY)

    def read(self, body: Mapping[str, Any]) -> Answer:
        """The live object that has the same kind, namespace and name."""
        return self.request("GET", self.path_of(body))

    def delete(self, body: Mapping[str, Any]) -> Answer:
        """Deletes the live object that has the same kind, namespace and name."""
        return self.request("DELETE", self.path_of(body))

    def namespace(self, name: str) -> str:
        """Makes sure that a namespace exists; gives its name."""
        answer = self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        assert answer.ok, answer.message
        return name

    def path_of(self, body: Mapping[str, Any], named: bool = True) -> str:
        """The URL path of an object, or of its collection. Plural and scope are asked of the server, once a kind."""
        api_version, kind = body["apiVersion"], body["kind"]
        plural, namespaced = self._resource(api_version, kind)
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        metadata = body["metadata"]
        scope = f"/namespaces/{metadata.get('namespace', 'default')}" if namespaced else ""
        return f"{root}{scope}/{plural}" + (f"/{metadata['name']}" if named else "")

    def install_crds(self, files: Sequence[Path]) -> None:
        """Installs CRDs and waits until each is served. Applying 100 of them takes the server 20 s: take few."""
        crds = [read_crd(path) for path in files]

        def install(crd: dict[str, Any]) -> Answer:
            answer = self.apply(crd)
            if answer.status == 504:  # a large CRD on a busy machine; to apply is to be able to try again
                answer = self.apply(crd)
            return answer

        with ThreadPoolExecutor(4) as pool:
            for answer in pool.map(install, crds):
                assert answer.ok, answer.message
        for crd in crds:
            self._wait(lambda crd=crd: self._is_served(crd), f"CRD {crd['metadata']['name']} to be served")

    def runs(self) -> bool:
        """Whether the API server is there."""
        return self._processes[-1].poll() is None

    def kill(self) -> None:
        """Ends the API server as a power cut would: no answer that is under way is finished."""
        self._processes[-1].kill()
        self._processes[-1].wait()

    def stop(self) -> None:
        """Stops the API server, then etcd: without etcd the API server does not end."""
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _is_served(self, crd: Mapping[str, Any]) -> bool:
        """True when every version is listed by discovery, which comes last, and answers."""
        spec, plural = crd["spec"], crd["spec"]["names"]["plural"]
        for version in (version["name"] for version in spec["versions"] if version["served"]):
            root = f"/apis/{spec['group']}/{version}"
            listed = {entry["name"] for entry in self.request("GET", root).body.get("resources", ())}
            if plural not in listed or not self.request("GET", f"{root}/{plural}?limit=1").ok:
                return False
        return True

    def _resource(self, api_version: str, kind: str) -> tuple[str, bool]:
        if (api_version, kind) not in self._plurals:
            root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
            for entry in self.request("GET", root).body.get("resources", ()):
                if "/" not in entry["name"]:
                    self._plurals[(api_version, entry["kind"])] = (entry["name"], entry["namespaced"])
        assert (api_version, kind) in self._plurals, f"the API server does not serve {api_version} {kind}"
        return self._plurals[(api_version, kind)]

    def _spawn(self, name: str, command: Sequence[str]) -> None:
        with (self.home / f"{name}.log").open("wb") as log:
            self._processes.append(
                subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home)
            )

    def _wait(self, ready: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end and all(process.poll() is None for process in self._processes):
            try:
                if ready():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        logs = "".join(f"\n{log.name}:\n" + log.read_text(errors="replace")[-2000:] for log in self.home.glob("*.log"))
        raise AssertionError(f"waited in vain for {what}{logs}")


def start(home: Path, assets: Path) -> ControlPlane:
    """Starts etcd and kube-apiserver in a folder of their own (4 s). The caller stops what it got.

    Another program may take a port between our finding it free and a server's taking it: then others are tried.
    """
    for attempt in range(4):
        try:
            return _start(home / f"attempt-{attempt}", assets)
        except AssertionError as failure:
            if "address already in use" not in str(failure):
                raise
    return _start(home / "attempt-last", assets)


def _start(home: Path, assets: Path) -> ControlPlane:
    home.mkdir()
    client, peer = (f"http://127.0.0.1:{_free_port()}" for _ in range(2))
    url = f"https://127.0.0.1:{_free_port()}"
    plane = ControlPlane(home, url, home / "kubeconfig")
    _write_secrets(home)
    try:
        plane._spawn("etcd", [
            str(assets / "etcd"), "--data-dir=etcd-data", "--unsafe-no-fsync", "--log-level=error",
            f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=default={peer}",
        ])  # fmt: skip
        plane._wait(lambda: _http_ok(client + "/health"), "etcd")
        plane._spawn("kube-apiserver", [
            str(assets / "kube-apiserver"), f"--etcd-servers={client}", "--bind-address=127.0.0.1",
            f"--secure-port={url.rsplit(':', 1)[1]}", "--cert-dir=certs", "--token-auth-file=tokens.csv",
            "--service-account-key-file=sa.pub", "--service-account-signing-key-file=sa.key",
            "--service-account-issuer=https://kubernetes.default.svc", "--authorization-mode=RBAC",
            "--disable-admission-plugins=ServiceAccount", "--service-cluster-ip-range=10.0.0.0/16",
            "--allow-privileged=true",
        ])  # fmt: skip
        plane._wait(lambda: plane.request("GET", "/readyz").ok, "kube-apiserver")
    except BaseException:
        plane.stop()
        raise
    _write_kubeconfig(plane)
    return plane


def crd_folder() -> Path | None:
    """The folder that `MLPLAT_TEST_CRDS` names, None when it is not set."""
    named = os.environ.get("MLPLAT_TEST_CRDS")
    return Path(named) if named else None


def crd_files(folder: Path, patterns: Iterable[str]) -> list[Path]:
    """CRD files by glob without `.yaml`, such as `kubeflow.org/pytorchjobs` or `kueue.x-k8s.io/*`."""
    found = [path for pattern in patterns for path in sorted(folder.glob(f"{pattern}.yaml"))]
    return list(dict.fromkeys(found))


def read_crd(path: Path) -> dict[str, Any]:
    """One CRD file; those in JSON are read some 30 times faster."""
    text = path.read_text(encoding="utf-8")
    crd: dict[str, Any] = json.loads(text) if text.startswith("{") else yaml.load(text, Loader=yaml.CSafeLoader)
    # A conversion webhook needs a controller: without one the versions are served as they are stored.
    crd["spec"].pop("conversion", None)
    return crd


def missing() -> str | None:
    """Why no control plane can be started here, with the command that helps; None when one can."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if not assets:
        return HOW_TO_GET_ASSETS
    absent = [name for name in ("etcd", "kube-apiserver") if not (Path(assets) / name).exists()]
    if absent:
        return f"KUBEBUILDER_ASSETS has no {' and no '.join(absent)}"
    return None if shutil.which("openssl") else "openssl is not on PATH (it makes the API server's signing key)"


def give_up(reason: str) -> NoReturn:
    """Skips a test that cannot run here; fails it where MLPLAT_TEST_REQUIRE_CLUSTER=1 says that it must be able to."""
    if os.environ.get("MLPLAT_TEST_REQUIRE_CLUSTER") == "1":
        pytest.fail(f"MLPLAT_TEST_REQUIRE_CLUSTER is set, but {reason}")
    pytest.skip(reason)


def skip_without_assets() -> None:
    """Gives the test up where no control plane can be started."""
    reason = missing()
    if reason:
        give_up(reason)


def _write_secrets(home: Path) -> None:
    for command in (["genrsa", "-out", "sa.key", "2048"], ["rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub"]):
        subprocess.run(["openssl", *command], cwd=home, check=True, capture_output=True)
    (home / "tokens.csv").write_text(f"{_ADMIN},admin,admin,system:masters\n{_READER},reader,reader\n")


def _write_kubeconfig(plane: ControlPlane) -> None:
    authority = base64.b64encode((plane.home / "certs" / "apiserver.crt").read_bytes()).decode()
    users = {"admin": _ADMIN, "reader": _READER}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "admin",
        "clusters": [{"name": "test", "cluster": {"server": plane.url, "certificate-authority-data": authority}}],
        "users": [{"name": name, "user": {"token": token}} for name, token in users.items()],
        "contexts": [{"name": name, "context": {"cluster": "test", "user": name}} for name in users],
    }
    plane.kubeconfig.write_text(json.dumps(config, indent=1))
    plane.kubeconfig.chmod(0o600)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _http_ok(url: str) -> bool:
    with urllib.request.urlopen(url, timeout=2) as response:
        return bool(response.status == 200)


@cache
def _loopback_tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _json(data: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(data or b"{}")
    except json.JSONDecodeError:
        return {"message": data.decode(errors="replace")}
    return parsed if isinstance(parsed, dict) else {"value": parsed}
