"""Which CustomResourceDefinitions of the live side can be compared by.

An API server holds none that is malformed; a dump that somebody wrote or cut by hand may. By such a one nothing is
compared: its kind is then one whose schema is not in the dump.
"""

from collections.abc import Mapping
from typing import Any

from mlplat.objects.equality import is_list, is_map


def is_sound(definition: Mapping[str, Any]) -> bool:
    """True when a definition names its kind, and its versions have schemas that are schemas."""
    spec = definition.get("spec")
    names = spec.get("names") if is_map(spec) else None
    if not is_map(spec) or not is_map(names) or not isinstance(spec.get("group"), str):
        return False
    versions = spec.get("versions")
    named = isinstance(names.get("kind"), str) and isinstance(names.get("plural"), str)
    return named and is_list(versions) and all(_is_version(version) for version in versions)


def _is_version(version: Any) -> bool:
    if not is_map(version) or not isinstance(version.get("name"), str):
        return False
    schema = version.get("schema", {})
    return is_map(schema) and _is_schema(schema.get("openAPIV3Schema", {}))


def _is_schema(node: Any) -> bool:
    if not is_map(node) or not node:
        return is_map(node)
    properties, more = node.get("properties", {}), node.get("additionalProperties", {})
    either = [node.get(key, []) for key in ("allOf", "anyOf", "oneOf")]
    return (
        is_map(properties)
        and all(map(_is_schema, properties.values()))
        and (isinstance(more, bool) or _is_schema(more))
        and all(_is_schema(node.get(key, {})) for key in ("items", "not"))
        and all(is_list(some) and all(map(_is_schema, some)) for some in either)
        and is_list(node.get("enum", []))
        and all(isinstance(node.get(key, ""), str) for key in _TEXTS)
        and all(isinstance(node.get(key, False), bool) for key in _SWITCHES)
        and all(_are_texts(node.get(key, [])) for key in ("required", "x-kubernetes-list-map-keys"))
    )


_TEXTS = ("type", "format", "x-kubernetes-list-type", "x-kubernetes-map-type")
_SWITCHES = ("x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string", "nullable")


def _are_texts(value: Any) -> bool:
    return is_list(value) and all(isinstance(one, str) for one in value)
