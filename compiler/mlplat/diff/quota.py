"""Where a namespace asks for more than it is let have: the sum of its pods and claims against its quotas.

A single workload that never fits is a finding of `check` (MLP309); here is what only the sum shows, and only where the
new state exceeds what the old one did not. Source: k8s.io/kubernetes v1.37 `pkg/quota/v1/evaluator/core`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.diff.demand import Asks, asks_of
from mlplat.objects.quantity import parse


@dataclass(frozen=True, slots=True)
class Excess:
    """One resource of one quota: in thousandths, what may be asked for and what is."""

    quota: KubeObject
    resource: str
    allowed: int
    asked: int


def new_excesses(old: Iterable[KubeObject], new: Iterable[KubeObject]) -> list[Excess]:
    """What is asked for above a quota in the new state, where the old one was below, or above it by less."""
    before = {(item.quota.ref, item.resource): item.asked - item.allowed for item in _excesses(tuple(old))}
    found = []
    for item in _excesses(tuple(new)):
        if item.asked - item.allowed > before.get((item.quota.ref, item.resource), 0):
            found.append(item)
    return found


def _excesses(objects: tuple[KubeObject, ...]) -> Iterator[Excess]:
    quotas = [item for item in objects if item.ref.group == "" and item.ref.kind == "ResourceQuota"]
    if not quotas:
        return
    asked: dict[str, Asks] = {}
    storage: dict[str, int] = {}
    claims: dict[str, int] = {}
    for item in objects:
        namespace = item.ref.namespace
        asked[namespace] = asked.get(namespace, Asks()).plus(asks_of(item.body))
        if (item.ref.group, item.ref.kind) == ("", "PersistentVolumeClaim"):
            storage[namespace] = storage.get(namespace, 0) + _storage(item.body)
            claims[namespace] = claims.get(namespace, 0) + 1000
    for quota in quotas:
        spec = quota.body.get("spec") or {}
        if spec.get("scopes") or spec.get("scopeSelector"):
            continue  # which pods it counts is not known here
        held, namespace = asked.get(quota.ref.namespace, Asks()), quota.ref.namespace
        for resource, text in (spec.get("hard") or {}).items():
            amount = _amount(resource, held, storage.get(namespace, 0), claims.get(namespace, 0))
            allowed = _milli(text)
            if amount is not None and allowed is not None and amount > allowed:
                yield Excess(quota, resource, allowed, amount)


def asked_by(item: KubeObject, resource: str) -> int:
    """How much one object asks for of what a quota calls `resource`, in thousandths; 0 for what is not counted here."""
    is_claim = (item.ref.group, item.ref.kind) == ("", "PersistentVolumeClaim")
    storage, claims = (_storage(item.body), 1000) if is_claim else (0, 0)
    return _amount(resource, asks_of(item.body), storage, claims) or 0


def _amount(resource: str, asked: Asks, storage: int, claims: int) -> int | None:
    """How much is asked for of what a quota calls `resource`; None for what is not counted here."""
    if resource == "pods":
        return asked.pods * 1000
    if resource == "requests.storage":
        return storage
    if resource == "persistentvolumeclaims":
        return claims
    section, _, name = resource.partition(".")
    if section == "requests" and name:
        return asked.requests.get(name, 0)
    if section == "limits" and name:
        return asked.limits.get(name, 0)
    return asked.requests.get(resource, 0) if resource in ("cpu", "memory", "ephemeral-storage") else None


def _storage(body: Mapping[str, Any]) -> int:
    resources = (body.get("spec") or {}).get("resources") or {}
    return _milli((resources.get("requests") or {}).get("storage")) or 0


def _milli(quantity: Any) -> int | None:
    try:
        return int(parse(quantity).milli_value)
    except (ValueError, TypeError):
        return None
