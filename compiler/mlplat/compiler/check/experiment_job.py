"""A batch/v1 Job as the trial of an Experiment: Katib's webhook reads it into Kubernetes' type and writes it again.

Whatever does not come back as it was refuses the Experiment (Katib v0.19.0 `validator.go`, validatePatchJob): an
unknown field, and a value that Go leaves out because it says nothing (a null, an empty text or list, `false` in the
place of a plain boolean). Amounts below `resources` are not compared.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.compiler.check.reading import Problem, at_key
from mlplat.objects.quantity import is_quantity, parse

PLACED = "test-value"
"""What the webhook puts in the place of every parameter before it reads the trial."""

_KEPT_TEXTS = frozenset(
    (
        *("name", "mountPath", "devicePath", "key", "path", "conditionType", "topologyKey", "type", "action"),
        *("whenUnsatisfiable", "resource", "fieldPath", "claimName", "driver", "resourceName", "ip"),
        *("sysctls/value", "httpHeaders/value", "matchExpressions/operator", "matchFields/operator"),
        *("onExitCodes/operator", "onPodConditions/status", "resizePolicy/restartPolicy", "nfs/server"),
        *("storageClassName", "runtimeClassName", "localhostProfile", "grpc/service", "mountPropagation", "procMount"),
        *("recursiveReadOnly", "fsGroupChangePolicy", "supplementalGroupsPolicy", "seLinuxChangePolicy"),
        *("preemptionPolicy", "completionMode", "podReplacementPolicy", "managedBy", "succeededIndexes"),
        *("containers/restartPolicy", "initContainers/restartPolicy", "resourceClaimName", "resourceClaimTemplateName"),
    )
)
"""Texts that are written also when they are empty: Go's type has no `omitempty`, or points to the text. With the name
of what holds it where that decides."""
_LEFT_OUT_NAMES = frozenset(
    (
        *("configMap", "configMapRef", "configMapKeyRef", "secretRef", "secret", "secretKeyRef", "imagePullSecrets"),
        *("nodePublishSecretRef", "clusterTrustBundle", "metadata"),
    )
)
"""What holds a `name` that is left out when it is empty."""
_KEPT_LISTS = frozenset(("containers", "nodeSelectorTerms"))
_PLAIN = frozenset(
    (
        *("hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "readOnly"),
        *("hostPort", "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold"),
        *("failureThreshold", "partition"),
    )
)
"""Booleans and numbers that are no pointers in Go: false and 0 are left out."""


def lost_in(value: Any, node: Node | None, pointer: str, names: tuple[str, ...] = ("", "")) -> Iterator[Problem]:
    """Values of a Job that Go's type does not give back. `node` is the schema of the value, `names` its field's name
    and before it that of what holds it; items of a list go by the list's."""
    holder, key = names
    if node is None:
        return
    if value is None:
        yield pointer, "is null: leave it out"
    elif isinstance(value, str):
        if not value and not _is_kept(holder, key):
            yield pointer, "is empty: leave it out"
        elif nodes.is_quantity(node) and is_quantity(value) and str(parse(value)) != value:
            yield pointer, f"is not written as Kubernetes writes it: `{parse(value)}`"
    elif isinstance(value, int | float):
        if not value and key in _PLAIN:
            yield pointer, "says nothing: leave it out"
    elif isinstance(value, list):
        if not value and key not in _KEPT_LISTS:
            yield pointer, "is empty: leave it out"
        for index, item in enumerate(value):
            yield from lost_in(item, nodes.items(node), f"{pointer}/{index}", (key, "[]"))
    elif isinstance(value, dict):
        if not value and nodes.is_map(node):
            yield pointer, "is empty: leave it out"
        for name, inner in value.items():
            if key == "resources" and name in ("limits", "requests"):
                continue
            below = (holder if key == "[]" else key, "{}" if nodes.is_map(node) else name)
            yield from lost_in(inner, nodes.child(node, name), at_key(pointer, name), below)


def _is_kept(holder: str, key: str) -> bool:
    """True for a text that is written also when it is empty: so are items of lists and values of maps."""
    if key == "name" and holder in _LEFT_OUT_NAMES:
        return False
    return key in ("[]", "{}") or key in _KEPT_TEXTS or f"{holder}/{key}" in _KEPT_TEXTS


def with_parameters(value: Any) -> Any:
    """The trial with every placeholder of a parameter filled in, as the webhook fills it in."""
    if isinstance(value, str):
        text = value
        while "${trialParameters." in text:
            head, _, rest = text.partition("${trialParameters.")
            tail = rest.partition("}")[2] if "}" in rest else ""
            text = f"{head}{PLACED}{tail}"
        return text
    if isinstance(value, Mapping):
        return {key: with_parameters(inner) for key, inner in value.items()}
    return [with_parameters(item) for item in value] if isinstance(value, list) else value
