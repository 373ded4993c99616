"""Names of Kubernetes kinds and objects: group, version and kind, and the reference to one object."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class GVK(NamedTuple):
    """Group, version and kind. `group` is "" for the core group. Ordered by group, then version, then kind."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        """The text of `apiVersion`: `v1` for the core group, else `group/version`."""
        return format_api_version(self.group, self.version)

    @property
    def group_kind(self) -> tuple[str, str]:
        """Group and kind: what names a kind whatever version of it is written."""
        return (self.group, self.kind)

    def __str__(self) -> str:
        return f"{self.api_version}/{self.kind}"


class ObjectRef(NamedTuple):
    """What tells one object from all others in a cluster, whatever version it is written in.

    `namespace` is "" for cluster-scoped kinds, so that references always have an order.
    """

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        kind = f"{self.kind}.{self.group}" if self.group else self.kind
        return f"{kind} {self.namespace}/{self.name}" if self.namespace else f"{kind} {self.name}"


def parse_api_version(text: str) -> tuple[str, str]:
    """`apiVersion` text to (group, version); raises ValueError when it has no version or more than one slash.

    As `schema.ParseGroupVersion` of k8s.io/apimachinery reads it, except that the empty text is refused.
    """
    group, slash, version = text.rpartition("/")
    if not version or (slash and not group) or "/" in group:
        raise ValueError(f"`{text}` is not an apiVersion: write `version` or `group/version`")
    return group, version


def format_api_version(group: str, version: str) -> str:
    """(group, version) to `apiVersion` text."""
    return f"{group}/{version}" if group else version


def gvk_of(body: Mapping[str, Any]) -> GVK:
    """The kind of an object as written; raises ValueError when `apiVersion` or `kind` is missing or not text."""
    api_version, kind = body.get("apiVersion"), body.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str) or not kind:
        raise ValueError("an object needs `apiVersion` and `kind`, both text")
    return GVK(*parse_api_version(api_version), kind)


def ref_of(body: Mapping[str, Any], namespaced: bool, default_namespace: str = "default") -> ObjectRef:
    """The reference to an object as written.

    `namespaced` says the scope of its kind (from the catalog: never guessed here). A namespaced object without
    `metadata.namespace` is in `default_namespace`; that of a cluster-scoped one is ignored, as the server ignores it.
    Raises ValueError when `apiVersion`, `kind` or `metadata.name` is missing or not text.
    """
    gvk = gvk_of(body)
    metadata = body.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if not isinstance(metadata, Mapping) or not isinstance(name, str) or not name:
        raise ValueError(f"{gvk.kind} has no `metadata.name`")
    namespace = ""
    if namespaced:
        written = metadata.get("namespace")
        namespace = written if isinstance(written, str) and written else default_namespace
    return ObjectRef(gvk.group, gvk.kind, namespace, name)
