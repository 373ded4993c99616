"""The live side of a comparison, wherever it was read from.

Three outcomes for each kind, never two: it was read (then what is not among its objects is not there), it could not be
read (then nothing is known of it), or nobody asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from mlplat.objects.gvk import GVK


class Unread(StrEnum):
    """Why nothing is known of a kind."""

    FORBIDDEN = "forbidden"
    """401 or 403."""
    NOT_INSTALLED = "not-installed"
    """The API server does not serve the kind in this version (404)."""
    THROTTLED = "throttled"
    """429 to the last try."""
    SERVER = "server-error"
    """5xx to the last try."""
    UNREACHABLE = "unreachable"
    """No connection, a timeout, or a connection that broke, to the last try."""
    EXPIRED = "expired"
    """410 in the middle of a list, each time it was begun again."""
    NOT_IN_DUMP = "not-in-dump"
    """The dump holds no object of the kind and does not claim to be complete."""
    OTHER_VERSION = "other-version"
    """The dump holds the kind in another version only, which cannot be converted without the server."""
    UNREADABLE = "unreadable"
    """The answer was not what an API server gives, or the kind's content is encrypted."""


@dataclass(frozen=True, slots=True)
class KindRequest:
    """One kind to list, in the version in which it is declared.

    `namespaces` are those in which objects of it are declared, for readers that may not list cluster-wide; empty for
    cluster-scoped kinds. `selector` narrows the list to the objects with a label (`key=value`); None lists all.
    """

    gvk: GVK
    plural: str
    namespaced: bool
    namespaces: tuple[str, ...] = ()
    selector: str | None = None
    only_orphans: bool = False
    """Nothing of the kind is declared: it is looked at for what is left, and is no matter where it cannot be read."""


@dataclass(frozen=True, slots=True)
class UnreadKind:
    """A kind of which nothing is known (in one namespace, where `namespace` is not None), and why.

    `detail` is one line for people, free of credentials.
    """

    gvk: GVK
    why: Unread
    detail: str
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class LiveState:
    """What was read. `objects` are bodies as the API gives them, each Secret's values already redacted.

    `read` are the kinds of which every object is in `objects`. `definitions` are the CustomResourceDefinitions that
    came along, for schemas and defaults. `calls` counts the API requests, retries included.
    """

    objects: tuple[Mapping[str, Any], ...] = ()
    read: frozenset[GVK] = frozenset()
    unread: tuple[UnreadKind, ...] = ()
    definitions: tuple[Mapping[str, Any], ...] = ()
    calls: int = 0
    server: str | None = None
    """Address of the API server, None for a dump."""
    seconds: Mapping[str, float] = field(default_factory=dict)


class LiveReader(Protocol):
    """Where live objects come from. Reads only."""

    def read(self, requests: Sequence[KindRequest]) -> LiveState:
        """Everything of the kinds asked for, and for each kind that could not be read the reason."""
