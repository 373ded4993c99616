"""MLP425: a selector that does not match the pods that the object itself makes.

Source: k8s.io/kubernetes v1.34 `pkg/apis/apps/validation/validation.go` ("`selector` does not match template
`labels`"), for Deployment, ReplicaSet, StatefulSet and DaemonSet; for ReplicationController
`pkg/apis/core/validation/validation.go`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Controllers of pods that would not recognise their own, or would take everybody's."""
    for item in scope.of_kind("apps", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"):
        spec = item.body.get("spec")
        selector = spec.get("selector") if isinstance(spec, dict) else None
        if not isinstance(spec, dict) or not isinstance(selector, dict):
            continue  # a missing selector is the schema's business
        found = _judge(item, selector, _template_labels(spec))
        if found is not None:
            yield found


def _judge(item: KubeObject, selector: Mapping[str, Any], labels: Mapping[str, Any]) -> FoundInObject | None:
    wanted, expressions = selector.get("matchLabels") or {}, selector.get("matchExpressions") or []
    if not wanted and not expressions:
        return FoundInObject(
            item,
            "/spec/selector",
            f"{called(item)}: its selector is empty",
            "would match every pod",
            (),
            "select a label of the template",
        )
    missing = (
        sorted(key for key, value in wanted.items() if labels.get(key) != value) if isinstance(wanted, dict) else []
    )
    if missing:
        key = missing[0]
        has = f"there it is `{labels[key]}`" if key in labels else "the template does not have it"
        return FoundInObject(
            item,
            f"/spec/selector/matchLabels/{key.replace('~', '~0').replace('/', '~1')}",
            f"{called(item)}: its selector does not match the labels of its own pod template",
            has,
            ("the server refuses the object",),
            f"add `{key}: {wanted[key]}` to `spec.template.metadata.labels`",
        )
    unmet = (
        next((i for i, one in enumerate(expressions) if not _is_met(one, labels)), None)
        if isinstance(expressions, list)
        else None
    )
    if unmet is not None:
        headline = f"{called(item)}: its selector does not match the labels of its own pod template"
        return FoundInObject(item, f"/spec/selector/matchExpressions/{unmet}", headline, "not met by the template")
    return None


def _template_labels(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    template = spec.get("template")
    metadata = template.get("metadata") if isinstance(template, dict) else None
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return labels if isinstance(labels, dict) else {}


def _is_met(expression: Any, labels: Mapping[str, Any]) -> bool:
    if not isinstance(expression, dict):
        return True
    key, values = str(expression.get("key")), expression.get("values") or []
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return key not in labels or labels[key] not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return True


RULE = ObjectRule("MLP425", check)
