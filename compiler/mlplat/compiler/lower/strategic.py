"""Strategic-merge and JSON patches of one object, in memory.

Lists merge by the key that the object's schema declares: the patch merge key of core kinds, the map keys of custom
resources (`x-kubernetes-list-map-keys`), and in pods that custom resources embed the keys of a core pod; all other
lists are replaced. `null` deletes a field, `$patch: delete` a list
item or map, `$patch: replace` takes a map as it stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mlplat.catalog.node import Node, child, items, list_keys, merge_key
from mlplat.objects.json_patch import PatchError, apply_operations

DIRECTIVE = "$patch"


class PatchRefusedError(Exception):
    """A patch that cannot be applied; the message says why, in the user's words. `pointer` is where in the patch."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer


def strategic_merge(body: Mapping[str, Any], patch: Mapping[str, Any], node: Node | None) -> dict[str, Any]:
    """The object with the patch applied; neither argument is changed. `node` is the schema of the object."""
    return _merge_map(body, patch, node, "")


def _merge_map(body: Mapping[str, Any], patch: Mapping[str, Any], node: Node | None, where: str) -> dict[str, Any]:
    directive = patch.get(DIRECTIVE)
    if directive not in (None, "merge", "replace", "delete"):
        raise PatchRefusedError(f"`{DIRECTIVE}: {directive}` means nothing; write delete, replace or merge", where)
    unknown = sorted(key for key in patch if key.startswith("$") and key != DIRECTIVE)
    if unknown:
        raise PatchRefusedError(f"the directive `{unknown[0]}` is not supported; only `{DIRECTIVE}` is", where)
    merged = {} if directive == "replace" else dict(body)
    for key, value in patch.items():
        if key == DIRECTIVE:
            continue
        if value is None or (isinstance(value, Mapping) and value.get(DIRECTIVE) == "delete"):
            merged.pop(key, None)
            continue
        merged[key] = _merge_value(
            merged.get(key), value, child(node, key) if node is not None else None, f"{where}/{key}"
        )
    return merged


_POD_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "env": "name",
    "ports": "containerPort",
    "volumeMounts": "mountPath",
    "volumes": "name",
    "imagePullSecrets": "name",
}
"""Lists of a pod by the keys that core kinds merge them by (Kubernetes' PodSpec and Container). Custom resources embed
pods without these keys, and a patch of one variable would else take the place of the whole container."""


def _merge_value(old: Any, new: Any, node: Node | None, where: str) -> Any:
    if isinstance(new, Mapping):
        return _merge_map(old if isinstance(old, Mapping) else {}, new, node, where)
    if isinstance(new, (list, tuple)):
        keys = _keys(node) or _pod_key(where, old, new)
        if keys and isinstance(old, list):
            return _merge_list(old, new, keys, node, where)
        return [
            _merge_value(None, item, items(node) if node is not None else None, f"{where}/{i}")
            for i, item in enumerate(new)
        ]
    return new


def _keys(node: Node | None) -> tuple[str, ...]:
    """The keys by which a patch finds items. Of ports the merge key is one and the map keys are two: `kubectl patch`
    takes the merge key, so it comes first here, other than in `item_keys`."""
    if node is None:
        return ()
    key = merge_key(node)
    return (key,) if key is not None else list_keys(node)


def _pod_key(where: str, old: Any, new: Sequence[Any]) -> tuple[str, ...]:
    """The key of a list that is called as one of a pod, where every item has it; nothing otherwise."""
    key = _POD_KEYS.get(where.rpartition("/")[2])
    both = [*old, *new] if isinstance(old, list) else []
    return (key,) if key and both and all(isinstance(item, Mapping) and key in item for item in both) else ()


def _merge_list(
    old: Sequence[Any], new: Sequence[Any], keys: tuple[str, ...], node: Node | None, where: str
) -> list[Any]:
    merged = list(old)
    for index, item in enumerate(new):
        here = f"{where}/{index}"
        if isinstance(item, Mapping) and item.get(DIRECTIVE) == "replace" and len(item) == 1:
            return [_merge_value(None, rest, None, here) for rest in new if rest is not item]
        if not isinstance(item, Mapping) or keys[0] not in item:
            raise PatchRefusedError(f"an item of this list needs `{keys[0]}`, by which it is merged", here)
        wanted = tuple(item.get(key) for key in keys)
        place = next((i for i, there in enumerate(merged) if tuple(there.get(key) for key in keys) == wanted), None)
        if item.get(DIRECTIVE) == "delete":
            if place is None:
                raise PatchRefusedError(f"there is no item with `{keys[0]}: {wanted[0]}` to delete", here)
            del merged[place]
        elif place is None:
            merged.append(_merge_value(None, item, items(node) if node is not None else None, here))
        else:
            merged[place] = _merge_value(merged[place], item, items(node) if node is not None else None, here)
    return merged


def json_patch(body: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The object with RFC 6902 operations applied in order; the argument is not changed."""
    try:
        document = apply_operations(body, operations)
    except PatchError as error:
        raise PatchRefusedError(str(error), f"/{error.index}") from error
    if not isinstance(document, dict):
        raise PatchRefusedError("the patch leaves no object", "")
    return document
