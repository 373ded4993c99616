"""What holds data, settings and limits: namespaces, claims, secrets, quotas.

Sources: k8s.io/kubernetes v1.37; Kubeflow's profile-controller v1.10; External Secrets 2.9.
"""

from collections.abc import Mapping, Sequence
from math import inf

from mlplat.diff.impact.effect import Body, Edit, Effect, Impact
from mlplat.diff.impact.rows import KindRows, Row, row
from mlplat.diff.impact.workloads import AFTERWARDS
from mlplat.objects.marks import SYNC_OPTIONS
from mlplat.objects.pods import ENFORCE
from mlplat.objects.pointer import escape
from mlplat.objects.quantity import parse

_NAMESPACE = "pkg/controller/namespace: everything in a namespace is deleted with it"
_PROFILE = "profile-controller: the Profile owns the Namespace"
_FROZEN = "pkg/apis/core/validation: ValidateConfigMapUpdate, ValidateSecretUpdate"
_QUOTA = "pkg/quota/v1: quota is charged when a pod is created"
_LIMITS = "plugin/pkg/admission/limitranger: looks at pods when they are created"
_ESO = "external-secrets: a Secret with creationPolicy Owner is owned by its ExternalSecret"
_ACCOUNT = "plugin/pkg/admission/serviceaccount: completes pods when they are created"
_PRIORITY = "plugin/pkg/admission/priority: resolves the class when a pod is created"
_SEALED = "sealed-secrets: the Secret is owned by its SealedSecret"
_PODDEFAULT = "Kubeflow's admission-webhook: completes pods when they are created"
_KUBELET = "pkg/kubelet: mounted files follow within a minute or so, variables do not"
_CLAIM = "pkg/controller/volume/persistentvolume: a volume with reclaim policy Delete goes with its claim"
_ADMISSION = "pod-security admission: looks at pods when they are created"
_STRICTNESS = {"privileged": 0, "baseline": 1, "restricted": 2}

_KEPT = "Prune=false"
_KEPT_NOTE = "Argo CD leaves it in the cluster (`Prune=false`)"

NEW = Effect(Impact.NOTHING, "nothing uses it yet", "a new object")


def is_kept(body: Body) -> bool:
    """True when Argo CD does not delete the object when git no longer has it."""
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    options = annotations.get(SYNC_OPTIONS) if isinstance(annotations, Mapping) else None
    return isinstance(options, str) and _KEPT in (option.strip() for option in options.split(","))


def _claim_deleted(body: Body, others: Sequence[Body]) -> Effect:
    if is_kept(body):
        why = f"nothing mounts what it holds any more; {_KEPT_NOTE} until somebody deletes it"
        return Effect(Impact.DATA_LOSS, why, _CLAIM)
    return Effect(Impact.DATA_LOSS, "what it holds is deleted with it", _CLAIM)


def _namespace_deleted(body: Body, others: Sequence[Body]) -> Effect:
    if is_kept(body):
        return Effect(
            Impact.DATA_LOSS, f"what is in it is in git no longer; {_KEPT_NOTE} until somebody deletes it", _NAMESPACE
        )
    return Effect(Impact.DATA_LOSS, "everything in it is deleted, claims too", _NAMESPACE)


def _profile_deleted(body: Body, others: Sequence[Body]) -> Effect:
    if is_kept(body):
        return Effect(
            Impact.DATA_LOSS, f"its namespace is in git no longer; {_KEPT_NOTE} until somebody deletes it", _PROFILE
        )
    return Effect(Impact.DATA_LOSS, "its namespace and everything in it are deleted", _PROFILE)


def _grows(edit: Edit) -> Effect:
    return Effect(
        Impact.NOTHING, "the volume is made larger, where its class can", "external-resizer; the claim's class"
    )


def _claim_said(edit: Edit) -> Effect:
    if edit.difference.removed:
        why = "refused unless the server fills in the same: the spec of a claim stays as it was made"
    else:
        why = "refused unless the server had chosen the same: the spec of a claim stays as it was made"
    return Effect(Impact.IMMUTABLE, why, "pkg/apis/core/validation: ValidatePersistentVolumeClaimUpdate")


def _pod_security(edit: Edit) -> Effect | None:
    """No level is `privileged`; that one may be said to take the pods out of a cluster's own level."""
    old, new = _label(edit.old, ENFORCE), _label(edit.new, ENFORCE)
    before, after = (_STRICTNESS.get(str(value), 0) for value in (old, new))
    if old == new:
        return None
    if after < before:
        return Effect(Impact.PERMISSION_WIDENED, "pods may do more to their node", _ADMISSION)
    if new == "privileged":
        why = "pods may do anything to their node, whatever the cluster says of namespaces without a level"
        return Effect(Impact.PERMISSION_WIDENED, why, _ADMISSION)
    return Effect(Impact.LATER_PODS, "pods that do more are refused from now on; those that run go on", _ADMISSION)


