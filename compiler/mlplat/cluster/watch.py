"""Kinds kept up to date: listed, then watched with bookmarks, listed again when the server has forgotten (410)."""

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from mlplat.cluster.caller import Caller, RefusedError, refusal
from mlplat.cluster.discovery import Served, collection_path, discover
from mlplat.cluster.http import Answer, NoAnswerError, Request
from mlplat.cluster.listing import Body, Redact
from mlplat.cluster.live import KindRequest, LiveState, Unread, UnreadKind
from mlplat.cluster.reader import definition_of, one_kind
from mlplat.cluster.redaction import redact
from mlplat.objects.gvk import GVK

FULL_PASS = 600.0
"""Seconds after which a kind is listed anew whatever its watch said, so that nothing missed stays missed."""
POLL = 60.0
"""Seconds between lists of a kind that cannot be watched cluster-wide."""
_AGAIN = (1.0, 60.0)
"""Shortest and longest wait in seconds before a kind that failed is tried again."""
_OF_THE_SERVER = ("resourceVersion", "managedFields", "generation")

Key = tuple[str, str]


@dataclass
class _Copy:
    """What is known of one kind. `known` is False until it was listed or found unreadable."""

    request: KindRequest
    objects: dict[Key, Body] = field(default_factory=dict)
    read: bool = False
    unread: tuple[UnreadKind, ...] = ()
    definition: Body | None = None
    known: bool = False


