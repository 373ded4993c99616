"""MLP440: an object of Kubernetes' own kinds that the API server's validation refuses.

Source: k8s.io/kubernetes v1.37 `pkg/apis/*/validation`; see `mlplat.compiler.check.core`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.core.kinds import FORMS
from mlplat.compiler.check.core.metadata import problems_of_metadata, problems_of_template_metadata
from mlplat.compiler.check.core.pod import PodUse, problems_of_pod
from mlplat.compiler.check.core.relations import RELATIONS
from mlplat.compiler.check.refusals import refusals_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope

_ALWAYS, _ONCE = ("Always",), ("OnFailure", "Never")
_TEMPLATES: Mapping[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...] | None]] = {
    ("", "Pod"): ((), None),
    ("", "PodTemplate"): (("template",), None),
    ("", "ReplicationController"): (("spec", "template"), _ALWAYS),
    ("apps", "Deployment"): (("spec", "template"), _ALWAYS),
    ("apps", "ReplicaSet"): (("spec", "template"), _ALWAYS),
    ("apps", "StatefulSet"): (("spec", "template"), _ALWAYS),
    ("apps", "DaemonSet"): (("spec", "template"), _ALWAYS),
    ("batch", "Job"): (("spec", "template"), _ONCE),
    ("batch", "CronJob"): (("spec", "jobTemplate", "spec", "template"), _ONCE),
}
"""Where each kind has its pod, and the restart policies that it takes."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """What the server's validation says of each object, beyond its schema."""
    for item in scope.objects:
        key = (item.ref.group, item.ref.kind)
        forms, relations, template = FORMS.get(key), RELATIONS.get(key), _TEMPLATES.get(key)
        found: list[tuple[str, str]] = list(problems_of_metadata(item.body, *key))
        if forms is not None:
            found += forms.problems(item.body, "")
        if relations is not None:
            found += relations(item.body)
        if template is not None:
            found += _pod(item, *template)
        yield from refusals_of(item, found, "the API server")


def _pod(item: KubeObject, steps: tuple[str, ...], restart: tuple[str, ...] | None) -> Iterator[tuple[str, str]]:
    holder: Any = item.body
    for step in steps:
        holder = holder.get(step) if isinstance(holder, dict) else None
    pointer = "".join(f"/{step}" for step in steps)
    if not isinstance(holder, dict):
        if steps:
            yield "/spec" if "spec" in item.body else "", "needs a pod template"
        return
    if not isinstance(holder.get("spec"), dict):
        yield pointer, "needs `spec`"
        return
    claims = _claims(item)
    with_labels = bool(steps) and steps != ("spec", "template")
    yield from problems_of_template_metadata(holder.get("metadata"), f"{pointer}/metadata", holder["spec"], with_labels)
    yield from problems_of_pod(
        holder["spec"], f"{pointer}/spec", PodUse(restart, claims, bool(steps), item.ref.kind != "StatefulSet")
    )
    if restart == _ALWAYS and holder["spec"].get("activeDeadlineSeconds") is not None:
        yield f"{pointer}/spec/activeDeadlineSeconds", "pods that always run take none"


def _claims(item: KubeObject) -> frozenset[str]:
    """Volumes that a StatefulSet makes for each pod."""
    spec = item.body.get("spec")
    templates = spec.get("volumeClaimTemplates") if item.ref.kind == "StatefulSet" and isinstance(spec, dict) else None
    named = (
        (one.get("metadata", {}) for one in templates if isinstance(one, dict)) if isinstance(templates, list) else ()
    )
    return frozenset(str(one.get("name")) for one in named if isinstance(one, dict))


RULE = ObjectRule("MLP440", check, single=True)
