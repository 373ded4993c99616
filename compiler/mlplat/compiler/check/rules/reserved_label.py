"""A label or annotation that mlplat or Argo CD sets itself: what is written is overwritten, or misleads them."""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.metadata_places import annotations, labels, patched_metadata
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.objects.marks import ALLOW, COMPARE_OPTIONS, LAST_APPLIED, SYNC_OPTIONS, TRACKING_ID

LABELS = (
    *("app.kubernetes.io/name", "app.kubernetes.io/component", "app.kubernetes.io/part-of"),
    *("app.kubernetes.io/managed-by", "app.kubernetes.io/instance", "argocd.argoproj.io/instance"),
    *("kueue.x-k8s.io/queue-name", "kueue.x-k8s.io/priority-class", "kubernetes.io/metadata.name"),
)
"""Labels that are set on every object, from the specification, or by Argo CD to know what is its own."""

ANNOTATIONS = (
    TRACKING_ID,
    "argocd.argoproj.io/installation-id",
    LAST_APPLIED,
)
"""Annotations by which Argo CD and kubectl know what they applied."""

_KEPT = ("TrainingJob", "TuningExperiment", "Team", "Volume")
"""Kinds of documents whose objects stay when git no longer has them, so that Argo CD is told so by mlplat."""
_TOLD = {
    SYNC_OPTIONS: ("Prune", "Delete"),
    COMPARE_OPTIONS: ("IgnoreExtraneous",),
}
"""Options by which that is told."""
_OURS = "mlplat.dev/"
_MEANT = {
    "kueue.x-k8s.io/queue-name": "write `queue` in the specification",
    "kueue.x-k8s.io/priority-class": "write `priority` in the specification",
}


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each such key."""
    for document, path, key, _ in labels(env):
        yield from _reserved(document, path, key, "label", named(document))
    for document, path, key, value in annotations(env):
        if key != ALLOW:
            yield from _reserved(document, path, key, "annotation", named(document))
        yield from _option(document, path, key, value)
    for document, path, key, what in patched_metadata(env):
        yield from _reserved(document, path, key, what, f"a patch of {named(document)}")


def _reserved(document: Resolved[Any], path: Path, key: str, what: str, who: str) -> Iterator[Found]:
    """A label or annotation (`what`) that is not free; `who` sets it."""
    if key in (LABELS if what == "label" else ANNOTATIONS) or key.startswith(_OURS):
        yield Found(
            document,
            path,
            f"{who} sets the {what} `{key}`, which is not free",
            "set by mlplat or Argo CD",
            help=_MEANT.get(key, f"delete it, or choose another {what}"),
            at_key=True,
        )


def _option(document: Resolved[Any], path: Path, key: str, value: str) -> Iterator[Found]:
    """Options of Argo CD that mlplat sets itself."""
    kept = document.kind in _KEPT and getattr(document.document.spec, "on_change", "keep") == "keep"
    names = [option.strip().partition("=")[0] for option in value.split(",")] if kept else []
    ours = [name for name in names if name in _TOLD.get(key, ())]
    if ours:
        run = hasattr(document.document.spec, "on_change")
        yield Found(
            document,
            path,
            f"{named(document)} sets `{ours[0]}` in `{key}`, which mlplat decides",
            "overwritten",
            notes=("its objects stay when git no longer has them: runs that are kept, namespaces and volumes",),
            help=f"delete `{ours[0]}`" + ("; `onChange: replace` lets old runs go" if run else ""),
        )


RULE = SpecRule("MLP324", check)
