"""MLP440: an object of Kubernetes' own kinds that the API server's validation refuses.

Source: k8s.io/kubernetes v1.37 `pkg/apis/*/validation`; see `mlplat.compiler.check.core`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.core.kinds import FORMS
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
        found: list[tuple[str, str]] = list(_metadata(item.body.get("metadata"), "/metadata", False))
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
    if steps:
        yield from _metadata(holder.get("metadata"), f"{pointer}/metadata", steps != ("spec", "template"))
    yield from problems_of_pod(holder["spec"], f"{pointer}/spec", PodUse(restart, claims, bool(steps)))
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


def _metadata(metadata: Any, pointer: str, with_labels: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with metadata. `with_labels`: labels and annotations too, where MLP415 does not look at them."""
    if not isinstance(metadata, dict):
        return
    why = f.labels(metadata.get("labels")) if with_labels else None
    if why is not None:
        yield f"{pointer}/labels", why
    for key in metadata["annotations"] if with_labels and isinstance(metadata.get("annotations"), dict) else ():
        problem = f.qualified_strict(key.lower()) if key else "must not be empty"
        if problem is not None:
            yield f"{pointer}/annotations", f"the key `{key}` {problem}"
    for index, one in enumerate(metadata["finalizers"] if isinstance(metadata.get("finalizers"), list) else ()):
        if isinstance(one, str):
            problem = f.qualified_strict(one)
            if problem is not None or ("/" not in one and one not in ("orphan", "foregroundDeletion", "kubernetes")):
                yield f"{pointer}/finalizers/{index}", "must be a name with a domain, such as `example.com/done`"
    for index, owner in enumerate(
        metadata["ownerReferences"] if isinstance(metadata.get("ownerReferences"), list) else ()
    ):
        why = f.need("apiVersion", "kind", "name", "uid")(owner)
        if why is not None:
            yield f"{pointer}/ownerReferences/{index}", why
        elif isinstance(owner, dict) and str(owner["apiVersion"]).count("/") > 1:
            yield f"{pointer}/ownerReferences/{index}/apiVersion", "must be `group/version` or `version`"
        elif isinstance(owner, dict) and (owner["apiVersion"], owner["kind"]) == ("v1", "Event"):
            yield f"{pointer}/ownerReferences/{index}", "an Event owns nothing"


RULE = ObjectRule("MLP440", check, single=True)
