"""Distils the JSON Schemas of Kubernetes' own kinds, as the development dependency `kubernetes-validate` ships them."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from mlplat.catalog.distil import KindFacts, KindVersion, distil, distil_root

_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_ANYTHING = (
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
    "io.k8s.apimachinery.pkg.runtime.RawExtension",
    # A CRD's own schema is a language of its own, and recursive: its inside is left to the API server.
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps",
)
_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


class Kubernetes:
    """The definitions of one Kubernetes version (`1.34`)."""

    def __init__(self, version: str) -> None:
        folder = files("kubernetes_validate").joinpath("kubernetes-json-schema", f"v{version}.0-local")
        self._definitions: dict[str, Any] = json.loads(folder.joinpath("_definitions.json").read_bytes())["$defs"]
        self._distilled: dict[str, Mapping[str, Any]] = {}
        self._names: dict[tuple[str, str, str], str] = {}
        for name, definition in self._definitions.items():
            for gvk in definition.get("x-kubernetes-group-version-kind", ()):
                self._names.setdefault((gvk["group"], gvk["version"], gvk["kind"]), name)

    def kind(self, group: str, kind: str, versions: tuple[str, ...], deprecated: tuple[str, ...]) -> KindFacts | None:
        """The facts of a kind but for plural and scope (which are not in the document); None where it is not served."""
        held = [version for version in versions if (group, version, kind) in self._names]
        if not held:
            return None
        facts = tuple(
            KindVersion(
                version, version == held[0], version in deprecated, self._root(self._names[(group, version, kind)])
            )
            for version in held
        )
        return KindFacts(group, kind, "", False, facts)

    def _root(self, name: str) -> Mapping[str, Any]:
        schema = self._expand(self._definitions[name])
        schema["properties"].pop("metadata", None)  # the catalog has its own, and a test compares the two
        return distil_root(schema)

    def _definition(self, name: str) -> Mapping[str, Any]:
        if name == _QUANTITY:
            return {"x-kubernetes-int-or-string": True, "format": "quantity"}
        if name == _INT_OR_STRING:
            return {"x-kubernetes-int-or-string": True}
        if name in _ANYTHING or self._is_any(name):
            return {"x-kubernetes-preserve-unknown-fields": True}
        if name not in self._distilled:
            self._distilled[name] = self._expand(self._definitions[name])
        return self._distilled[name]

    def _is_any(self, name: str) -> bool:
        """True for arbitrary JSON: a definition that says nothing but its description."""
        return not set(self._definitions[name]) - {"description"}

    def _expand(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A definition with its references followed and `null` dropped: a null is an absent field everywhere."""
        node = {key: value for key, value in schema.items() if key != "$ref"}
        if isinstance(node.get("type"), list):
            node["type"] = next(name for name in node["type"] if name != "null")
        if "$ref" in schema:
            return {**self._definition(schema["$ref"].rsplit("/", 1)[1]), **node}
        if "properties" in node:
            node["properties"] = {name: self._expand(field) for name, field in node["properties"].items()}
        if "items" in node:
            node["items"] = self._expand(node["items"])
        if isinstance(node.get("additionalProperties"), Mapping):
            node["additionalProperties"] = self._expand(node["additionalProperties"])
        return node

    def object_meta(self) -> Mapping[str, Any]:
        """The distilled schema of `metadata`, against which the catalog's own is tested."""
        return distil(self._definition(_OBJECT_META))
