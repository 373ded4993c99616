"""Which published CRD file describes a kind in exactly one component version, and what a server with it accepts.

Written apart from what distils and checks in the compiler, so that the two can be compared.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from mlplat.catalog.lookup import KindTable
from tests.envtest import read_crd

JsonSchema = dict[str, Any]

# Component versions whose published schemas are equal to those of a later one, prose aside (docs/limits.md).
EQUAL_TO: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("katib", "0.19.0"): {"*": ("0.16.0", "0.17.0", "0.18.0")},
    ("notebooks", "1.11.0"): {"*": ("1.8.0", "1.9.2", "1.10.0")},
    ("profiles", "2.0.0"): {"*": ("1.8.0", "1.9.2", "1.10.0")},
    ("pipelines", "2.17.0"): {"*": ("2.0.3", "2.3.0", "2.5.0", "2.15.0", "2.16.0", "2.16.1")},
    ("kserve", "0.20.0"): {
        "InferenceGraph": ("0.16.0", "0.18.0"),
        "ServingRuntime": ("0.18.0",),
        "ClusterServingRuntime": ("0.18.0",),
        "ClusterStorageContainer": ("0.18.0",),
        "TrainedModel": ("0.13.1", "0.15.0", "0.15.2", "0.16.0", "0.18.0"),
        "LocalModelNodeGroup": ("0.15.0", "0.15.2", "0.16.0", "0.18.0"),
    },
}
_ROWS = {"file", "group", "kind", "repository", "path", "tag"}
_COPIED = (
    "type", "enum", "pattern", "required", "minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "minProperties", "maxProperties",
)  # fmt: skip
_WIDTHS = {"int32": 2**31, "int64": 2**63}


@cache
def published_files(folder: Path) -> Mapping[tuple[str, str, str, str, str], str]:
    """(repository, tag, path there, group, kind) to file, read off the tables of the folder's README."""
    found: dict[tuple[str, str, str, str, str], str] = {}
    heads: list[str] = []
    for line in (folder / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells or set(line) <= set("|- "):
            heads = heads if cells else []
        elif not heads:
            heads = [cell.removesuffix(" in the repository") for cell in cells]
        elif set(heads) >= _ROWS:
            row = dict(zip(heads, cells, strict=True))
            found[(row["repository"], row["tag"], row["path"], row["group"], row["kind"])] = row["file"]
    return found


def crd_of(table: KindTable, folder: Path) -> Path:
    """The CRD file of the component version of a table; fails where there is only that of another version."""
    described = table.schema_of == table.component_version
    equal = EQUAL_TO.get((table.component, table.schema_of), {})
    described |= table.component_version in {*equal.get("*", ()), *equal.get(table.kind, ())}
    assert described, (
        f"{table.gvk} of {table.component} {table.component_version} is judged by the schema of {table.schema_of}"
    )
    origin = table.origin
    key = (origin.repository, origin.tag, origin.path, table.group, table.kind)
    files = published_files(folder)
    assert key in files, f"{table.gvk}: the CRD folder has no file of {origin.repository} {origin.tag} {origin.path}"
    assert origin.tag.removeprefix("knative-").removeprefix("v") == table.schema_of
    return folder / files[key]


def refusals(body: Mapping[str, Any], crd: Path) -> list[str]:
    """Why a server with this CRD, asked with strict field validation, refuses an object; CEL and webhooks aside."""
    validator = _validator(crd, body["apiVersion"].rpartition("/")[2])
    errors = sorted(validator.iter_errors(body), key=lambda error: list(map(str, error.absolute_path)))
    return [f"/{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


@cache
def _validator(crd: Path, version: str) -> Any:
    spec = read_crd(crd)["spec"]
    (served,) = [entry for entry in spec["versions"] if entry["name"] == version and entry["served"]]
    schema = strict(served["schema"]["openAPIV3Schema"])
    header = {"apiVersion": {"const": f"{spec['group']}/{version}"}, "kind": {"const": spec["names"]["kind"]}}
    schema["properties"] = {**schema.get("properties", {}), **header, "metadata": _metadata(spec["scope"])}
    schema["required"] = sorted({*schema.get("required", ()), *header, "metadata"})
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def _metadata(scope: str) -> JsonSchema:
    words = {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}
    names = {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9.-]+(/[a-zA-Z0-9._-]+)?$"}, "minItems": 1}
    place = {"namespace": {"type": "string", "pattern": "^[a-z0-9-]{1,63}$"}} if scope == "Namespaced" else {}
    return {
        "type": "object",
        "properties": {"name": {"type": "string"}, "labels": words, "annotations": words, "finalizers": names, **place},
        "required": ["name", *place],
        "additionalProperties": False,
    }


def strict(node: Mapping[str, Any], logic: bool = False) -> JsonSchema:
    """A structural schema as a JSON Schema that refuses what the server would prune.

    `logic` is True inside anyOf and its like, which describe values and name no fields.
    """
    schema: JsonSchema = {key: node[key] for key in _COPIED if key in node}
    if node.get("x-kubernetes-int-or-string"):
        schema["type"] = ["integer", "string"]
    elif node.get("nullable") and "type" in schema:
        schema["type"] = [schema["type"], "null"]
        schema |= {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    for bound in ("minimum", "maximum"):
        flag = f"exclusive{bound.capitalize()}"
        if node.get(flag):
            schema[flag] = schema.pop(bound)
    if node.get("type") == "integer" and (width := _WIDTHS.get(node.get("format", ""))):
        schema["minimum"], schema["maximum"] = (
            max(-width, schema.get("minimum", -width)),
            min(width - 1, schema.get("maximum", width - 1)),
        )
    schema |= dict(_fields(node, logic))
    if "items" in node:
        schema["items"] = strict(node["items"], logic)
    if node.get("x-kubernetes-list-type") == "set" or node.get("uniqueItems"):
        schema["uniqueItems"] = True
    if "not" in node:
        schema["not"] = strict(node["not"], logic=True)
    for key in ("allOf", "anyOf", "oneOf"):
        if key in node:
            schema[key] = [strict(branch, logic=True) for branch in node[key]]
    return schema


def _fields(node: Mapping[str, Any], logic: bool) -> Iterator[tuple[str, Any]]:
    properties = {name: strict(field, logic) for name, field in node.get("properties", {}).items()}
    if node.get("x-kubernetes-embedded-resource"):
        anything: dict[str, Any] = {"apiVersion": True, "kind": True, "metadata": True}
        properties = {**anything, **properties}
    if properties:
        yield "properties", properties
    extra = node.get("additionalProperties")
    if isinstance(extra, Mapping):
        yield "additionalProperties", strict(extra, logic)
    elif not logic and node.get("type") == "object" and extra is not True:
        yield "additionalProperties", bool(node.get("x-kubernetes-preserve-unknown-fields"))


def duplicate_keys(value: Any, node: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Items of lists of type `map` that have the same keys: JSON Schema cannot say that."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            below = node.get("properties", {}).get(name, node.get("additionalProperties"))
            if isinstance(below, Mapping):
                yield from duplicate_keys(inner, below, f"{path}/{name}")
    elif isinstance(value, list | tuple) and "items" in node:
        keys = node.get("x-kubernetes-list-map-keys", ())
        defaults = {key: node["items"].get("properties", {}).get(key, {}).get("default") for key in keys}
        identities = [repr([item.get(key, defaults[key]) for key in keys]) for item in value] if keys else []
        if len(set(identities)) != len(identities):
            yield f"{path}: two items have the same {', '.join(keys)}"
        for index, item in enumerate(value):
            yield from duplicate_keys(item, node["items"], f"{path}/{index}")


def schema_of_version(crd: Path, version: str) -> Mapping[str, Any]:
    """The published schema of one version."""
    versions = read_crd(crd)["spec"]["versions"]
    return dict(next(entry for entry in versions if entry["name"] == version)["schema"]["openAPIV3Schema"])
