"""What an API server serves: the plural and the scope of every kind, by its discovery API.

Two requests where the server aggregates discovery (Kubernetes 1.27 and later); else one for each group and version that
is asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mlplat.cluster.caller import Caller, RefusedError
from mlplat.cluster.http import Request
from mlplat.cluster.live import Unread
from mlplat.objects.gvk import GVK

_AGGREGATED = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)
_ACCEPT = f"{_AGGREGATED},application/json"


class Resource(NamedTuple):
    """How a kind is reached: the last part of its URL, and whether it lives in namespaces."""

    plural: str
    namespaced: bool
    verbs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Served:
    """Kinds that a server serves. `known` are the groups and versions about which it spoke, so that a kind that is not
    among theirs is not installed; of others nothing is known."""

    kinds: Mapping[GVK, Resource] = field(default_factory=dict)
    known: frozenset[tuple[str, str]] = frozenset()
    whole: bool = False
    """The server named every group and version, so one that is not `known` is not there, but for `stale` ones."""
    stale: frozenset[tuple[str, str]] = frozenset()
    """Groups and versions whose own API server does not answer at the moment."""

    def lacks(self, gvk: GVK) -> bool:
        """True when the server is known not to serve a kind in this version."""
        place = (gvk.group, gvk.version)
        if gvk in self.kinds or place in self.stale:
            return False
        return self.whole or place in self.known

    def other_versions(self, gvk: GVK) -> list[str]:
        """Versions in which the kind is served, sorted."""
        return sorted(other.version for other in self.kinds if other.group_kind == gvk.group_kind)


def discover(caller: Caller, wanted: Iterable[GVK]) -> Served:
    """What the server says of itself; raises RefusedError when it cannot be reached or gives no sense.

    A server that only refuses to tell (403) leaves everything unknown.
    """
    places = sorted({(gvk.group, gvk.version) for gvk in wanted})
    try:
        found = [caller.data(Request(path, _ACCEPT)) for path in ("/api", "/apis")]
    except RefusedError as refused:
        if refused.why in (Unread.FORBIDDEN, Unread.NOT_INSTALLED) and refused.status != 401:
            return Served()
        raise
    if all(answer.get("kind") == "APIGroupDiscoveryList" for answer in found):
        return _aggregated(found)
    return _one_by_one(caller, places)


def _aggregated(answers: Iterable[Mapping[str, Any]]) -> Served:
    kinds: dict[GVK, Resource] = {}
    known: set[tuple[str, str]] = set()
    stale: set[tuple[str, str]] = set()
    for answer in answers:
        for item in _maps(answer.get("items")):
            group = str((item.get("metadata") or {}).get("name") or "")
            for version in _maps(item.get("versions")):
                place = (group, str(version.get("version")))
                (stale if version.get("freshness") == "Stale" else known).add(place)
                for resource in _maps(version.get("resources")):
                    kind = (resource.get("responseKind") or {}).get("kind")
                    scope = resource.get("scope")
                    _add(kinds, GVK(*place, str(kind)), resource, "resource", scope == "Namespaced")
    return Served(kinds, frozenset(known), bool(known), frozenset(stale))


def _one_by_one(caller: Caller, places: Iterable[tuple[str, str]]) -> Served:
    kinds: dict[GVK, Resource] = {}
    known = set()
    for group, version in places:
        root = f"/apis/{group}/{version}" if group else f"/api/{version}"
        try:
            answer = caller.data(Request(root))
        except RefusedError as refused:
            if refused.why is Unread.NOT_INSTALLED:
                known.add((group, version))
            continue
        known.add((group, version))
        for resource in _maps(answer.get("resources")):
            if "/" not in str(resource.get("name")):
                gvk = GVK(group, version, str(resource.get("kind")))
                _add(kinds, gvk, resource, "name", resource.get("namespaced") is True)
    return Served(kinds, frozenset(known))


def _add(kinds: dict[GVK, Resource], gvk: GVK, entry: Mapping[str, Any], key: str, namespaced: bool) -> None:
    verbs = entry.get("verbs")
    plural = entry.get(key)
    if isinstance(plural, str) and plural and isinstance(verbs, list) and "list" in verbs:
        kinds.setdefault(gvk, Resource(plural, namespaced, frozenset(map(str, verbs))))


def _maps(items: object) -> Iterator[Mapping[str, Any]]:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield item


def collection_path(gvk: GVK, plural: str, namespace: str | None = None) -> str:
    """The URL path of all objects of a kind, in one namespace where one is named."""
    root = f"/apis/{gvk.api_version}" if gvk.group else f"/api/{gvk.version}"
    return f"{root}/namespaces/{namespace}/{plural}" if namespace else f"{root}/{plural}"
