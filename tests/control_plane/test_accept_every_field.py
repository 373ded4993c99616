"""The platform in which every field is set (`tests/proof/rich`), before webhooks and controllers.

It comes first of these tests: the cluster is still empty then.
"""

import json
from typing import Any

import pytest

from mlplat.compiler.effective.workload import namespace_of
from mlplat.compiler.pipeline import Compiled
from mlplat.schema.team import Team
from tests.control_plane import proven, stand_ins
from tests.control_plane.cluster import Body, Cluster, until
from tests.control_plane.gitops import holds
from tests.control_plane.place import Place
from tests.control_plane.sets import sync_wave
from tests.control_plane.test_accepted import names
from tests.control_plane.test_stable import differing
from tests.proof.platforms import RICH, argo_objects, compiled
from tests.proof.test_real_api_server import waves_of_units

ENVIRONMENT = "full"
NOT_SERVED = {"SealedSecret", "AuthorizationPolicy"}
"""Kinds of it that no cluster of these tests has: they are judged by their CRD, in `tests/proof`."""


def served(cluster: Cluster, bodies: list[Body]) -> list[Body]:
    """Objects of kinds that a cluster has."""
    found: dict[str, set[str]] = {}
    for version in {body["apiVersion"] for body in bodies}:
        said = cluster.run("get", "--raw", f"/apis/{version}" if "/" in version else f"/api/{version}")
        found[version] = {item["kind"] for item in json.loads(said.text)["resources"]} if said.ok else set()
    return [body for body in bodies if body["kind"] in found[body["apiVersion"]]]


def in_waves(result: Compiled, bodies: list[Body], units: list[str]) -> list[list[Body]]:
    """Objects by the wave of their unit, then by their own."""
    of_unit = waves_of_units(argo_objects(result, ENVIRONMENT))
    held: dict[tuple[int, int], list[Body]] = {}
    for body, unit in zip(bodies, units, strict=True):
        held.setdefault((of_unit[unit], sync_wave(body)), []).append(body)
    return [held[number] for number in sorted(held)]


def test_every_field_is_taken_without_a_warning_and_comes_back_as_it_was_sent(place: Place) -> None:
    if place.name != "dev":
        pytest.skip("shown beside dev, whose cluster has the controllers of the versions that the platform names")
    place.empty()
    cluster, result = place.cluster, compiled(RICH)
    items = result.objects[ENVIRONMENT].objects
    every: list[Body] = [json.loads(json.dumps(item.body)) for item in items]
    bodies = served(cluster, every)
    assert {body["kind"] for body in every if body not in bodies} == NOT_SERVED
    units = [item.unit for item, body in zip(items, every, strict=True) if body in bodies]
    existing = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace_of(team)}}
        for team in result.environments[ENVIRONMENT].all(Team)
        if team.document.spec.existing
    ]
    assert cluster.apply([*existing, *stand_ins.runtimes(cluster, "own-runtime")]).ok
    try:
        for wave in in_waves(result, bodies, units):
            said = cluster.apply(wave)
            assert (said.ok, said.warnings) == (True, "")
        changes: list[Any] = []

        def unchanged() -> bool:
            changes[:] = differing(bodies, cluster.read(bodies))
            return not changes

        assert holds(unchanged, seconds=8), changes
        proven.note("the rich platform", "objects taken without a warning and stored as they were sent", *names(bodies))
    finally:
        gone = [body for body in [*bodies, *existing] if not body["metadata"].get("namespace")]
        cluster.delete([*gone, *stand_ins.runtimes(cluster, "own-runtime")])
        until(lambda: not any(cluster.read(gone)), lambda: f"the end of {names(gone)}")
