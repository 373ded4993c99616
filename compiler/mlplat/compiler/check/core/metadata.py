"""An object's `metadata`, and that of a pod's template, beyond labels and annotations of the object itself.

Source: Kubernetes v1.37 `staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go`,
`pkg/apis/core/validation/validation.go` (ValidateObjectMeta, ValidateFinalizerName), and the strategies of
`pkg/registry`, which set the generation of most kinds themselves; each kind was asked of the real 1.37.2.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.reading import Body, Problem, at_key, mapping, mappings, metadata_of, number, texts
from mlplat.objects.names import why_no_label, why_no_path_segment, why_no_subdomain

_RBAC = "rbac.authorization.k8s.io"
_PREFIXES: Mapping[tuple[str, str], Callable[[str], str | None]] = {
    **dict.fromkeys((("", "Namespace"), ("", "Service"), ("apps", "StatefulSet")), why_no_label),
    **{(_RBAC, kind): why_no_path_segment for kind in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")},
    **dict.fromkeys(
        (
            *(("policy", "PodDisruptionBudget"), ("", "Event"), ("", "ReplicationController")),
            ("resource.k8s.io", "DeviceClass"),
        ),
        why_no_path_segment,
    ),
}
"""Kinds whose `generateName` has another form than a DNS subdomain."""

_OWN_FINALIZERS = frozenset(
    (
        *("", "apps", "batch", "autoscaling", "networking.k8s.io", "storage.k8s.io", "scheduling.k8s.io"),
        *("discovery.k8s.io", "flowcontrol.apiserver.k8s.io", "resource.k8s.io", _RBAC),
    )
)
"""Groups in which a finalizer without a domain must be one of Kubernetes' own."""
_KNOWN_FINALIZERS = ("orphan", "foregroundDeletion", "kubernetes")

_TAKEN_GENERATION = frozenset(
    ("", "storage.k8s.io", "coordination.k8s.io", "node.k8s.io", "apiregistration.k8s.io", _RBAC)
)
_SET_GENERATION = frozenset(("Pod", "PodTemplate", "ReplicationController"))
"""Kinds of the core group of which the server writes the generation itself; of others it takes what is there."""

_WITHOUT_STATUS: Mapping[str, frozenset[str]] = {
    "": frozenset(
        ("ConfigMap", "Secret", "ServiceAccount", "Endpoints", "LimitRange", "PodTemplate", "Event", "Binding")
    ),
    "apps": frozenset(("ControllerRevision",)),
    "storage.k8s.io": frozenset(("StorageClass", "CSIDriver", "VolumeAttributesClass", "CSIStorageCapacity")),
    "scheduling.k8s.io": frozenset(("PriorityClass",)),
    "node.k8s.io": frozenset(("RuntimeClass",)),
    "networking.k8s.io": frozenset(("IngressClass", "NetworkPolicy", "IPAddress")),
    "discovery.k8s.io": frozenset(("EndpointSlice",)),
    "coordination.k8s.io": frozenset(("Lease",)),
    "resource.k8s.io": frozenset(("DeviceClass", "ResourceClaimTemplate", "ResourceSlice")),
    "admissionregistration.k8s.io": frozenset(
        (
            *("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicyBinding"),
            *("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"),
        )
    ),
    _RBAC: frozenset(("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")),
    "serving.kserve.io": frozenset(("ClusterStorageContainer",)),
    "kueue.x-k8s.io": frozenset(
        ("ResourceFlavor", "Topology", "WorkloadPriorityClass", "MultiKueueConfig", "ProvisioningRequestConfig")
    ),
}
"""Kinds without a `status`, where it is an unknown field."""


