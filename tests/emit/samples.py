"""Environments and object sets made by hand, for tests of emission."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.artifacts import BASE, KubeObject, Node, ObjectSet, Resolved, ResolvedEnvironment
from mlplat.diagnostics import Span
from mlplat.objects.gvk import ObjectRef, gvk_of
from mlplat.schema.environment import Environment
from mlplat.schema.platform import Platform
from mlplat.schema.team import Team

PLATFORM = "demo"
_NODE = Node({}, Span("platform.yaml", 1, 1, 1, 1))


def environment(
    name: str,
    *,
    teams: Iterable[Mapping[str, Any]] = (),
    argocd: Mapping[str, Any] | None = None,
    platform: Mapping[str, Any] | None = None,
    inherits: bool = True,
    server: str | None = None,
) -> ResolvedEnvironment:
    """An environment; `teams` are pairs of metadata and spec in the shape of a document without header."""
    spec = {
        "repository": {"url": "https://git.example.com/ml/platform.git"},
        "registry": "registry.example.com/ml",
        "promotion": ["dev", "staging", "prod"],
        "owners": [{"group": "ml-platform"}, {"group": "auditors", "role": "readonly"}],
        **(platform or {}),
    }
    env_spec = {
        "cluster": {"name": name, "server": server or f"https://{name}.example.com:6443", "kubernetesVersion": "1.34"},
        "release": "26.03",
        "argocd": dict(argocd or {}),
    }
    found = [_resolved(Team, "Team", team["name"], team["spec"]) for team in teams]
    return ResolvedEnvironment(
        name=name,
        platform=_resolved(Platform, "Platform", PLATFORM, spec),
        environment=_resolved(Environment, "Environment", name, env_spec),
        versions=ComponentVersions("26.03", "1.34", MappingProxyType({})),
        documents={"Team": {team.name: team for team in found}},
        ancestors=(BASE,) if inherits and name != BASE else (),
    )


def kube(
    env: str, body: Mapping[str, Any], unit: str = "vision", logical: str | None = None, stamped: bool = True
) -> KubeObject:
    """An object as lowering leaves it: identity, and the environment's label outside base."""
    metadata = dict(body["metadata"])
    gvk = gvk_of(body)
    ref = ObjectRef(gvk.group, gvk.kind, metadata.get("namespace", ""), metadata["name"])
    if stamped:
        identity = f"{PLATFORM}/{env}:{ref.group}/{ref.kind}:{ref.namespace}/{ref.name}"
        metadata["annotations"] = {**metadata.get("annotations", {}), "mlplat.dev/identity": identity}
        if env != BASE:
            metadata["labels"] = {**metadata.get("labels", {}), "mlplat.dev/environment": env}
    return KubeObject({**body, "metadata": metadata}, ref, logical or ref.name, unit)


def object_set(env: str, objects: Iterable[KubeObject]) -> ObjectSet:
    """The objects of one environment, in the order given."""
    return ObjectSet(env, tuple(objects))


def config_map(name: str, data: Mapping[str, Any], namespace: str = "vision") -> dict[str, Any]:
    """A body for tests that do not care what kind of object it is."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data)}


def train_job(name: str, spec: Mapping[str, Any], namespace: str = "vision") -> dict[str, Any]:
    """A body of a kind that kustomize knows nothing about."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "TrainJob", "metadata": metadata, "spec": dict(spec)}


def _resolved(document: Any, kind: str, name: str, spec: Mapping[str, Any]) -> Resolved[Any]:
    header = {"apiVersion": "mlplat.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    return Resolved(document.model_validate(header, strict=False), _NODE, (name,))
