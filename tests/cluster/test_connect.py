"""From a kubeconfig to a connection: what is wrong with one is said in one line, without what it holds."""

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from mlplat.cluster import connect as module
from mlplat.cluster.connect import NoClusterError, connect
from mlplat.cluster.http import NoAnswerError, Request
from tests.cluster.faulty import TOKEN, FaultyServer


def refused(kubeconfig: Path | str | None, context: str | None = None) -> str:
    with pytest.raises(NoClusterError) as caught:
        connect(None if kubeconfig is None else str(kubeconfig), context)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    with FaultyServer(tmp_path) as server:
        return server.kubeconfig()


def rewritten(path: Path, **more: Any) -> Path:
    path.write_text(json.dumps({**json.loads(path.read_text()), **more}))
    return path


def plugin(folder: Path, script: str) -> dict[str, Any]:
    path = folder / "plugin"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(path), "interactiveMode": "Never"}}


def credential(token: str, expires: str) -> str:
    body = {"token": token, "expirationTimestamp": expires}
    whole = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": body}
    return f"echo '{json.dumps(whole)}'"


def test_without_the_client_the_command_that_installs_it_is_named(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes.client", None)
    assert refused(config).endswith("needs the package `kubernetes`: pip install 'mlplat[cluster]'")


def test_a_kubeconfig_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(tmp_path / "none") == f"there is no kubeconfig `{tmp_path}/none`; --kubeconfig names one"
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "other"))
    assert "/other`" in refused(None)


def test_a_context_that_is_not_there(config: Path) -> None:
    assert refused(config, "prod").endswith("has no context `prod`; there are: faulty")
    assert "no current context; --context names one of: faulty" in refused(rewritten(config, **{"current-context": ""}))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "just text", "a: b", "contexts: [{name: x, context: {}}]\ncurrent-context: x",
     "contexts: [{name: x, context: {cluster: y}}]\ncurrent-context: x\nclusters: []",
     "contexts: [{name: x, context: {cluster: y}}]\ncurrent-context: x\nclusters: [{name: y}]",
     "contexts: [{name: x, context: {cluster: y}}]\ncurrent-context: x\nclusters: [{name: y, cluster: {}}]",
     "contexts: {x: 1}\ncurrent-context: x", "a: [", "\tb", "contexts: 7\nusers: 7\nclusters: 7\ncurrent-context: 7"],
)  # fmt: skip
def test_a_kubeconfig_that_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text)
    assert str(path) in refused(path)


def test_a_certificate_that_is_none(config: Path) -> None:
    cluster = {"server": "https://127.0.0.1:1", "certificate-authority-data": "bm90IGEgY2VydGlmaWNhdGU="}
    path = rewritten(config, clusters=[{"name": "faulty", "cluster": cluster}])
    with pytest.raises((NoClusterError, NoAnswerError)):  # versions of the client read it at different times
        connect(str(path)).send(Request("/api"))


def test_a_plugin_that_fails_is_named_with_what_it_said(tmp_path: Path) -> None:
    with FaultyServer(tmp_path) as server:
        path = server.kubeconfig(plugin(tmp_path, "echo 'token expired: https://bob:hunter22@idp' >&2; exit 1"))
        said = refused(path)
    assert f"the credential plugin `{tmp_path}/plugin` of" in said
    assert "token expired" in said
    assert "hunter22" not in said


def test_a_plugin_that_is_not_installed(tmp_path: Path) -> None:
    with FaultyServer(tmp_path) as server:
        user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin"}}
        assert "`no-such-plugin`" in refused(server.kubeconfig(user))


def test_a_plugin_that_prints_no_credential(tmp_path: Path) -> None:
    with FaultyServer(tmp_path) as server:
        assert "failed" in refused(server.kubeconfig(plugin(tmp_path, "echo hello")))


def test_a_plugin_that_works_is_asked_once(tmp_path: Path) -> None:
    with FaultyServer(tmp_path) as server:
        script = f"echo called >> {tmp_path}/calls; {credential(TOKEN, '2999-01-01T00:00:00Z')}"
        connection = connect(str(server.kubeconfig(plugin(tmp_path, script))))
        assert [connection.send(Request("/api")).status for _ in range(3)] == [200, 200, 200]
    assert (tmp_path / "calls").read_text() == "called\n"


def test_an_expired_token_is_fetched_anew(tmp_path: Path) -> None:
    with FaultyServer(tmp_path) as server:
        script = f"echo called >> {tmp_path}/calls; {credential(TOKEN, '2020-01-01T00:00:00Z')}"
        connection = connect(str(server.kubeconfig(plugin(tmp_path, script))))
        assert connection.send(Request("/api")).status == 200
    assert (tmp_path / "calls").read_text().count("called") > 1


def test_the_kubeconfig_is_never_written(tmp_path: Path) -> None:
    with FaultyServer(tmp_path) as server:
        path = server.kubeconfig(plugin(tmp_path, credential(TOKEN, "2020-01-01T00:00:00Z")))
        before = path.read_bytes()
        connect(str(path)).send(Request("/api"))
    assert path.read_bytes() == before


def test_an_address_is_shown_without_the_credentials_in_it(config: Path) -> None:
    path = rewritten(config, clusters=[{"name": "faulty", "cluster": {"server": "https://u:secret@host:6443/k8s/"}}])
    assert connect(str(path)).server == "https://host:6443/k8s"


def test_several_files_are_merged_as_kubectl_does(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "second"
    other.write_text(config.read_text().replace("faulty", "second"))
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/absent:{config}:{other}")
    assert connect().server == connect(None, "second").server


def test_in_a_pod_the_service_account_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "token").write_text("pod-token")
    monkeypatch.setattr(module, "_ACCOUNT", tmp_path / "token")
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert "Service host/port" in refused(None)
