"""Random single edits of declared objects, as a person would make them: a value changed, something added or removed.

Each is one JSON patch of one place, under a field manager of its own. What the server refuses (an immutable field, a
webhook) is no edit; another one is tried in its place.
"""

import copy
import json
import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.control_plane.cluster import Body, Cluster

PERSON = "kubectl-edit"
_FIXED = {("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")}
_ORDINARY = "edited"

Steps = tuple[str | int, ...]


@dataclass(frozen=True)
class Edit:
    """One change of one object. `path` is the place in the declared object, of an addition the place in the live one
    (the last step of a list item is `-`)."""

    body: Body
    operation: str
    path: Steps
    value: Any = None

    @property
    def pointer(self) -> str:
        """The place as an RFC 6901 pointer."""
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.path)

    @property
    def classes(self) -> frozenset[str]:
        """What it may be called: a field that was removed is there again where the server has a default."""
        named = {"add": {"extra-field"}, "remove": {"missing", "changed"}}
        return frozenset(named.get(self.operation, {"changed"}))

    def __str__(self) -> str:
        name = self.body["metadata"]
        return f"{self.operation} {self.body['kind']} {name.get('namespace', '')}/{name['name']} {self.pointer}"


def edits_of(body: Body, chance: random.Random, operations: Collection[str]) -> Iterator[Edit]:
    """All edits of some sorts (`change`, `remove`, `add`) that are tried on an object, in random order, each sort as
    often as the others while it lasts."""
    makers = {"change": _changes, "remove": _removals, "add": _additions}
    sorts = [list(makers[operation](body)) for operation in operations]
    for edits in sorts:
        chance.shuffle(edits)
    while any(sorts):
        yield chance.choice([edits for edits in sorts if edits]).pop()


def make(cluster: Cluster, edit: Edit, live: Body, manager: str = PERSON) -> bool:
    """Sends an edit; False when the server refuses it, or has a webhook that takes it back in the same request.
    `live` is the object as it is."""
    path = _in_live(edit, live)
    if path is None:
        return False
    pointer = Edit(edit.body, edit.operation, path).pointer
    step: dict[str, Any] = {"op": {"change": "replace"}.get(edit.operation, edit.operation), "path": pointer}
    if edit.operation != "remove":
        step["value"] = edit.value
    metadata = edit.body["metadata"]
    where = ("-n", metadata["namespace"]) if "namespace" in metadata else ()
    kind = resource_of(edit.body)
    said = cluster.run(
        "patch", kind, metadata["name"], *where, "--type=json", f"--field-manager={manager}", "-p", json.dumps([step]),
        "-o", "json",
    )  # fmt: skip
    return said.ok and _content(json.loads(said.text)) != _content(live)


def _content(live: Body) -> Body:
    """What is compared of an object: not its status, nor what the server counts."""
    kept = {name: value for name, value in live["metadata"].items() if name in ("labels", "annotations", "finalizers")}
    return {**{name: value for name, value in live.items() if name not in ("status", "metadata")}, "metadata": kept}


def resource_of(body: Mapping[str, Any]) -> str:
    """A kind as kubectl takes it, with version and group."""
    group, _, version = body["apiVersion"].rpartition("/")
    return f"{body['kind']}.{version}.{group}"


def _in_live(edit: Edit, live: Body) -> Steps | None:
    """The same place in the live object, whose lists may hold more: by the name of list items, else by index."""
    here, there, path = edit.body, live, list[str | int]()
    last = len(edit.path) - 1
    for index, step in enumerate(edit.path):
        if index == last and edit.operation == "add":
            path.append(step)
            break
        if isinstance(step, int):
            name = here[step].get("name") if isinstance(here[step], dict) else None
            places = [i for i, item in enumerate(there) if name is not None and item.get("name") == name]
            step_there: str | int = places[0] if len(places) == 1 else step
            if int(step_there) >= len(there):
                return None
        else:
            step_there = step
            if not isinstance(there, dict) or step not in there:
                return None
        path.append(step_there)
        here, there = here[step], there[step_there]
    return tuple(path)


def _leaves(value: Any, path: Steps) -> Iterator[tuple[Steps, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if (*path, key) not in _FIXED:
                yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    else:
        yield path, value


def _changes(body: Body) -> Iterator[Edit]:
    for path, value in _leaves(body, ()):
        if _is_name_of_an_item(path):
            continue
        changed = _other(value)
        if changed is not None:
            yield Edit(body, "change", path, changed)


def _is_name_of_an_item(path: Steps) -> bool:
    """Another name is another item: a removal and an addition. Where one has lost its name, the server (1.37) leaves
    managedFields as they were: it cannot tell items apart by a key that is not there, so it names the wrong one."""
    return path[-1] == "name" and len(path) > 1 and isinstance(path[-2], int)


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str) and value:
        digits = value.rstrip("KMGTPimEk")
        return f"{int(digits) + 1}{value[len(digits) :]}" if digits.isdigit() else f"{value}-{_ORDINARY}"
    return None


def _removals(body: Body) -> Iterator[Edit]:
    def below(value: Any, path: Steps) -> Iterator[Edit]:
        steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for step, inner in steps:
            here = (*path, step)
            if here in _FIXED or _is_name_of_an_item(here):
                continue
            if here in (("metadata",), ("spec",)):
                yield from below(inner, here)
                continue
            yield Edit(body, "remove", here)
            yield from below(inner, here)

    yield from below(body, ())


def _additions(body: Body) -> Iterator[Edit]:
    for key in ("labels", "annotations"):
        if isinstance(body["metadata"].get(key), dict):
            yield Edit(body, "add", ("metadata", key, "example.com/edited"), _ORDINARY)
    for path, value in _containers(body, ()):
        if isinstance(value, list) and value and isinstance(value[0], dict) and "name" in value[0]:
            another = {**copy.deepcopy(value[0]), "name": _ORDINARY}
            yield Edit(body, "add", (*path, "-"), another)
        elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            yield Edit(body, "add", (*path, "-"), f"{value[-1]}-{_ORDINARY}")
        elif path[-1] in ("labels", "annotations", "nodeSelector", "matchLabels", "data", "hard", "limits", "requests"):
            value_added = "3" if path[-1] in ("hard", "limits", "requests") else _ORDINARY
            yield Edit(body, "add", (*path, "example.com/edited"), value_added)


def _containers(value: Any, path: Steps) -> Iterator[tuple[Steps, Any]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        if isinstance(inner, dict | list) and (*path, step) != ("metadata",):
            yield (*path, step), inner
            yield from _containers(inner, (*path, step))
