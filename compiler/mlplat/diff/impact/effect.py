"""What a change does, in one word for gates and one sentence for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlplat.catalog.versions import ComponentVersions
from mlplat.compare.difference import Difference

Body = Mapping[str, Any]


class Impact(StrEnum):
    """What a change does, the most destructive first: the order is that of reports."""

    DATA_LOSS = "data-loss"
    """Stored data is deleted, or nothing mounts it any more."""
    IMMUTABLE = "immutable"
    """The server refuses the change: the object has to be deleted and made again."""
    PERMISSION_WIDENED = "permission-widened"
    """Somebody may do what nobody allowed before: people and accounts by roles, pods by what they are given."""
    NETWORK_OPENED = "network-opened"
    """Something can be reached that could not."""
    SERVING_INTERRUPTION = "serving-interruption"
    """Something that answers requests stops doing so, at least for a while."""
    WORKLOAD_STOPPED = "workload-stopped"
    """Pods that work on something are ended before they are done."""
    NEW_RUN = "new-run"
    """A job or experiment is run once more, under a new name."""
    QUOTA_EXCEEDED = "quota-exceeded"
    """More is asked for than quota, limits or queues let in: pods stay away."""
    UNKNOWN = "unknown"
    """It is not known what the change does."""
    ROLLING_RESTART = "rolling-restart"
    """Pods are replaced one after the other; what they serve goes on."""
    SECRET_CHANGED = "secret-changed"
    """Another secret is referred to, or its source changes."""
    IMAGE_CHANGED = "image-changed"
    """Other code runs."""
    PERMISSION_NARROWED = "permission-narrowed"
    """Somebody may no longer do what was allowed."""
    NETWORK_CLOSED = "network-closed"
    """Something can no longer be reached."""
    SCALED = "scaled"
    """Pods are added or taken away; those that stay are not touched."""
    LATER_PODS = "later-pods"
    """Pods that are made from now on are different; those that run stay as they are."""
    METADATA_ONLY = "metadata-only"
    """Labels or annotations that nothing of the platform reads."""
    NOTHING = "nothing"
    """Nothing that runs is touched."""


ORDER: Mapping[Impact, int] = {impact: number for number, impact in enumerate(Impact)}


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a change does. `why` is a sentence without a full stop; `source` the controller, version and place
    in its code, or the API rule, that says so."""

    impact: Impact
    why: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """One difference of two states of an object, with both of them."""

    old: Body
    new: Body
    difference: Difference
    versions: ComponentVersions

    @property
    def path(self) -> tuple[str | int, ...]:
        """Where it is, in the state that has the value."""
        return self.difference.old_path if self.difference.removed else self.difference.new_path
