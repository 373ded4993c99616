"""Every emitted object is what exactly the component version of its environment accepts: by the published CRD, by
Kubernetes' own strict schemas, and by the distilled tables."""

import copy
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from mlplat.catalog.lookup import KindTable, Tables, load_tables
from mlplat.catalog.structural import check_structure
from mlplat.catalog.versions import known_versions
from mlplat.compiler.artifacts import KubeObject
from tests.proof.dead_fields import Row, Version
from tests.proof.platforms import argo_objects, argo_tables, compiled, judged, name_of, platform_folders
from tests.proof.published import EQUAL_TO, crd_of, duplicate_keys, refusals, schema_of_version
from tests.proof.version_rows import ROWS

ENVIRONMENTS = [
    pytest.param(folder, path.name, id=f"{name_of(folder)}-{path.name}")
    for folder in platform_folders()
    for path in sorted((folder / "environments").iterdir())
]

NOT_AT_HAND = {("kueue", "0.18.4")}
"""Versions whose tables were made from CRDs that the folder of CRDs does not have: no release ships them."""


@cache
def core_validator(kubernetes: str, api_version: str, kind: str) -> Any:
    """Kubernetes' own strict schema of a kind in exactly this version."""
    group, _, version = api_version.rpartition("/")
    name = "-".join(filter(None, (kind.lower(), group.split(".")[0], version)))
    folder = files("kubernetes_validate").joinpath("kubernetes-json-schema", f"v{kubernetes}.0-local-strict")
    schema = json.loads(folder.joinpath(f"{name}.json").read_bytes())
    return jsonschema.Draft202012Validator(schema, registry=_definitions(kubernetes))


@cache
def _definitions(kubernetes: str) -> Registry[Any]:
    folder = files("kubernetes_validate").joinpath("kubernetes-json-schema", f"v{kubernetes}.0-local-strict")
    definitions = Resource.from_contents(json.loads(folder.joinpath("_definitions.json").read_bytes()))
    return definitions @ Registry()


def problems_of(body: dict[str, Any], table: KindTable, tables: Tables, crds: Path) -> tuple[str, list[str]]:
    """The schema that judges an object, and all that any of the judges has against it."""
    distilled = [f"{problem.pointer}: {problem.message} (distilled)" for problem in check_structure(body, table)]
    if not table.custom:
        kubernetes = tables.versions.kubernetes
        errors = core_validator(kubernetes, body["apiVersion"], body["kind"]).iter_errors(body)
        return f"Kubernetes {kubernetes}", [*distilled, *(f"{error.json_path}: {error.message}" for error in errors)]
    if (table.component, table.component_version) in NOT_AT_HAND:
        return f"the distilled table alone ({table.component} {table.component_version})", distilled
    crd = crd_of(table, crds)
    published = schema_of_version(crd, table.version)
    found = [*distilled, *refusals(body, crd), *duplicate_keys(body, published)]
    return f"{crd.relative_to(crds)} ({table.component} {table.component_version})", found


@pytest.mark.parametrize(("folder", "environment"), ENVIRONMENTS)
def test_every_object_is_accepted_by_its_own_version(folder: Path, environment: str, crds: Path) -> None:
    result = compiled(folder)
    tables = load_tables(result.environments[environment].versions)
    judges, problems = judge_all(result.objects[environment].objects, tables, crds)
    for body in argo_objects(result, environment):
        argo = argo_tables()
        table = argo.lookup(str(body["apiVersion"]), str(body["kind"]))
        assert table is not None, body["kind"]
        judge, found = problems_of(body, table, argo, crds)
        judges[f"{body['apiVersion']} {body['kind']}"] = judge
        problems += [f"{body['kind']} {body['metadata']['name']} {text}" for text in found]
    for kind, judge in sorted(judges.items()):
        print(f"{environment}: {kind} is judged by {judge}")
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_field_is_lowered_to_what_each_version_accepts(row: Row, crds: Path) -> None:
    """The platform in which every field is set, in every release and with every component version."""
    version = Version(row)
    tables = load_tables(version.env.versions)
    judges, problems = judge_all(version.objects_of(version.env).objects, tables, crds)
    for kind, judge in sorted(judges.items()):
        print(f"{row}: {kind} is judged by {judge}")
    assert len(judges) > 10
    assert not problems, "\n".join(problems)


