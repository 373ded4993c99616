"""MLP414: a name that the server refuses for this kind.

Sources: k8s.io/kubernetes v1.34 `pkg/apis/{core,rbac,batch,scheduling}/validation`; the CEL rule of Trainer v2.3.0's
TrainJob CRD; Training Operator v1.9.4 `pkg/webhooks/*/`; Katib v0.19.0 `validator.go`; KServe v0.20.0
`inference_service_validation.go`. Every other kind: a DNS subdomain (`apiserver/pkg/registry/rest`, custom resources
`apiextensions-apiserver/pkg/registry/customresource/validator.go`).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.cures import cure_of
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.names import why_no_label, why_no_path_segment, why_no_service_name, why_no_subdomain

_RBAC = "rbac.authorization.k8s.io"
_V1_JOBS = ("PyTorchJob", "TFJob", "XGBoostJob", "PaddleJob", "JAXJob")


def _why_no_experiment(name: str) -> str | None:
    """Katib's own pattern has no end: a dot passes, as its webhook was seen to let one pass."""
    return why_no_subdomain(name, longest=40) or (None if name[0].isalpha() else "must start with a letter")


_FORMS: Mapping[tuple[str, str], Callable[[str], str | None]] = {
    ("", "Namespace"): why_no_label,
    ("", "Service"): why_no_service_name,
    (_RBAC, "Role"): why_no_path_segment,
    (_RBAC, "RoleBinding"): why_no_path_segment,
    (_RBAC, "ClusterRole"): why_no_path_segment,
    (_RBAC, "ClusterRoleBinding"): why_no_path_segment,
    ("", "Event"): why_no_path_segment,
    ("policy", "PodDisruptionBudget"): why_no_path_segment,
    ("batch", "Job"): partial(why_no_subdomain, longest=63),
    ("batch", "CronJob"): partial(why_no_subdomain, longest=52),
    ("trainer.kubeflow.org", "TrainJob"): why_no_service_name,
    ("kubeflow.org", "Experiment"): _why_no_experiment,
    ("kubeflow.org", "Profile"): why_no_label,
    ("serving.kserve.io", "InferenceService"): why_no_service_name,
    **{("kubeflow.org", kind): why_no_service_name for kind in _V1_JOBS},
}
"""Kinds whose names are narrower or wider than a DNS subdomain."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Objects whose name, or the name of their namespace, the server refuses."""
    for item in scope.objects:
        why = _FORMS.get((item.ref.group, item.ref.kind), why_no_subdomain)(item.ref.name)
        if (item.ref.group, item.ref.kind) == ("", "Service") and scope.versions.kubernetes_at_least("1.37"):
            why = why_no_label(item.ref.name)  # seen with 1.37.2: a digit may come first
        if why is None and item.ref.kind == "CustomResourceDefinition":
            why = _of_definition(item)
        if why is not None:
            headline = f"{called(item)}: no {item.ref.kind} can have this name: it {why}"
            label = why if len(why) < 50 else "not allowed as a name"
            yield FoundInObject(
                item, "/metadata/name", headline, label, (), cure_of(why), tolerated=_is_only_long(item)
            )
        if item.ref.namespace:
            why = why_no_label(item.ref.namespace)
            if why is not None:
                headline = f"{called(item)}: `{item.ref.namespace}` cannot be the name of a namespace: it {why}"
                yield FoundInObject(item, "/metadata/namespace", headline, "not allowed as a name", (), cure_of(why))


def _is_only_long(item: KubeObject) -> bool:
    """KServe's pattern has no length: what it makes of the name is refused later."""
    name = item.ref.name
    return item.ref.kind == "InferenceService" and 63 < len(name) <= 253 and why_no_service_name(name, 253) is None


def _of_definition(item: KubeObject) -> str | None:
    spec = item.body.get("spec")
    names = spec.get("names") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(names, dict):
        return None
    wanted = f"{names.get('plural')}.{spec.get('group')}"
    return None if item.ref.name == wanted else f"must be `{wanted}`, plural and group of the kind it defines"


RULE = ObjectRule("MLP414", check, single=True)