def _pod_security_version(edit: Edit) -> Effect | None:
    old, new = _label(edit.old, f"{ENFORCE}-version"), _label(edit.new, f"{ENFORCE}-version")
    if old == new:
        return None
    if _version(new) < _version(old):
        why = "pods are judged by the rules of an older Kubernetes, which do not know all that newer ones refuse"
        return Effect(Impact.PERMISSION_WIDENED, why, _ADMISSION)
    return Effect(Impact.LATER_PODS, "pods are judged by newer rules from now on; those that run go on", _ADMISSION)


def _label(body: Body, name: str) -> object:
    labels = (body.get("metadata") or {}).get("labels") or {}
    return labels.get(name) if isinstance(labels, Mapping) else None


def _version(value: object) -> tuple[float, ...]:
    """`v1.30`; `latest`, and no version, are above all."""
    numbers = str(value).removeprefix("v").split(".")
    return tuple(map(float, numbers)) if all(number.isdecimal() for number in numbers) else (inf,)


def _token(edit: Edit) -> Effect:
    if edit.difference.new is False:
        return Effect(Impact.LATER_PODS, "pods from now on get no token unless they ask for it", _ACCOUNT)
    return Effect(
        Impact.PERMISSION_WIDENED, "pods get its token unless they refuse it, and may do what it may", _ACCOUNT
    )


def _is_less(edit: Edit) -> bool:
    old, new = edit.difference.old, edit.difference.new
    if edit.difference.added:
        return True
    try:
        return not edit.difference.removed and parse(new) < parse(old)
    except (ValueError, TypeError):
        return True


def _hard(edit: Edit) -> Effect:
    if _is_less(edit):
        why = "less is let in: pods that run go on, those that come after may be refused"
        return Effect(Impact.LATER_PODS, why, _QUOTA)
    return Effect(Impact.NOTHING, "more is let in", _QUOTA)


def _account_deleted(body: Body, others: Sequence[Body]) -> Effect:
    why = "pods that run under it go on with a token that is refused; new ones are not created"
    return Effect(Impact.PERMISSION_NARROWED, why, "plugin/pkg/admission/serviceaccount")


def _data(edit: Edit) -> Effect:
    return Effect(Impact.LATER_PODS, "pods read it at their next start; mounted files follow by themselves", _KUBELET)


def _secret(why: str, source: str) -> Effect:
    return Effect(Impact.SECRET_CHANGED, why, source)


_OTHER_SECRET = "another secret, or another part of it, reaches the pods that use it"
_SECRET_GONE = "the Secret that it made is deleted: pods that need it do not start any more"
_EXTERNAL = KindRows(
    _secret("a Secret is made of it", _ESO),
    _secret(_SECRET_GONE, _ESO),
    (row("spec/**", Impact.SECRET_CHANGED, _OTHER_SECRET, _ESO),),
)
_STORE = KindRows(
    _secret("secrets can be taken from it", _ESO),
    _secret("secrets from it are not refreshed any more", _ESO),
    (row("spec/**", Impact.SECRET_CHANGED, "secrets are taken from elsewhere", _ESO),),
)

_LATER_LABELS = (
    ("istio-injection", "sidecars", "istiod: the injector looks at pods when they are created"),
    ("istio.io~1rev", "sidecars", "istiod: the injector looks at pods when they are created"),
    ("katib.kubeflow.org~1metrics-collector-injection", "metrics collectors", "Katib's webhook for pods"),
    ("serving.kubeflow.org~1inferenceservice", "model downloads", "KServe's webhook for pods"),
)
_PODS_FROM_NOW_ON = "pods that are made from now on are let in, completed or limited otherwise; those that run go on"

