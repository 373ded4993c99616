"""What every object gets: labels, identity, sync behaviour, and the hash in the name of what runs once."""

from collections.abc import Mapping
from typing import Any

from mlplat.compiler.artifacts import BASE, Draft, KubeObject, ResolvedEnvironment
from mlplat.compiler.lower.run import run_hash
from mlplat.objects.gvk import ObjectRef, gvk_of

ENVIRONMENT_LABEL = "mlplat.dev/environment"
IDENTITY = "mlplat.dev/identity"
ALLOW = "mlplat.dev/allow"
SYNC_WAVE = "argocd.argoproj.io/sync-wave"
SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
COMPARE_OPTIONS = "argocd.argoproj.io/compare-options"


def identity(platform: str, environment: str, ref: ObjectRef) -> str:
    """`<platform>/<env>:<group>/<kind>:<namespace>/<name>`: names the object itself, so that a copy that a controller
    made of its metadata is known as a copy."""
    return f"{platform}/{environment}:{ref.group}/{ref.kind}:{ref.namespace}/{ref.name}"


def finish(draft: Draft, env: ResolvedEnvironment) -> KubeObject:
    """The object as the cluster is to have it. Objects of `base` keep their logical name and carry no environment."""
    body = dict(draft.body)
    metadata = dict(body["metadata"])
    logical_name = metadata["name"]
    annotations = _annotations(draft)
    if draft.run is not None and not env.is_base:
        metadata["name"] = f"{logical_name}-{run_hash(draft.run)}"
    gvk = gvk_of(body)
    ref = ObjectRef(gvk.group, gvk.kind, metadata.get("namespace", ""), metadata["name"])
    annotations[IDENTITY] = identity(env.platform.name, env.name if not env.is_base else BASE, ref)
    metadata["labels"] = dict(sorted({**_labels(draft, env), **metadata.get("labels", {})}.items()))
    metadata["annotations"] = dict(sorted({**annotations, **metadata.get("annotations", {})}.items()))
    body["metadata"] = metadata
    return KubeObject(body, ref, logical_name, draft.unit, draft.wave, draft.source)


def _labels(draft: Draft, env: ResolvedEnvironment) -> dict[str, str]:
    """The platform's and the document's own labels, and the recommended ones of Kubernetes.

    `app.kubernetes.io/instance` is left alone: Argo CD may track by it.
    """
    labels = {
        **env.platform.document.spec.labels,
        **draft.source.document.metadata.labels,
        "app.kubernetes.io/name": draft.source.name,
        "app.kubernetes.io/component": draft.source.kind.lower(),
        "app.kubernetes.io/part-of": env.platform.name,
        "app.kubernetes.io/managed-by": "mlplat",
    }
    if not env.is_base:
        labels[ENVIRONMENT_LABEL] = env.name
    return labels


def _annotations(draft: Draft) -> dict[str, str]:
    own: Mapping[str, str] = draft.source.document.metadata.annotations
    annotations = {key: value for key, value in own.items() if key != ALLOW}
    options = []
    if draft.wave:
        annotations[SYNC_WAVE] = str(draft.wave)
    if draft.keep:
        options = ["Prune=false", "Delete=false"]
    elif draft.run is not None and _on_change(draft) == "keep":
        # The old run is no longer in git: it must neither be pruned nor make the Application OutOfSync.
        options = ["Prune=false"]
        annotations[COMPARE_OPTIONS] = "IgnoreExtraneous"
    if options:
        annotations[SYNC_OPTIONS] = ",".join(options)
    return annotations


def _on_change(draft: Draft) -> Any:
    return getattr(draft.source.document.spec, "on_change", "keep")
