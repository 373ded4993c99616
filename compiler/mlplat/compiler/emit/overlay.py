"""One unit of one environment as files: what it takes from the base, what it changes, what it adds.

The base is used when it can serve exactly; a unit in which it cannot (`_serves` and `_loses_digits` below) is written
out whole.
"""

import marshal
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.emit.kustomization import (
    deletion_text,
    environment_labels,
    identity_replacements,
    kustomization_text,
    object_text,
    operations_text,
    patch_target,
)
from mlplat.compiler.emit.names import file_stems
from mlplat.compiler.emit.patch import Operation, diff
from mlplat.objects.equality import is_list, is_map
from mlplat.objects.marks import ENVIRONMENT_LABEL, IDENTITY

_FOLLOWED = frozenset(
    {
        *("ClusterRole", "ConfigMap", "Deployment", "IngressClass", "Job", "PersistentVolume"),
        *("PersistentVolumeClaim", "PriorityClass", "ReplicaSet", "ReplicationController", "Role", "Secret"),
        *("Service", "ServiceAccount", "StatefulSet", "StorageClass"),
    }
)
"""Kinds whose change of name kustomize carries on into other objects (`namereference` of its built-in configuration).
Names are final here: such an object is deleted and added, never renamed."""

_LARGEST_EXACT = 2**53
"""kustomize 5.5.0 and 5.8.1 read the numbers of an object that they patch as float64: 9007199254740993 lost its last
digit."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An object of the base and what an environment has in its place."""

    base: KubeObject
    final: KubeObject

    @property
    def renamed(self) -> bool:
        """True when the two have different names (a run)."""
        return self.base.ref.name != self.final.ref.name


@dataclass(frozen=True, slots=True)
class Match:
    """How the objects of a unit come out of the base: kept or changed, added, deleted."""

    pairs: tuple[Pair, ...]
    added: tuple[KubeObject, ...]
    deleted: tuple[KubeObject, ...]


@dataclass(frozen=True, slots=True)
class UnitFiles:
    """Files of one unit, and whether they read the base unit of the same name."""

    files: dict[str, str]
    based: bool


def whole_unit(objects: Sequence[KubeObject]) -> dict[str, str]:
    """Files of a unit that takes nothing from a base: a kustomization and one file for each object."""
    stems = file_stems(objects)
    files = {f"{stems[id(item)]}.yaml": object_text(item.body) for item in objects}
    return {"kustomization.yaml": kustomization_text({"resources": sorted(files)}), **files}


def overlay_unit(
    environment: str, base_folder: str, base: Sequence[KubeObject], objects: Sequence[KubeObject]
) -> UnitFiles:
    """Files of a unit over the base unit in `base_folder` (relative to the overlay); `whole_unit` where the base
    cannot serve. What kustomize renders from them is exactly `objects`."""
    match = match_objects(base, objects)
    if not _serves(environment, base, match):
        return UnitFiles(whole_unit(objects), based=False)
    source = _identity_source(match)
    stems = file_stems(base)
    files: dict[str, str] = {}
    patches: list[dict[str, Any]] = []
    for pair in match.pairs:
        operations = _operations(pair, environment, pair.final is source or pair.renamed)
        if operations:
            if _loses_digits(pair.base.body) or _loses_digits(pair.final.body):
                return UnitFiles(whole_unit(objects), based=False)
            path = f"patches/{stems[id(pair.base)]}.yaml"
            files[path] = operations_text(operations)
            options = {"options": {"allowNameChange": True}} if pair.renamed else {}
            patches.append({"path": path, "target": patch_target(pair.base), **options})
    for item in match.deleted:
        path = f"patches/{stems[id(item)]}.yaml"
        files[path] = deletion_text(item)
        patches.append({"path": path})
    own_stems = file_stems(match.added)
    own = {f"{own_stems[id(item)]}.yaml": object_text(item.body) for item in match.added}
    kustomization = {
        "resources": [base_folder, *sorted(own)],
        "patches": sorted(patches, key=lambda patch: str(patch["path"])),
        "labels": environment_labels(environment),
        "replacements": identity_replacements(source),
    }
    return UnitFiles({"kustomization.yaml": kustomization_text(kustomization), **own, **files}, based=True)


def match_objects(base: Iterable[KubeObject], objects: Iterable[KubeObject]) -> Match:
    """Pair objects of one kind, version, namespace and logical name; what is left over, by their real name."""
    left_base, left = list(base), list(objects)
    pairs: list[Pair] = []
    for key_of in (_logical_key, real_key):
        ours, theirs = _unique(left, key_of), _unique(left_base, key_of)
        found = [Pair(theirs[key], item) for key, item in ours.items() if key in theirs]
        taken = {id(item) for pair in found for item in (pair.base, pair.final)}
        left = [item for item in left if id(item) not in taken]
        left_base = [item for item in left_base if id(item) not in taken]
        pairs += found
    follow = [pair for pair in pairs if not (pair.renamed and pair.final.ref.kind in _FOLLOWED)]
    apart = [pair for pair in pairs if pair.renamed and pair.final.ref.kind in _FOLLOWED]
    added = sorted((*left, *(pair.final for pair in apart)), key=real_key)
    deleted = sorted((*left_base, *(pair.base for pair in apart)), key=real_key)
    follow.sort(key=lambda pair: real_key(pair.base))
    return Match(tuple(follow), tuple(added), tuple(deleted))


