"""Fields that only the live object has: which are nobody's drift, and where what somebody added begins.

A field is explained when the server keeps it for itself, when it is the default, when nobody owns it (a webhook wrote
it during somebody's request) or when a controller owns it. What is left was added by a person, or by somebody whom
nobody knows, and is reported once, at the top of what was added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlplat.catalog import node as nodes
from mlplat.catalog.node import Node
from mlplat.compare.defaults.empty import is_nothing, says_something
from mlplat.compare.defaults.products import is_product_metadata
from mlplat.compare.defaults.spot import Spot, pattern_of
from mlplat.compare.defaults.workloads import is_job_label
from mlplat.compare.difference import ABSENT, Difference, Path
from mlplat.drift.context import Case, is_made_by_person, is_persons, outsiders
from mlplat.drift.delegated import delegation, is_admitted_placement, is_from_flavor, is_kueue_metadata
from mlplat.drift.managers import Actor
from mlplat.drift.owners import Hold
from mlplat.drift.report import Cause
from mlplat.drift.server import (
    ARGO_LABEL,
    FINALIZERS,
    SERVER_ANNOTATIONS,
    SERVER_LABELS,
    TOOL_ANNOTATIONS,
    TOOL_LABELS,
)
from mlplat.objects.equality import is_list, is_map


@dataclass(frozen=True, slots=True)
class Extra:
    """Something that was added: its place in the live object, and the hold of whoever did."""

    value: Any
    path: Path
    hold: Hold | None
    cause: Cause
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Entrusted:
    """Something that was added by whom it is left to: worth a note."""

    value: Any
    path: Path
    hold: Hold | None
    text: str


@dataclass(slots=True)
class _Sifted:
    """What is left of a value. `webhooks` counts the parts that nobody owns, `controllers` those that a controller
    added."""

    found: list[Extra | Entrusted]
    webhooks: int = 0
    controllers: int = 0

    @property
    def extras(self) -> list[Extra]:
        return [one for one in self.found if isinstance(one, Extra)]

    @classmethod
    def of(cls, parts: Sequence["_Sifted"]) -> "_Sifted":
        """What is left of a value that has parts."""
        return cls(
            [one for part in parts for one in part.found],
            sum(part.webhooks for part in parts),
            sum(part.controllers for part in parts),
        )


def extras_of(case: Case, difference: Difference, node: Node | None) -> list[Extra | Entrusted]:
    """What of a live-only value is drift, or is left to somebody; the rest is counted as explained in the case."""
    return _sift(_Added(case, difference), difference.new, difference.new_path, node).found


@dataclass(frozen=True, slots=True)
class _Added:
    """Where something was added: what the search in it stands on."""

    case: Case
    difference: Difference

    def spots(self, value: Any, path: Path) -> tuple[Spot, ...]:
        """A value of the live object among its neighbours, and among the declared ones where there can be any: an item
        that was added to a list has none."""
        spot = self.case.spot(value, path)
        top, beside = self.difference.new_path, self.difference.old_path
        if not beside or isinstance(beside[-1], int):
            return (spot,)
        return spot, spot.declared_twin(self.case.stored_form, (*beside, *path[len(top) :]))


def _sift(added: _Added, value: Any, path: Path, node: Node | None) -> _Sifted:
    case = added.case
    spots = added.spots(value, path)
    spot = spots[0]
    reason = _explained_whole(case, spots, node)
    if reason is not None:
        case.explain(reason)
        return _Sifted([], controllers=int(reason == "product" and is_from_flavor(case, spot)))
    if is_map(value) and value:
        return _map(added, value, path, node)
    if is_list(value) and value:
        return _list(added, value, path, node)
    return _leaf(case, spot)


def _map(added: _Added, value: Mapping[str, Any], path: Path, node: Node | None) -> _Sifted:
    case = added.case
    parts = [
        _sift(added, inner, (*path, key), nodes.child(node, key) if node else None) for key, inner in value.items()
    ]
    sifted = _Sifted.of(parts)
    if not sifted.extras:
        return sifted
    free = node is not None and nodes.is_granular_map(node)
    if free or case.defaults.is_filled_in(pattern_of(path), node):
        return sifted
    return _joined(case, value, path, sifted)


def _list(added: _Added, value: Any, path: Path, node: Node | None) -> _Sifted:
    below = nodes.items(node) if node else None
    parts = [_sift(added, item, (*path, index), below) for index, item in enumerate(value)]
    sifted = _Sifted.of(parts)
    granular = node is not None and nodes.is_granular_list(node)
    if granular or not sifted.extras or len(sifted.extras) < len(parts):
        return sifted
    return _joined(added.case, value, path, sifted)


def _joined(case: Case, value: Any, path: Path, sifted: _Sifted) -> _Sifted:
    """One finding for a value that somebody added as a whole; the parts where a controller added others, or a webhook
    did and no person wrote there.

    What a controller writes into an item that a person made is still of that item, and what a webhook adds to a
    person's write is of that write.
    """
    holds = case.owners.of(path)
    if (sifted.controllers and not is_made_by_person(holds)) or (sifted.webhooks and not is_persons(holds)):
        return sifted
    newest = max(sifted.extras, key=lambda one: (one.hold.entry.time or "") if one.hold else "")
    return _Sifted([Extra(value, path, newest.hold, newest.cause, newest.sure)])


def _explained_whole(case: Case, spots: Sequence[Spot], node: Node | None) -> str | None:
    """Why a value is no drift whoever wrote it, None when that must be asked. The first spot is the live one."""
    spot = spots[0]
    if _is_kept_by_server(case, spot):
        return "server"
    if any(case.defaults.is_default(one, node) for one in spots) and not _is_named_by_person(case, spot):
        return "default"
    if spot.key and not _is_free_key(case, spot) and is_nothing(spot.value, spot.key, node, case.custom):
        chosen = case.custom and says_something(spot.value, spot.key, node)
        if not chosen or not is_persons(case.owners.of(spot.path)):
            return "empty"
    products = any(case.defaults.is_products(one, node) for one in spots)
    if is_from_flavor(case, spot) or (products and not _is_named_by_person(case, spot)):
        return "product"
    return None


def _is_named_by_person(case: Case, spot: Spot) -> bool:
    """True where the server or the product would have chosen, and somebody named what it is to be: what they choose has
    no owner, or a controller."""
    return case.defaults.is_chosen(spot) and is_persons(case.owners.of(spot.path))


def _is_free_key(case: Case, spot: Spot) -> bool:
    """True for a key that somebody chose (a label, a key of data): an empty value is one there."""
    parent = nodes.at(case.schema, spot.path[:-1]) if case.schema else None
    return parent is not None and nodes.is_map(parent)


def _is_kept_by_server(case: Case, spot: Spot) -> bool:
    path, key = spot.path, spot.key
    if case.kind == ("batch", "Job") and path[-2:-1] == ("labels",) and is_job_label(key):
        return True
    if path[:2] == ("metadata", "finalizers"):
        return len(path) == 3 and isinstance(spot.value, str) and spot.value in FINALIZERS
    if path[:2] == ("metadata", "ownerReferences"):
        return True
    if len(path) >= 2 and path[-2] == "annotations" and len(path) == 3:
        return bool(SERVER_ANNOTATIONS.fullmatch(key) or TOOL_ANNOTATIONS.fullmatch(key))
    if len(path) == 3 and path[:2] == ("metadata", "labels"):
        if case.kind in (("batch", "Job"), ("", "ReplicationController")) and _is_templates(case, spot):
            return True
        return bool(SERVER_LABELS.fullmatch(key) or TOOL_LABELS.fullmatch(key))
    return key == "creationTimestamp" and spot.value is None


def _is_templates(case: Case, spot: Spot) -> bool:
    """A Job without labels is given those of its pods (SetDefaults_Job)."""
    labels = spot.at("spec", "template", "metadata", "labels")
    return not case.declared.body["metadata"].get("labels") and is_map(labels) and labels.get(spot.key) == spot.value


def _leaf(case: Case, spot: Spot) -> _Sifted:
    """A single value: who owns it decides."""
    holds = case.owners.of(spot.path) if case.owners.known else ()
    entrusted = delegation(case, spot.path, spot.value, holds)
    if entrusted is not None:
        return _Sifted([Entrusted(spot.value, spot.path, holds[0] if holds else None, entrusted)])
    if not is_persons(holds) and _is_products_own(case, spot, holds):
        case.explain("product")
        return _Sifted([], controllers=1)
    if not is_persons(holds) and case.defaults.is_left_to_product(spot):
        case.explain("product")
        return _Sifted([], webhooks=1)
    if not case.owners.known:
        return _Sifted([Extra(spot.value, spot.path, None, Cause.UNKNOWN, sure=False)])
    if not holds and case.defaults.is_overridden(spot, nodes.at(case.schema, spot.path) if case.schema else None):
        return _Sifted([Extra(spot.value, spot.path, None, Cause.UNKNOWN, sure=False)])
    if not holds:
        case.explain("webhook")
        return _Sifted([], webhooks=1)
    if any(hold.entry.actor is Actor.CONTROLLER for hold in holds) or _is_own_controllers(case, holds):
        case.explain("controller")
        return _Sifted([], controllers=1)
    outside = next(outsiders(holds), None)
    if outside is not None:
        if _is_client_side_default(case, outside, spot.path):
            case.explain("default")
            return _Sifted([])
        sure = not outside.whole or bool(case.around.flavors) or not is_admitted_placement(case, spot)
        return _Sifted([Extra(spot.value, spot.path, outside, Cause.OUT_OF_BAND, sure)])
    if _is_client_side_default(case, holds[0], spot.path):
        case.explain("default")
        return _Sifted([])
    return _Sifted([Extra(spot.value, spot.path, holds[0], Cause.STALE, sure=not holds[0].whole)])


def _is_products_own(case: Case, spot: Spot, holds: Sequence[Hold]) -> bool:
    path = spot.path
    if len(path) == 3 and path[0] == "metadata":
        if path[1] == "labels" and spot.key == ARGO_LABEL:
            return True
        if is_product_metadata(case.kind[0], str(path[1]), spot.key):
            return True
    if is_kueue_metadata(case, spot):
        return True
    # A map or list of places is owned as one: whose a key is that a person wrote beside Kueue's, the flavor tells.
    told = bool(case.around.flavors) if not case.owners.known else next(outsiders(holds), None) is not None
    return not told and is_admitted_placement(case, spot)


def _is_own_controllers(case: Case, holds: tuple[Hold, ...]) -> bool:
    """Argo CD's controller is the applier of everything, and the controller of its own Applications."""
    return case.kind[0] == "argoproj.io" and all(
        hold.entry.manager == "argocd-application-controller" for hold in holds
    )


def _is_client_side_default(case: Case, hold: Hold, path: Path) -> bool:
    """True for a field that a client-side apply owns and never wrote: with such an apply the server counts defaults as
    the client's. What it wrote, its last applied configuration says."""
    if hold.entry.operation != "Update" or case.last_applied is None:
        return False
    if not hold.entry.is_applier and hold.entry.manager != "kubectl-client-side-apply":
        return False
    return case.last_applied.at(case.live, path, case.schema) is ABSENT