def problems_of_metadata(body: Body, group: str, kind: str) -> Iterator[Problem]:
    """What the server says of an object's own metadata, and of a status where the kind has none."""
    metadata = metadata_of(body)
    if body.get("status") is not None and kind in _WITHOUT_STATUS.get(group, ()):
        yield "/status", "is no field of this kind"
    prefix = metadata.get("generateName")
    if isinstance(prefix, str) and prefix:
        why = _PREFIXES.get((group, kind), why_no_subdomain)(_masked(prefix))
        if why is not None:
            yield "/metadata/generateName", why
    generation = number(metadata.get("generation"))
    if generation is not None and generation < 0 and _takes_generation(group, kind):
        yield "/metadata/generation", "must not be negative"
    for index, one in texts(metadata.get("finalizers")):
        own = group in _OWN_FINALIZERS and kind != "Event"
        if f.qualified_strict(one) or (own and "/" not in one and one not in _KNOWN_FINALIZERS):
            yield f"/metadata/finalizers/{index}", "must be a name with a domain, such as `example.com/done`"
    yield from _owners(metadata)


def _masked(prefix: str) -> str:
    """A prefix may end with a dash."""
    return f"{prefix[:-2]}a" if len(prefix) > 1 and prefix.endswith("-") else prefix


def _takes_generation(group: str, kind: str) -> bool:
    if group == "resource.k8s.io":
        return kind in ("ResourceClaim", "ResourceClaimTemplate")
    return (group in _TAKEN_GENERATION and kind not in _SET_GENERATION) or (group, kind) == (
        "apps",
        "ControllerRevision",
    )


def _owners(metadata: Body) -> Iterator[Problem]:
    controllers = 0
    for index, owner in mappings(metadata.get("ownerReferences")):
        where, why = f"/metadata/ownerReferences/{index}", f.need("apiVersion", "kind", "name", "uid")(owner)
        controllers += owner.get("controller") is True
        if why is not None:
            yield where, why
        elif str(owner["apiVersion"]).count("/") > 1:
            yield f"{where}/apiVersion", "must be `group/version` or `version`"
        elif (owner["apiVersion"], owner["kind"]) == ("v1", "Event"):
            yield where, "an Event owns nothing"
        elif controllers > 1 and owner.get("controller") is True:
            yield f"{where}/controller", "is true of another owner: an object has one controller"


_SECCOMP = ("seccomp.security.alpha.kubernetes.io/pod", "container.seccomp.security.alpha.kubernetes.io/")
_PROFILES = ("runtime/default", "docker/default", "unconfined")
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def problems_of_template_metadata(metadata: Any, pointer: str, spec: Body, with_labels: bool) -> Iterator[Problem]:
    """Of a pod or a template: annotations that mean something to the server. `with_labels`: what its labels and
    annotations must look like too, where MLP415 does not look at them."""
    if not isinstance(metadata, dict):
        return
    why = f.labels(metadata.get("labels")) if with_labels else None
    if why is not None:
        yield f"{pointer}/labels", why
    annotations = mapping(metadata.get("annotations"))
    for key in annotations if with_labels else ():
        problem = f.qualified_strict(key.lower()) if key else "must not be empty"
        if problem is not None:
            yield f"{pointer}/annotations", f"the key `{key}` {problem}"
    names = {str(one.get("name")) for field in ("containers", "initContainers") for _, one in mappings(spec.get(field))}
    for key, value in annotations.items():
        where = at_key(f"{pointer}/annotations", key)
        if key.startswith(_APPARMOR):
            if not _is_profile(value, ("runtime/default", "unconfined", "")):
                yield where, "must be `runtime/default`, `unconfined` or `localhost/` and a profile"
            elif key.removeprefix(_APPARMOR) not in names:
                yield where, "names no container"
        elif key.startswith(_SECCOMP) and not _is_profile(value, _PROFILES):
            yield where, "must be `runtime/default`, `unconfined` or `localhost/` and a profile"


def _is_profile(value: Any, known: tuple[str, ...]) -> bool:
    if not isinstance(value, str):
        return True
    return value in known or (value.startswith("localhost/") and f.inside(value.removeprefix("localhost/")) is None)