def real_key(item: KubeObject) -> tuple[str, ...]:
    """What kustomize tells objects apart by: version and kind, namespace, name."""
    return (item.body["apiVersion"], item.ref.kind, item.ref.namespace, item.ref.name)


def _logical_key(item: KubeObject) -> tuple[str, ...]:
    return (item.body["apiVersion"], item.ref.kind, item.ref.namespace, item.logical_name)


def _unique(items: Iterable[KubeObject], key_of: Any) -> dict[tuple[str, ...], KubeObject]:
    listed = list(items)
    counts = Counter(map(key_of, listed))
    return {key_of(item): item for item in listed if counts[key_of(item)] == 1}


def _serves(environment: str, base: Sequence[KubeObject], match: Match) -> bool:
    """True when the base, transformed, gives exactly the objects of the environment.

    Not where nothing is taken from it, or more would be deleted than taken; where an object is not stamped as the
    transformers would stamp it; where a final name is the name of another object of the base, so that patches could
    not tell the two apart; where objects of two groups would both be selected.
    """
    if not match.pairs or len(match.deleted) > len(match.pairs):
        return False
    finals = [*(pair.final for pair in match.pairs), *match.added]
    prefixes = {_environment_of(item) for item in finals}
    stamped = len(prefixes) == 1 and None not in prefixes and all(_labelled(item, environment) for item in finals)
    if not stamped or any(_environment_of(pair.base) is None for pair in match.pairs):
        return False
    names = Counter(map(real_key, base))
    names.update(map(real_key, match.added))
    names.update(real_key(pair.final) for pair in match.pairs if pair.renamed)
    if max(names.values()) > 1:
        return False
    selected = Counter((key[0].rpartition("/")[2], *key[1:]) for key in names)
    return max(selected.values()) == 1  # an absent group in a selector matches every group


def _environment_of(item: KubeObject) -> str | None:
    """The part of an object's identity that a replacement writes; None when it has no identity."""
    annotations = item.body["metadata"].get("annotations") or {}
    before, colon, _ = str(annotations.get(IDENTITY, "")).partition(":")
    return before if colon else None


def _labelled(item: KubeObject, environment: str) -> bool:
    labels = item.body["metadata"].get("labels") or {}
    return bool(labels.get(ENVIRONMENT_LABEL) == environment)


def _loses_digits(value: Any) -> bool:
    if is_map(value):
        value = value.values()
    elif not is_list(value):
        return isinstance(value, int) and abs(value) > _LARGEST_EXACT
    return any(_loses_digits(inner) for inner in value if inner.__class__ is not str)  # nearly every value is text


def _identity_source(match: Match) -> KubeObject:
    """The object whose identity the others take over: one that is written or patched anyway, else the first."""
    if match.added:
        return match.added[0]
    renamed = [pair for pair in match.pairs if pair.renamed]
    return (renamed or match.pairs)[0].final


def _operations(pair: Pair, environment: str, full_identity: bool) -> list[Operation]:
    """What a patch has to do, given that transformers add the environment's label and correct the identity."""
    if pair.final.draft is not None and pair.final.draft is pair.base.draft and not full_identity:
        return []  # they differ in label and identity alone
    body = _before_transformers(pair, environment, full_identity)
    if body == pair.base.body and marshal.dumps(body, 0) == marshal.dumps(pair.base.body, 0):
        return []  # nearly every object; `marshal` tells `1` from `true`, and that fast
    return diff(pair.base.body, body)


def _before_transformers(pair: Pair, environment: str, full_identity: bool) -> dict[str, Any]:
    """The final body as it is after the patches and before label and identity are stamped."""
    body = dict(pair.final.body)
    metadata = dict(body["metadata"])
    metadata["labels"] = _labels_before(pair, metadata["labels"])
    if not metadata["labels"] and "labels" not in pair.base.body["metadata"]:
        del metadata["labels"]
    identity = pair.base.body["metadata"]["annotations"][IDENTITY]
    final = metadata["annotations"][IDENTITY]
    if not full_identity and identity.partition(":")[2] == final.partition(":")[2]:
        metadata["annotations"] = {**metadata["annotations"], IDENTITY: identity}
    body["metadata"] = metadata
    return body


def _labels_before(pair: Pair, labels: Mapping[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in labels.items() if key != ENVIRONMENT_LABEL}
    held = pair.base.body["metadata"].get("labels") or {}
    if ENVIRONMENT_LABEL in held:
        own[ENVIRONMENT_LABEL] = held[ENVIRONMENT_LABEL]
    return own