def judge_all(objects: Iterable[KubeObject], tables: Tables, crds: Path) -> tuple[dict[str, str], list[str]]:
    """The judge of each kind, and every problem of every object."""
    judges: dict[str, str] = {}
    problems: list[str] = []
    for item, table in judged(objects, tables):
        body = json.loads(json.dumps(item.body))
        judge, found = problems_of(body, table, tables, crds)
        judges[f"{body['apiVersion']} {body['kind']}"] = judge
        problems += [f"{item.ref} {text}" for text in found]
    return judges, problems


def test_every_judge_refuses() -> None:
    """A judge that accepts everything would prove nothing: a field too many is refused by each."""
    result = compiled(platform_folders()[0])
    for name, held in result.objects.items():
        kubernetes = result.environments[name].versions.kubernetes
        for item, table in judged(held.objects, load_tables(result.environments[name].versions)):
            if not table.custom:
                body = {**json.loads(json.dumps(item.body)), "inventedField": 1}
                assert list(core_validator(kubernetes, body["apiVersion"], body["kind"]).iter_errors(body))
                assert check_structure(body, table)


def test_published_schemas_refuse_what_a_server_would_drop(crds: Path) -> None:
    """A field too many at every depth of every custom resource is refused by its CRD, but where anything may stand."""
    result = compiled(platform_folders()[0])
    refused = 0
    for name, held in result.objects.items():
        tables = load_tables(result.environments[name].versions)
        for item, table in judged(held.objects, tables):
            if not table.custom or table.schemaless:
                continue
            crd = crd_of(table, crds)
            body = json.loads(json.dumps(item.body))
            mutant = copy.deepcopy(body)
            deepest(mutant)["inventedField"] = "x"
            assert not refusals(body, crd)
            spoilt = bool(refusals(mutant, crd))
            assert spoilt == bool(check_structure(mutant, table)), f"{item.ref}: only one of the judges refuses"
            refused += spoilt
    assert refused > 20


def deepest(value: Any) -> dict[str, Any]:
    """A mapping far down in the spec, along the first keys that hold mappings or lists of mappings."""
    spec: dict[str, Any] = value.get("spec", value)
    while True:
        below = [inner for inner in spec.values() if isinstance(inner, dict)]
        below += [
            item for inner in spec.values() if isinstance(inner, list) for item in inner if isinstance(item, dict)
        ]
        if not below:
            return spec
        spec = below[0]


def test_versions_that_share_a_schema_are_documented() -> None:
    text = " ".join((Path(__file__).parents[2] / "docs/limits.md").read_text(encoding="utf-8").split())
    stated = text[text.index("One file for several versions") : text.index("Kinds whose schema is not held")]
    titles = {
        "katib": "Katib",
        "notebooks": "Notebook",
        "profiles": "Profile",
        "pipelines": "Pipelines",
        "kserve": "KServe",
    }
    for (component, newest), kinds in EQUAL_TO.items():
        assert titles[component] in stated
        assert newest in stated or component == "kserve"
        for kind, older in kinds.items():
            assert kind == "*" or kind.removeprefix("Cluster") in stated, f"docs/limits.md does not name {kind}"
            assert set(older) <= set(known_versions(component))


def test_no_table_borrows_a_schema_that_is_not_documented() -> None:
    """The whole catalog, not only what the examples emit."""
    from mlplat.catalog.index import held_versions  # the index is what the catalog itself goes by
    from mlplat.catalog.lookup import _component_kinds

    undocumented = []
    for component, versions in held_versions().items():
        for version in versions:
            for tables in _component_kinds(component, version).values():
                for table in tables.values():
                    equal: Mapping[str, tuple[str, ...]] = EQUAL_TO.get((component, table.schema_of), {})
                    known = {version for kind in ("*", table.kind) for version in equal.get(kind, ())}
                    if table.schema_of != version and version not in known:
                        undocumented.append(f"{component} {version} {table.kind}: {table.schema_of}")
    assert undocumented == []