class Mirror:
    """The live side of some kinds, kept up to date by a thread for each."""

    def __init__(self, caller: Caller, redact: Redact = redact, full_pass: float = FULL_PASS) -> None:
        self._caller, self._redact, self._full_pass = caller, redact, full_pass
        self._copies: dict[GVK, _Copy] = {}
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._served: tuple[float, Served] | None = None

    def start(self, requests: Sequence[KindRequest]) -> None:
        """Begins to read these kinds, and no longer any other; returns at once."""
        with self._lock:
            before = self._copies
            same = {gvk: copy for gvk, copy in before.items() if copy.request in requests}
            self._copies = {each.gvk: same.get(each.gvk) or _Copy(each) for each in requests}
            new = [copy for gvk, copy in self._copies.items() if gvk not in same]
        for copy in new:
            name = f"watch {copy.request.gvk.kind}"
            threading.Thread(target=self._keep, args=(copy,), name=name, daemon=True).start()

    def stop(self) -> None:
        """No more requests; a watch that waits for the server ends with the process."""
        self._stop.set()
        self._changed.set()

    def synced(self) -> bool:
        """True when of every kind something is known, be it that it cannot be read."""
        with self._lock:
            return all(copy.known for copy in self._copies.values())

    def wait(self, seconds: float) -> bool:
        """Waits for a change since the last call; False when there is none in so many seconds."""
        changed = self._changed.wait(seconds)
        self._changed.clear()
        return changed

    def state(self) -> LiveState:
        """Everything as of now."""
        with self._lock:
            copies = list(self._copies.values())
            return LiveState(
                objects=tuple(body for copy in copies for body in copy.objects.values()),
                read=frozenset(copy.request.gvk for copy in copies if copy.read),
                unread=tuple(problem for copy in copies for problem in copy.unread),
                definitions=tuple(copy.definition for copy in copies if copy.definition is not None),
                calls=self._caller.calls,
                server=self._caller.connection.server,
            )

    def _over(self, copy: _Copy) -> bool:
        return self._stop.is_set() or self._copies.get(copy.request.gvk) is not copy

    def _keep(self, copy: _Copy) -> None:
        failures = 0
        while not self._over(copy):
            version = self._list(copy)
            if version is None:
                failures += 1
                self._sleep(min(_AGAIN[0] * 2.0**failures, _AGAIN[1]))
            elif not version:
                failures = 0
                self._sleep(POLL)
            else:
                failures = 0
                self._follow(copy, version)

    def _list(self, copy: _Copy) -> str | None:
        """The version of the list; "" where it cannot be watched, None where nothing is known."""
        gvk = copy.request.gvk
        try:
            served = self._serves(gvk)
            found = one_kind(self._caller, copy.request, served, self._redact)
            if found.read and not copy.request.only_orphans:
                copy.definition = definition_of(self._caller, gvk, served)
        except RefusedError as refused:
            self._set(copy, {}, read=False, unread=(UnreadKind(gvk, refused.why, refused.detail),))
            return None
        self._set(copy, {_key(body): body for body in found.objects}, found.read, found.unread)
        return found.version if found.read else None

    def _serves(self, gvk: GVK) -> Served:
        """What the server serves, asked anew for a kind that it lacked a minute ago."""
        with self._asking:  # all kinds begin at once: one of them asks
            known = self._served
            if known is not None and (not known[1].lacks(gvk) or time.monotonic() - known[0] < POLL):
                return known[1]
            served = discover(self._caller, list(self._copies))
            self._served = (time.monotonic(), served)
            return served

    def _follow(self, copy: _Copy, version: str) -> None:
        """Follows the watch until the kind must be listed anew."""
        end = time.monotonic() + self._full_pass
        failures = 0
        while not self._over(copy) and time.monotonic() < end:
            try:
                for event in self._events(copy.request, version, end - time.monotonic()):
                    version = _version(event) or version
                    failures = 0
                    self._take(copy, event)
            except RefusedError as refused:
                if refused.why in (Unread.EXPIRED, Unread.NOT_INSTALLED, Unread.FORBIDDEN):
                    return  # the list says what has become of it
                failures += 1
            except NoAnswerError:
                failures += 1
            if failures > 3:
                return
            if failures:
                self._sleep(_AGAIN[0] * 2.0**failures)

    def _events(self, request: KindRequest, version: str, seconds: float) -> Iterator[Mapping[str, Any]]:
        resource = self._serves(request.gvk).kinds.get(request.gvk)
        query = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(max(1, int(seconds))),
        }
        if request.selector:
            query["labelSelector"] = request.selector
        path = collection_path(request.gvk, resource.plural if resource else request.plural)
        lines = self._caller.connection.lines(Request(f"{path}?{urlencode(query)}", seconds=seconds + 30))
        status = int(next(lines, b"0"))
        self._caller.count("WATCH", status or None)
        if status != 200:
            raise refusal(Answer(status, b"\n".join(lines)))
        for line in lines:
            if self._stop.is_set():
                return
            if line.strip():
                yield _event(line)

    def _take(self, copy: _Copy, event: Mapping[str, Any]) -> None:
        body = event["object"]
        if event["type"] == "BOOKMARK":
            return
        gvk = copy.request.gvk
        body = self._redact({**body, "apiVersion": gvk.api_version, "kind": gvk.kind})
        key = _key(body)
        with self._lock:
            before = copy.objects.get(key)
            if event["type"] == "DELETED":
                copy.objects.pop(key, None)
            else:
                copy.objects[key] = body
        if event["type"] == "DELETED" or before is None or _declarable(before) != _declarable(body):
            self._changed.set()

    def _set(self, copy: _Copy, objects: dict[Key, Body], read: bool, unread: tuple[UnreadKind, ...]) -> None:
        with self._lock:
            copy.objects, copy.read, copy.unread, copy.known = objects, read, unread, True
        self._changed.set()

    def _sleep(self, seconds: float) -> None:
        self._stop.wait(seconds)


def _event(line: bytes) -> Mapping[str, Any]:
    """One event; raises RefusedError for one that says that the watch is over."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        raise NoAnswerError("the watch broke in the middle of an event") from None
    body = event.get("object") if isinstance(event, dict) else None
    if not isinstance(body, dict):
        raise NoAnswerError("the watch gives no events")
    if event.get("type") == "ERROR":
        raise refusal(Answer(int(body.get("code") or 500), line))
    if not isinstance(body.get("metadata"), dict):
        raise NoAnswerError("the watch gives no objects")
    return {"type": event.get("type"), "object": body}


def _version(event: Mapping[str, Any]) -> str:
    return str(event["object"]["metadata"].get("resourceVersion") or "")


def _key(body: Body) -> Key:
    metadata = body["metadata"]
    return (str(metadata.get("namespace") or ""), str(metadata.get("name")))


def _declarable(body: Body) -> Mapping[str, Any]:
    """The object without what changes all the time and can never be drift."""
    metadata = {key: value for key, value in body["metadata"].items() if key not in _OF_THE_SERVER}
    return {**{key: value for key, value in body.items() if key != "status"}, "metadata": metadata}
