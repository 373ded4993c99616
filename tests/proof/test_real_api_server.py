"""A real API server, with the CRDs of an environment's component versions, takes every object of it in the order in
which Argo CD would bring it, without an error, without a warning, and gives back what was sent.

Controllers and webhooks are not asked here.
"""

import ast
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from mlplat.catalog.lookup import KindTable, load_tables
from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.effective.workload import namespace_of
from mlplat.objects.go_yaml import parse_stream
from mlplat.schema.team import Team
from tests import envtest
from tests.control_plane import proven
from tests.proof.dead_fields import Version
from tests.proof.platforms import (
    RICH,
    ROOT,
    argo_objects,
    argo_tables,
    compiled,
    judged,
    name_of,
    platform_folders,
)
from tests.proof.published import crd_of
from tests.proof.version_rows import ROWS

pytestmark = pytest.mark.cluster
ARGO_FINALIZER = '"resources-finalizer.argocd.argoproj.io\\": prefer a domain-qualified finalizer name'
"""The one remark that nobody can help: Argo CD reads this name and no other (argo-cd v3.5.1 pkg/apis/application)."""

WAVE = "argocd.argoproj.io/sync-wave"
ENVIRONMENTS = [
    pytest.param(
        folder,
        path.name,
        id=f"{name_of(folder)}-{path.name}",
        marks=[] if folder in (ROOT, RICH) else pytest.mark.slow,
    )
    for folder in platform_folders()
    for path in sorted((folder / "environments").iterdir())
    if path.name != "base"
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[envtest.ControlPlane]:
    """A server of its own for each environment: nothing of another one, whose names are the same, is left over."""
    envtest.skip_without_assets()
    plane = envtest.start(tmp_path, Path(os.environ["KUBEBUILDER_ASSETS"]))
    yield plane
    plane.stop()


@pytest.mark.parametrize(("folder", "environment"), ENVIRONMENTS)
def test_a_server_takes_every_object_in_order(
    folder: Path, environment: str, server: envtest.ControlPlane, crds: Path
) -> None:
    result = compiled(folder)
    env = result.environments[environment]
    tables = load_tables(env.versions)
    served = judged(result.objects[environment].objects, tables)
    if not env.is_synced:  # only inherited from: nothing of it is written, so nothing reaches a server
        assert result.tree is not None
        assert not [path for path in result.tree.files if environment in path.split("/")]
        return
    argo = argo_objects(result, environment)
    items, found = [item for item, _ in served], [table for _, table in served]
    found += [table for body in argo if (table := argo_tables().lookup(str(body["apiVersion"]), str(body["kind"])))]
    server.install_crds(sorted({crd_of(table, crds) for table in found if table.custom}))
    for team in env.all(Team):
        if team.document.spec.existing:  # its namespace is said to be there already
            server.namespace(namespace_of(team))
    server.namespace(env.environment.document.spec.argocd.namespace)
    place = f"{name_of(folder)}-{environment}"
    for body in [*argo, *(item.body for item in in_order(items, waves_of_units(argo)))]:
        complaints = list(complaints_of(server, dict(body)))
        assert not complaints, f"{body['kind']} {body['metadata']}: {complaints}"
        name = f"{body['kind']}/{body['metadata'].get('namespace', '')}/{body['metadata']['name']} of {place}"
        proven.note("the API server alone", "objects taken without a warning and stored as they were sent", name)


def complaints_of(plane: envtest.ControlPlane, body: dict[str, Any]) -> Iterator[str]:
    """Everything that the server has against an object, or made of it that was not sent."""
    answer = plane.create(body)
    if not answer.ok:
        yield answer.message
        return
    yield from (f"warning: {text}" for text in answer.warnings if ARGO_FINALIZER not in text)
    yield from changes(body, plane.read(body).body)
    if body["kind"] == "ResourceQuota":
        # The quota controller, which is not here, would write this; admission of claims waits for it.
        hard = body["spec"]["hard"]
        status = {"hard": hard, "used": dict.fromkeys(hard, "0")}
        path = f"{plane.path_of(body)}/status?fieldManager=quota"
        content = "application/merge-patch+json"
        assert plane.request("PATCH", path, {"status": status}, content).ok


def changes(sent: Any, stored: Any, at: str = "") -> Iterator[str]:
    """Places of what was sent that are not stored as they were sent. What the server adds beside them is no change."""
    if isinstance(sent, Mapping) and isinstance(stored, Mapping):
        for key, value in sent.items():
            yield from changes(value, stored[key], f"{at}/{key}") if key in stored else [f"{at}/{key} is gone"]
    elif isinstance(sent, list | tuple) and isinstance(stored, list) and len(sent) == len(stored):
        for index, (left, right) in enumerate(zip(sent, stored, strict=True)):
            yield from changes(left, right, f"{at}/{index}")
    elif (type(sent), sent) != (type(stored), stored):
        yield f"{at}: {sent!r} became {stored!r}"


def waves_of_units(argo: list[dict[str, Any]]) -> dict[str, int]:
    """The wave of each unit's Application, by unit."""
    return {
        body["metadata"]["labels"]["mlplat.dev/unit"]: wave(body)
        for body in argo
        if "mlplat.dev/unit" in body["metadata"].get("labels", {})
    }


def in_order(items: list[KubeObject], units: Mapping[str, int]) -> list[KubeObject]:
    """Objects as Argo CD brings them: Applications by wave, and in each its objects by wave."""
    assert {item.unit for item in items} <= set(units), "every unit has an Application"
    return sorted(items, key=lambda item: (units[item.unit], item.unit, wave(item.body), item.ref))


def wave(body: Mapping[str, Any]) -> int:
    return int(body["metadata"].get("annotations", {}).get(WAVE, "0"))


def kinds_of_platforms() -> set[tuple[str, str]]:
    """apiVersion and kind of everything that the test above sends."""
    found: set[tuple[str, str]] = set()
    for folder in platform_folders():
        result = compiled(folder)
        for name in set(result.objects) - {"base"}:
            tables = load_tables(result.environments[name].versions)
            served = [item.body for item, _ in judged(result.objects[name].objects, tables)]
            bodies = [*served, *argo_objects(result, name)]
            found |= {(body["apiVersion"], body["kind"]) for body in bodies}
    return found


def kinds_of_other_versions() -> dict[tuple[str, str], tuple[KubeObject, KindTable]]:
    """An object, and its table, of each kind that only other versions than those of the platforms make."""
    known, found = kinds_of_platforms(), {}
    for row in ROWS:
        version = Version(row)
        for item, table in judged(version.objects_of(version.env).objects, load_tables(version.env.versions)):
            if (item.body["apiVersion"], item.ref.kind) not in known:
                found.setdefault((item.body["apiVersion"], item.ref.kind), (item, table))
    return found


def test_a_server_takes_the_kinds_that_other_versions_make(server: envtest.ControlPlane, crds: Path) -> None:
    """The rich platform in every release and with every component version makes these too."""
    found = kinds_of_other_versions()
    assert found
    for (api_version, kind), (item, table) in found.items():
        if table.custom:
            server.install_crds([crd_of(table, crds)])
        if item.ref.namespace:
            server.namespace(item.ref.namespace)
        assert list(complaints_of(server, dict(item.body))) == [], f"{api_version} {kind}"
        name = f"{kind}/{item.ref.namespace}/{item.ref.name} of another version"
        proven.note("the API server alone", "objects taken without a warning and stored as they were sent", name)


def test_no_kind_is_emitted_that_no_server_has_seen() -> None:
    """Whoever adds a kind adds it to a platform of these tests: every kind that the source of a lowering, or of what
    hands a platform to Argo CD, writes down is among those that the tests above send."""
    sources = [ROOT / "compiler/mlplat/compiler" / name for name in ("lower", "emit")]
    written: set[str] = set()
    for path in sorted(path for folder in sources for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                pairs = {key.value: value for key, value in zip(node.keys, node.values, strict=True) if _text(key)}
                if {"kind", "metadata"} <= pairs.keys() and _text(pairs["kind"]):
                    written.add(str(pairs["kind"].value))
    sent = {kind for _, kind in kinds_of_platforms() | kinds_of_other_versions().keys()}
    assert len(written) > 15
    assert written - sent == set()


def _text(node: ast.expr | None) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_what_is_written_is_what_was_compiled() -> None:
    """The objects above are those of the files: the inventory of each environment lists them all."""
    for folder in platform_folders():
        result = compiled(folder)
        assert result.tree is not None
        for name, held in result.objects.items():
            if not result.environments[name].is_synced:
                continue
            (inventory,) = parse_stream(result.tree.files[f"inventory/{name}.yaml"])
            listed = {(one["kind"], one["namespace"], one["name"]) for one in inventory["objects"]}
            assert listed == {(item.ref.kind, item.ref.namespace, item.ref.name) for item in held.objects}
