"""Live objects that the environment once had and no longer declares.

A label alone proves nothing: controllers copy labels to what they make. An orphan carries the label, belongs to no
other object, and either names itself in its identity annotation or was written by the applier. One whose identity
names another object is a copy.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlplat.cluster.live import Unread, UnreadKind
from mlplat.drift.declared import DeclaredSet
from mlplat.drift.managers import STATUS, Appliers
from mlplat.drift.owners import Entry, owners_of
from mlplat.drift.report import Cause, Confidence, DriftClass, DriftFinding, Note, NoteReason, ObjectName, Writer
from mlplat.objects.equality import is_map
from mlplat.objects.gvk import ObjectRef, gvk_of
from mlplat.objects.marks import IDENTITY, TRACKING_ID

NEVER = frozenset(
    (
        ("", "Endpoints"),
        ("", "Event"),
        ("", "Pod"),
        ("apps", "ControllerRevision"),
        ("apps", "ReplicaSet"),
        ("coordination.k8s.io", "Lease"),
        ("discovery.k8s.io", "EndpointSlice"),
        ("events.k8s.io", "Event"),
    )
)
"""Kinds that controllers make with the labels of what they make them for, some without an owner."""

BY_HAND = (
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "CronJob"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io/v1", "Role"),
)
"""Kinds that people make beside what mlplat writes: rights, and what goes on running. Few, since each is one more list
of every comparison, and one more right of whoever compares."""

_TOKEN = "kubernetes.io/service-account-token"
_IDENTITIES = (IDENTITY, TRACKING_ID)
_IDENTITY = re.compile(r"[^:]*:(?P<group>[^/:]*)/(?P<kind>[^:]+):(?P<namespace>[^/]*)/(?P<name>.+)")


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """What a search for orphans gave."""

    findings: tuple[DriftFinding, ...]
    notes: tuple[Note, ...]


def find_orphans(declared: DeclaredSet, live: Mapping[ObjectRef, Mapping[str, Any]], appliers: Appliers) -> Unclaimed:
    """The live objects with the tracking label that are not declared: orphans, copies, and those of which nobody can
    tell. `live` are all objects that were read, by reference."""
    if declared.tracking is None:
        return Unclaimed((), ())
    known = {item.ref for item in declared.objects} | declared.known
    sets = [item.ref for item in declared.objects if item.gvk.group_kind == ("apps", "StatefulSet")]
    findings: list[DriftFinding] = []
    notes: list[Note] = []
    for ref, body in sorted(live.items()):
        if ref in known or (ref.group, ref.kind) in NEVER or not _is_candidate(body, declared.tracking):
            continue
        if _is_claim_of(ref, sets) or ((ref.group, ref.kind) == ("", "Secret") and body.get("type") == _TOKEN):
            continue
        one = _verdict(ref, body, appliers)
        if isinstance(one, Note):
            notes.append(one)
        else:
            findings.append(one)
    return Unclaimed(tuple(findings), tuple(notes))


_OF_NO_MATTER = (Unread.NOT_INSTALLED, Unread.OTHER_VERSION)
"""What is not installed has no objects; a dump's objects of another version are searched all the same."""


def unsearched_notes(unread: Sequence[UnreadKind]) -> tuple[Note, ...]:
    """Of kinds of which nothing is declared, those whose orphans would not be seen: one note for each reason."""
    reasons: dict[Unread, set[str]] = {}
    for one in unread:
        if one.why not in _OF_NO_MATTER:
            reasons.setdefault(one.why, set()).add(one.gvk.kind)
    return tuple(
        Note(
            NoteReason.UNSEARCHED, f"orphans of {', '.join(sorted(kinds))} were not looked for: {why}", count=len(kinds)
        )
        for why, kinds in sorted(reasons.items())
    )


def _is_candidate(body: Mapping[str, Any], tracking: tuple[str, str]) -> bool:
    metadata = body["metadata"]
    labels = metadata.get("labels")
    return is_map(labels) and labels.get(tracking[0]) == tracking[1] and not metadata.get("ownerReferences")


def _is_claim_of(ref: ObjectRef, sets: Collection[ObjectRef]) -> bool:
    """A StatefulSet's claims are called `<template>-<set>-<number>` and belong to nobody."""
    if (ref.group, ref.kind) != ("", "PersistentVolumeClaim"):
        return False
    return any(
        ref.namespace == owner.namespace and re.fullmatch(rf".+-{re.escape(owner.name)}-\d+", ref.name)
        for owner in sets
    )


def _verdict(ref: ObjectRef, body: Mapping[str, Any], appliers: Appliers) -> DriftFinding | Note:
    name = ObjectName(gvk_of(body).api_version, ref.kind, ref.namespace or None, ref.name)
    entries = [entry for entry in owners_of(body, appliers).entries if entry.subresource != STATUS]
    named = _identity(body)
    metadata = body["metadata"]
    if named is not None and named != ref:
        return Note(NoteReason.COPY, f"it carries the identity of {named}: a controller's copy", name)
    applied = _newest([entry for entry in entries if entry.is_applier])
    writer = applied or _newest(entries)
    said = writer.writer if writer is not None else Writer()
    if named is None and applied is None:
        text = "it carries the label of the environment, and nothing tells that the environment ever declared it"
        return Note(NoteReason.UNPROVEN, text, name, writer=said)
    if metadata.get("deletionTimestamp"):
        return Note(NoteReason.TERMINATING, "it is no longer declared and is being deleted", name, writer=said)
    cause = Cause.STALE if applied is not None else Cause.OUT_OF_BAND if entries else Cause.UNKNOWN
    confidence = Confidence.HIGH if named is not None and entries else Confidence.LOW
    return DriftFinding(DriftClass.ORPHAN, name, "", "", None, None, said, cause, confidence)


def _newest(entries: Sequence[Entry]) -> Entry | None:
    return max(entries, key=lambda entry: entry.time or "", default=None)


def _identity(body: Mapping[str, Any]) -> ObjectRef | None:
    """The object that an identity annotation names; None where there is no such annotation."""
    annotations = body["metadata"].get("annotations")
    for key in _IDENTITIES:
        text = annotations.get(key) if is_map(annotations) else None
        match = _IDENTITY.fullmatch(text) if isinstance(text, str) else None
        if match:
            # Argo CD writes the namespace of the application's destination for cluster-scoped objects too.
            namespace = match["namespace"] if body["metadata"].get("namespace") else ""
            return ObjectRef(match["group"], match["kind"], namespace, match["name"])
    return None
