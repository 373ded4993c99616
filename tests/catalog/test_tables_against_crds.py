"""The distilled tables say what the published CRDs say, field by field, and are not stale."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from scripts.table_sources import SOURCES, Source

from mlplat.catalog.lookup import load_tables
from mlplat.catalog.node import QUANTITY_PATTERN
from mlplat.catalog.versions import ComponentVersions
from tests.envtest import crd_files, read_crd

ROOT = Path(__file__).resolve().parents[2]
COMPARED = (
    "format", "nullable", "default", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "pattern", "minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems",
    "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource",
    "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
)  # fmt: skip
# Kubeflow's own kustomize patch: a container needs a name and an image, and there is at least one.
PATCHED = {
    "spec.template.spec.containers": {"minItems"},
    "spec.template.spec.containers[]": {"required"},
}


def differences(raw: Mapping[str, Any], node: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Where a published schema and a distilled one say different things. Written apart from what distils."""
    ignored = PATCHED.get(path, set()) if node.get("minItems") == 1 or "image" in node.get("required", ()) else set()
    quantity = raw.get("x-kubernetes-int-or-string") and raw.get("pattern") == QUANTITY_PATTERN
    if quantity:
        if node.get("format") != "quantity":
            yield f"{path}: a quantity is not marked"
        return
    for key in COMPARED:
        theirs = raw.get(key) if raw.get(key) is not False or key == "default" else None
        if theirs != node.get(key) and key not in ignored and not _any_value(key, raw, node):
            yield f"{path}: {key} is {node.get(key)!r}, published {theirs!r}"
    if not raw.get("x-kubernetes-int-or-string") and raw.get("type") != node.get("type"):
        yield f"{path}: type is {node.get('type')!r}, published {raw.get('type')!r}"
    if path and sorted(raw.get("required", ())) != list(node.get("required", ())) and "required" not in ignored:
        yield f"{path}: required {node.get('required')}, published {raw.get('required')}"
    yield from _field_differences(raw, node, path)
    for key in ("items", "additionalProperties", "not"):
        if isinstance(raw.get(key), Mapping) and raw[key]:
            yield from differences(raw[key], node.get(key, {}), f"{path}{'[]' if key == 'items' else '{' + key + '}'}")
    for key in ("anyOf", "oneOf", "allOf"):
        branches = [] if raw.get("x-kubernetes-int-or-string") else raw.get(key, [])
        if len(branches) != len(node.get(key, ())) and not raw.get("x-kubernetes-int-or-string"):
            yield f"{path}: {key} has {len(node.get(key, ()))} branches, published {len(branches)}"
        for index, branch in enumerate(branches):
            yield from differences(branch, node[key][index], f"{path}<{key} {index}>")


def _any_value(key: str, raw: Mapping[str, Any], node: Mapping[str, Any]) -> bool:
    """`additionalProperties: true` and an empty schema are one way to keep what is not described, the flag another."""
    return key == "x-kubernetes-preserve-unknown-fields" and (raw.get("additionalProperties") is True or raw == {})


def _field_differences(raw: Mapping[str, Any], node: Mapping[str, Any], path: str) -> Iterator[str]:
    ours, theirs = dict(node.get("properties", {})), dict(raw.get("properties", {}))
    if not path:
        for name in ("apiVersion", "kind", "metadata", "status"):
            ours.pop(name, None)
            theirs.pop(name, None)
    if ours.keys() != theirs.keys():
        yield f"{path}: fields {sorted(ours.keys() ^ theirs.keys())} on one side only"
    for name in sorted(ours.keys() & theirs.keys()):
        yield from differences(theirs[name], ours[name], f"{path}.{name}".lstrip("."))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: f"{source.component}-{source.version}")
def test_a_table_says_what_its_crds_say(source: Source, crds: Path) -> None:
    if not all(crd_files(crds, [pattern]) for pattern in source.files):
        pytest.skip(f"MLPLAT_TEST_CRDS has no {', '.join(source.files)}")
    tables = load_tables(ComponentVersions("26.03", "1.34", {source.component: source.version}))
    held = {(table.group, table.kind, table.version) for table in tables.of_component(source.component)}
    seen = set()
    for path in crd_files(crds, source.files):
        spec = read_crd(path)["spec"]
        for version in spec["versions"]:
            table = tables.lookup(f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            if not version["served"]:
                assert table is None
                continue
            assert table is not None, f"{path}: {version['name']} is not held"
            seen.add((table.group, table.kind, table.version))
            assert (table.plural, table.namespaced) == (spec["names"]["plural"], spec["scope"] == "Namespaced")
            assert table.deprecated == bool(version.get("deprecated"))
            assert (table.storage_version == version["name"]) == version["storage"]
            found = list(differences(version["schema"]["openAPIV3Schema"], table.schema))
            assert not found, f"{path.name} {version['name']}: {found[:5]}"
    assert held == seen


def test_the_tables_are_not_stale(crds: Path) -> None:
    run = subprocess.run(
        [sys.executable, "scripts/generate_tables.py", "--crds", str(crds), "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_kubernetes_tables_are_not_stale() -> None:
    pytest.importorskip("kubernetes_validate")
    run = subprocess.run(
        [sys.executable, "scripts/generate_tables.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
