"""MLP450: two environments on one cluster that claim the same object."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from mlplat.compiler.artifacts import KubeObject, ResolvedEnvironment
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, PlatformRule, PlatformScope
from mlplat.objects.gvk import ObjectRef


def check(scope: PlatformScope) -> Iterable[tuple[str, FoundInObject]]:
    """Cluster-scoped objects of the same kind and name, and one object for each namespace that both write into."""
    clusters: dict[str, list[str]] = defaultdict(list)
    for name in sorted(scope.objects):
        if scope.environments[name].is_synced:
            clusters[_server(scope.environments[name])].append(name)
    for names in clusters.values():
        for index, name in enumerate(names):
            for other in names[:index]:
                first = {item.ref: item for item in scope.objects[other].objects}
                for item in _collisions(first, scope.objects[name].objects):
                    yield name, _found(item, name, other)


def _server(env: ResolvedEnvironment) -> str:
    # None only where the rule that demands one is switched off; then it is Argo CD's own cluster.
    server = env.environment.document.spec.cluster.server or "https://kubernetes.default.svc"
    return server.rstrip("/").lower()


def _collisions(first: Mapping[ObjectRef, KubeObject], items: Iterable[KubeObject]) -> Iterable[KubeObject]:
    """Objects of both, without those that follow from a namespace of both."""
    shared = sorted(
        (item for item in items if item.ref in first), key=lambda item: (item.ref.namespace != "", item.ref)
    )
    reported = {item.ref.name for item in shared if item.ref.kind == "Namespace"}
    for item in shared:
        if item.ref.kind == "Profile" and item.ref.name in reported:
            continue
        if not item.ref.namespace:
            yield item
        elif item.ref.namespace not in reported:
            reported.add(item.ref.namespace)
            yield item


def _found(item: KubeObject, name: str, other: str) -> FoundInObject:
    where = f" in namespace `{item.ref.namespace}`" if item.ref.namespace else ""
    cure = "name it differently in one of them, or give each environment a cluster of its own"
    if item.ref.kind in ("Namespace", "Profile") or item.ref.namespace:
        cure = f"set `namespace` of the team in one of them, for example `namespace: <team>-{name}`"
    return FoundInObject(
        item,
        "/metadata/name",
        f"{called(item)}{where} belongs to both `{other}` and `{name}`, which are on one cluster",
        f"also in `{other}`",
        ("each Application would undo what the other one does, for ever",),
        cure,
    )


RULE = PlatformRule("MLP450", check)
