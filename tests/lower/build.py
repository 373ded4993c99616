"""Resolved environments from YAML text, without files: what lowering tests start from."""

from collections.abc import Mapping
from typing import Any

import yaml

from mlplat.catalog.versions import ComponentVersions, resolve_versions
from mlplat.compiler.artifacts import Node, Resolved, ResolvedEnvironment
from mlplat.diagnostics import Span
from mlplat.schema.kinds import KINDS

HERE = Span("input.yaml", 1, 1, 1, 1)
API_VERSION = "mlplat.dev/v1alpha1"
PLATFORM = {
    "kind": "Platform",
    "metadata": {"name": "acme"},
    "spec": {"repository": {"url": "https://git.example.com/ml.git"}, "registry": "registry.example.com/ml"},
}
ENVIRONMENT = {
    "kind": "Environment",
    "metadata": {"name": "prod"},
    "spec": {
        "cluster": {"name": "prod", "server": "https://kubernetes.default.svc", "kubernetesVersion": "1.34"},
        "release": "26.03",
    },
}
TEAM = {"kind": "Team", "metadata": {"name": "vision"}, "spec": {"owner": {"name": "ada@example.com"}}}


def node(value: Any) -> Node:
    """A tree of nodes as the loader makes it, all at one place."""
    if isinstance(value, dict):
        return Node({key: node(child) for key, child in value.items()}, HERE, HERE)
    if isinstance(value, (list, tuple)):
        return Node([node(child) for child in value], HERE)
    return Node(value, HERE, HERE)


def resolved(written: Mapping[str, Any]) -> Resolved[Any]:
    """One document, typed; `apiVersion` need not be written."""
    data = node({"apiVersion": API_VERSION, **written})
    return Resolved(KINDS[written["kind"]].model_validate(data.plain()), data, ("base", "prod"))


def environment(text: str, **versions: str | None) -> ResolvedEnvironment:
    """The environment `prod` with the documents of `text`; what is left out of Platform, Environment and Team `vision`
    is as above. `versions` are component versions on top of the release's (None: not installed)."""
    documents = [document for document in yaml.safe_load_all(text) if document]
    written = {(document["kind"], document["metadata"]["name"]): document for document in documents}
    for default in (PLATFORM, ENVIRONMENT, TEAM):
        given = written.setdefault((str(default["kind"]), default["metadata"]["name"]), default)  # type: ignore[index]
        given["spec"] = {**default["spec"], **given["spec"]}  # type: ignore[dict-item]
    table: dict[str, dict[str, Resolved[Any]]] = {}
    for (kind, name), document in sorted(written.items()):
        table.setdefault(kind, {})[name] = resolved(document)
    spec = table["Environment"]["prod"].document.spec
    held = resolve_versions(spec.release, spec.cluster.kubernetes_version, {**spec.versions, **versions})
    assert isinstance(held, ComponentVersions), held
    return ResolvedEnvironment("prod", table["Platform"]["acme"], table["Environment"]["prod"], held, table)
