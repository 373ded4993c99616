"""A real API server, with the CRDs of an environment's component versions, takes every object of it in the order in
which Argo CD would bring it, without an error, without a warning, and gives back what was sent.

Controllers and webhooks are not asked here.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mlplat.catalog.lookup import load_tables
from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.effective import namespace_of
from mlplat.objects.go_yaml import parse_stream
from mlplat.schema.team import Team
from tests import envtest
from tests.proof.platforms import RICH, ROOT, argo_objects, argo_tables, compiled, judged, name_of, platform_folders
from tests.proof.published import crd_of

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
    argo = argo_objects(result, environment)
    items, found = [item for item, _ in served], [table for _, table in served]
    found += [table for body in argo if (table := argo_tables().lookup(str(body["apiVersion"]), str(body["kind"])))]
    server.install_crds(sorted({crd_of(table, crds) for table in found if table.custom}))
    for team in env.all(Team):
        if team.document.spec.existing:  # its namespace is said to be there already
            server.namespace(namespace_of(team))
    server.namespace(env.environment.document.spec.argocd.namespace)
    for body in [*argo, *(item.body for item in in_order(items, waves_of_units(argo)))]:
        complaints = list(complaints_of(server, dict(body)))
        assert not complaints, f"{body['kind']} {body['metadata']}: {complaints}"


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


def test_what_is_written_is_what_was_compiled() -> None:
    """The objects above are those of the files: the inventory of each environment lists them all."""
    for folder in platform_folders():
        result = compiled(folder)
        assert result.tree is not None
        for name, held in result.objects.items():
            if name == "base":
                continue
            (inventory,) = parse_stream(result.tree.files[f"inventory/{name}.yaml"])
            listed = {(one["kind"], one["namespace"], one["name"]) for one in inventory["objects"]}
            assert listed == {(item.ref.kind, item.ref.namespace, item.ref.name) for item in held.objects}
