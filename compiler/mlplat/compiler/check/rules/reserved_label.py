"""A label or annotation that mlplat or Argo CD sets itself: what is written is overwritten, or misleads them."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.metadata_places import annotations, labels
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named

LABELS = (
    *("app.kubernetes.io/name", "app.kubernetes.io/component", "app.kubernetes.io/part-of"),
    *("app.kubernetes.io/managed-by", "app.kubernetes.io/instance", "argocd.argoproj.io/instance"),
    *("kueue.x-k8s.io/queue-name", "kueue.x-k8s.io/priority-class", "kubernetes.io/metadata.name"),
)
"""Labels that are set on every object, from the specification, or by Argo CD to know what is its own."""

ANNOTATIONS = (
    *("argocd.argoproj.io/tracking-id", "argocd.argoproj.io/installation-id"),
    "kubectl.kubernetes.io/last-applied-configuration",
)
"""Annotations by which Argo CD and kubectl know what they applied."""

_OURS = "mlplat.dev/"
_ALLOWED = "mlplat.dev/allow"
_MEANT = {
    "kueue.x-k8s.io/queue-name": "write `queue` in the specification",
    "kueue.x-k8s.io/priority-class": "write `priority` in the specification",
}


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each such key."""
    for entries, reserved, what in ((labels(env), LABELS, "label"), (annotations(env), ANNOTATIONS, "annotation")):
        for document, path, key, _ in entries:
            if key == _ALLOWED and what == "annotation":
                continue
            if key in reserved or key.startswith(_OURS):
                yield Found(
                    document,
                    path,
                    f"{named(document)} sets the {what} `{key}`, which is not free",
                    "set by mlplat or Argo CD",
                    help=_MEANT.get(key, f"delete it, or choose another {what}"),
                    at_key=True,
                )


RULE = SpecRule("MLP324", check)