ROWS: Mapping[tuple[str, str], KindRows] = {
    ("", "Namespace"): KindRows(
        NEW,
        _namespace_deleted,
        (
            Row(f"metadata/labels/{escape(ENFORCE)}", _pod_security),
            Row(f"metadata/labels/{escape(ENFORCE)}-version", _pod_security_version),
            *(
                row(f"metadata/labels/{label}", Impact.LATER_PODS, f"pods get other {what} from now on", source)
                for label, what, source in _LATER_LABELS
            ),
        ),
    ),
    ("", "PersistentVolumeClaim"): KindRows(
        NEW,
        _claim_deleted,
        (
            Row("spec/resources/**", _grows),
            row(
                "spec/volumeAttributesClassName",
                Impact.NOTHING,
                "the driver changes the volume while it is used",
                _CLAIM,
            ),
            Row("spec/**", _claim_said),
        ),
    ),
    ("", "ConfigMap"): KindRows(
        NEW,
        Effect(Impact.LATER_PODS, "pods that run go on; those that need it do not start any more", _KUBELET),
        (Row("data/**", _data), Row("binaryData/**", _data), row("immutable", Impact.NOTHING, "it is frozen", _FROZEN)),
    ),
    ("", "Secret"): KindRows(
        NEW,
        _secret("pods that run go on; those that need it do not start any more", _KUBELET),
        (
            row("data/**", Impact.SECRET_CHANGED, "pods read it at their next start", _KUBELET),
            row("stringData/**", Impact.SECRET_CHANGED, "pods read it at their next start", _KUBELET),
            row("immutable", Impact.NOTHING, "it is frozen", "pkg/apis/core/validation"),
        ),
    ),
    ("", "ServiceAccount"): KindRows(
        NEW,
        _account_deleted,
        (
            row("imagePullSecrets/**", Impact.SECRET_CHANGED, "pods from now on pull with other secrets", _ACCOUNT),
            row("secrets/**", Impact.SECRET_CHANGED, "pods from now on may mount other secrets", _ACCOUNT),
            Row("automountServiceAccountToken", _token),
        ),
    ),
    ("", "ResourceQuota"): KindRows(
        Effect(Impact.LATER_PODS, "pods above it are refused from now on; those that run go on", _QUOTA),
        Effect(Impact.NOTHING, "nothing is limited any more", _QUOTA),
        (Row("spec/hard/*", _hard), row("spec/**", Impact.LATER_PODS, _PODS_FROM_NOW_ON, _QUOTA)),
    ),
    ("", "LimitRange"): KindRows(
        Effect(Impact.LATER_PODS, _PODS_FROM_NOW_ON, _LIMITS),
        Effect(Impact.LATER_PODS, _PODS_FROM_NOW_ON, _LIMITS),
        (row("spec/**", Impact.LATER_PODS, _PODS_FROM_NOW_ON, _LIMITS),),
    ),
    ("storage.k8s.io", "StorageClass"): KindRows(
        NEW,
        Effect(Impact.LATER_PODS, "claims that are bound stay so; new ones of the class wait for ever", _CLAIM),
        (row("**", Impact.NOTHING, "claims that are bound stay as they are", _CLAIM),),
    ),
    ("scheduling.k8s.io", "PriorityClass"): KindRows(
        NEW,
        Effect(Impact.LATER_PODS, "pods that run keep their priority; new ones that name it are refused", _PRIORITY),
        (row("**", Impact.LATER_PODS, AFTERWARDS, _PRIORITY),),
    ),
    ("external-secrets.io", "ExternalSecret"): _EXTERNAL,
    ("bitnami.com", "SealedSecret"): KindRows(
        _secret("a Secret is made of it", _SEALED),
        _secret(_SECRET_GONE, _SEALED),
        (row("spec/**", Impact.SECRET_CHANGED, _OTHER_SECRET, _SEALED),),
    ),
    ("external-secrets.io", "SecretStore"): _STORE,
    ("external-secrets.io", "ClusterSecretStore"): _STORE,
    ("kubeflow.org", "Profile"): KindRows(
        NEW,
        _profile_deleted,
        (
            row("spec/owner/**", Impact.PERMISSION_WIDENED, "somebody else administers the namespace", _PROFILE),
            Row("spec/resourceQuotaSpec/hard/*", _hard),
            row("spec/resourceQuotaSpec/**", Impact.LATER_PODS, _PODS_FROM_NOW_ON, _QUOTA),
        ),
    ),
    ("kubeflow.org", "PodDefault"): KindRows(
        Effect(Impact.LATER_PODS, _PODS_FROM_NOW_ON, _PODDEFAULT),
        Effect(Impact.LATER_PODS, _PODS_FROM_NOW_ON, _PODDEFAULT),
        (row("spec/**", Impact.LATER_PODS, _PODS_FROM_NOW_ON, _PODDEFAULT),),
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): KindRows(
        NEW,
        Effect(
            Impact.DATA_LOSS, "every object of the kind is deleted with it", "pkg/controller/finalizer of apiextensions"
        ),
        (),
    ),
}
