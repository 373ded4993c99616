"""What every object gets: labels, identity, sync behaviour, and the hash in the name of what runs once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import BASE, Draft, KubeObject, ResolvedEnvironment
from mlplat.compiler.lower.run import run_hash
from mlplat.objects.gvk import GVK, ObjectRef, gvk_of
from mlplat.objects.marks import ALLOW, COMPARE_OPTIONS, ENVIRONMENT_LABEL, IDENTITY, SYNC_OPTIONS, SYNC_WAVE


def identity(platform: str, environment: str, ref: ObjectRef) -> str:
    """`<platform>/<env>:<group>/<kind>:<namespace>/<name>`: names the object itself, so that a copy that a controller
    made of its metadata is known as a copy."""
    return f"{platform}/{environment}:{ref.group}/{ref.kind}:{ref.namespace}/{ref.name}"


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What every environment puts on the object of one draft alike."""

    name: str
    gvk: GVK
    run_name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


def finish(draft: Draft, env: ResolvedEnvironment, stamps: dict[int, tuple[Draft, Any]] | None = None) -> KubeObject:
    """The object as the cluster is to have it. Objects of `base` keep their logical name and carry no environment.

    `stamps` remembers what was worked out of a draft, for other environments that share it.
    """
    stamp = _stamp(draft, env, {} if stamps is None else stamps)
    metadata = dict(draft.body["metadata"])
    gvk = stamp.gvk
    labels, environment = stamp.labels, BASE
    if not env.is_base:
        metadata["name"] = stamp.run_name
        environment = env.name
        labels = dict(sorted({**labels, ENVIRONMENT_LABEL: env.name}.items()))
    ref = ObjectRef(gvk.group, gvk.kind, metadata.get("namespace", ""), metadata["name"])
    own = {IDENTITY: identity(env.platform.name, environment, ref), **stamp.annotations}
    metadata["labels"] = labels
    metadata["annotations"] = dict(sorted(own.items()))
    body = {**draft.body, "metadata": metadata}
    return KubeObject(body, ref, stamp.name, draft.unit, draft.wave, draft.source, draft=draft)


def _stamp(draft: Draft, env: ResolvedEnvironment, stamps: dict[int, tuple[Draft, Any]]) -> _Stamp:
    known = stamps.get(id(draft))
    if known is not None:
        stamp: _Stamp = known[1]
        return stamp
    metadata = draft.body["metadata"]
    name = metadata["name"]
    labels = {**_labels(draft, env), **metadata.get("labels", {})}
    # Environment and identity say which object this is: neither a document nor a patch can say otherwise.
    labels.pop(ENVIRONMENT_LABEL, None)
    stamp = _Stamp(
        name=name,
        gvk=gvk_of(draft.body),
        run_name=name if draft.run is None else f"{name}-{run_hash(draft.run)}",
        labels=dict(sorted(labels.items())),
        annotations=_annotations(draft),
    )
    stamps[id(draft)] = (draft, stamp)
    return stamp


def _labels(draft: Draft, env: ResolvedEnvironment) -> dict[str, str]:
    """The platform's and the document's own labels, and the recommended ones of Kubernetes.

    `app.kubernetes.io/instance` is left alone: Argo CD may track by it.
    """
    return {
        **env.platform.document.spec.labels,
        **draft.source.document.metadata.labels,
        "app.kubernetes.io/name": draft.source.name,
        "app.kubernetes.io/component": draft.source.kind.lower(),
        "app.kubernetes.io/part-of": env.platform.name,
        "app.kubernetes.io/managed-by": "mlplat",
    }


def _annotations(draft: Draft) -> dict[str, str]:
    """The document's, the lowering's and the patches' own annotations, and how Argo CD is to treat the object."""
    own: Mapping[str, str] = draft.source.document.metadata.annotations
    annotations = {**own, **draft.body["metadata"].get("annotations", {})}
    annotations.pop(ALLOW, None)
    annotations.pop(IDENTITY, None)
    if draft.wave:
        annotations[SYNC_WAVE] = str(draft.wave)
    if draft.keep:
        # It stays when git no longer has it, and must not make the Application OutOfSync for good (Argo CD 3.6.1 does).
        _join(annotations, SYNC_OPTIONS, "Prune=false", "Delete=false")
        _join(annotations, COMPARE_OPTIONS, "IgnoreExtraneous")
    elif draft.run is not None and _on_change(draft) == "keep":
        # The old run is no longer in git: it must neither be pruned nor make the Application OutOfSync.
        _join(annotations, SYNC_OPTIONS, "Prune=false")
        _join(annotations, COMPARE_OPTIONS, "IgnoreExtraneous")
    return annotations


def _join(annotations: dict[str, str], key: str, *options: str) -> None:
    """Add options to a comma-separated annotation; one that says otherwise is replaced, all others stay."""
    names = {option.partition("=")[0] for option in options}
    written = (option.strip() for option in annotations.get(key, "").split(","))
    kept = [option for option in written if option and option.partition("=")[0] not in names]
    annotations[key] = ",".join((*kept, *options))


def _on_change(draft: Draft) -> Any:
    return getattr(draft.source.document.spec, "on_change", "keep")
