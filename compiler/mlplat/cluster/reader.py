"""The live side from an API server: one paged LIST a kind, eight kinds at a time, and no write."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from mlplat.cluster.caller import Caller, RefusedError
from mlplat.cluster.discovery import Resource, Served, collection_path, discover
from mlplat.cluster.http import Request
from mlplat.cluster.listing import Body, Redact, list_all
from mlplat.cluster.live import KindRequest, LiveState, Unread, UnreadKind
from mlplat.cluster.redaction import redact
from mlplat.objects.gvk import GVK

WORKERS = 8
_BUILT_IN = frozenset(
    {
        "", "apps", "batch", "autoscaling", "policy", "admissionregistration.k8s.io", "apiextensions.k8s.io",
        "apiregistration.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "certificates.k8s.io",
        "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io", "rbac.authorization.k8s.io",
        "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io", "storagemigration.k8s.io",
    }
)  # fmt: skip
"""Groups that kube-apiserver 1.37 serves itself; every other group comes from a CRD or from another server."""


def is_custom(gvk: GVK) -> bool:
    """True for kinds that a CustomResourceDefinition (or another API server) brings."""
    return gvk.group not in _BUILT_IN


def definition_name(gvk: GVK, plural: str) -> str:
    """The name of the CustomResourceDefinition of a kind."""
    return f"{plural}.{gvk.group}"


@dataclass(eq=False)
class ClusterReader:
    """Reads kinds from one API server.

    `redact` is called on each object right after its page was parsed. `progress` hears how many kinds are done, of how
    many. A kind that may not be listed cluster-wide is listed in the namespaces of its request: it then counts as read,
    without those namespaces that refuse too, and nothing is said about other namespaces.
    """

    caller: Caller
    redact: Redact = redact
    progress: Callable[[int, int], None] = lambda done, of: None
    definitions: bool = True
    """Whether the CRDs of custom kinds are read along (a GET for each; without the right to it, silently not)."""
    clock: Callable[[], float] = time.monotonic
    done: list[GVK] = field(default_factory=list)
    """The kinds of the read under way that are through."""

    def read(self, requests: Sequence[KindRequest]) -> LiveState:
        """Everything of the kinds asked for; a server that cannot be reached leaves every kind unread."""
        started = self.clock()
        self.done.clear()
        try:
            served = discover(self.caller, [request.gvk for request in requests])
        except RefusedError as refused:
            unread = tuple(UnreadKind(request.gvk, refused.why, refused.detail) for request in requests)
            return LiveState(unread=unread, calls=self.caller.calls, server=self.caller.connection.server)
        discovered = self.clock()
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="list") as pool:
            kinds = list(pool.map(lambda request: self._kind(request, served, len(requests)), requests))
        return LiveState(
            objects=tuple(body for kind in kinds for body in kind.objects),
            read=frozenset(request.gvk for request, kind in zip(requests, kinds, strict=True) if kind.read),
            unread=tuple(problem for kind in kinds for problem in kind.unread),
            definitions=tuple(kind.definition for kind in kinds if kind.definition is not None),
            calls=self.caller.calls,
            server=self.caller.connection.server,
            seconds={"discovery": discovered - started, "lists": self.clock() - discovered},
        )

    def _kind(self, request: KindRequest, served: Served, of: int) -> "_Kind":
        found = one_kind(self.caller, request, served, self.redact)
        if self.definitions and found.read and not request.only_orphans:
            found.definition = definition_of(self.caller, request.gvk, served)
        self.done.append(request.gvk)
        self.progress(len(self.done), of)
        return found


def definition_of(caller: Caller, gvk: GVK, served: Served) -> Body | None:
    """The CRD of a custom kind; None for other kinds, and where it may not be read."""
    if not is_custom(gvk) or gvk not in served.kinds:
        return None
    name = definition_name(gvk, served.kinds[gvk].plural)
    try:
        return caller.data(Request(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"))
    except RefusedError:
        return None


@dataclass
class _Kind:
    """What came of one kind."""

    objects: tuple[Body, ...] = ()
    read: bool = False
    unread: tuple[UnreadKind, ...] = ()
    definition: Body | None = None
    version: str = ""


def one_kind(caller: Caller, request: KindRequest, served: Served, redact: Redact) -> _Kind:
    """The objects of a kind, cluster-wide or in the namespaces of the request, or why there are none to be had."""
    gvk = request.gvk
    if served.lacks(gvk):
        others = served.other_versions(gvk)
        said = f"the API server serves it as {', '.join(others)}" if others else "the API server does not serve it"
        return _Kind(unread=(UnreadKind(gvk, Unread.NOT_INSTALLED, said),))
    resource = served.kinds.get(gvk) or Resource(request.plural, request.namespaced)
    if not resource.plural:
        return _Kind(unread=(UnreadKind(gvk, Unread.UNREADABLE, "the API server does not say how it is reached"),))
    try:
        listed = list_all(caller, collection_path(gvk, resource.plural), gvk, request.selector, redact)
    except RefusedError as refused:
        if refused.status == 403 and resource.namespaced and request.namespaces:
            return _by_namespace(caller, request, resource, redact)
        return _Kind(unread=(UnreadKind(gvk, refused.why, refused.detail),))
    return _Kind(listed.objects, read=True, version=listed.version)


def _by_namespace(caller: Caller, request: KindRequest, resource: Resource, redact: Redact) -> _Kind:
    found = _Kind()
    for namespace in request.namespaces:
        path = collection_path(request.gvk, resource.plural, namespace)
        try:
            listed = list_all(caller, path, request.gvk, request.selector, redact)
        except RefusedError as refused:
            problem = UnreadKind(request.gvk, refused.why, refused.detail, namespace)
            found.unread = (*found.unread, problem)
        else:
            found.objects += listed.objects
            found.read = True
    return found
