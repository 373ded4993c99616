"""What was applied stays as it is: a second apply changes nothing, and what comes back is what was sent."""

from collections.abc import Iterator
from typing import Any

from mlplat.schema.serving import ModelService
from tests.control_plane import proven
from tests.control_plane.cluster import MANAGER, Body, as_yaml, until
from tests.control_plane.place import Place
from tests.control_plane.test_accepted import names
from tests.lower.live_cluster import changed


def versions(place: Place) -> dict[str, str]:
    bodies = place.bodies()
    live = place.cluster.read(bodies)
    pairs = zip(names(bodies), live, strict=True)
    return {name: body["metadata"]["resourceVersion"] if body else "gone" for name, body in pairs}


def settled(place: Place) -> dict[str, str]:
    """Resource versions once the controllers have done what they had to do: the same twice in a row."""
    last: list[dict[str, str]] = [{}]

    def same() -> bool:
        now = versions(place)
        same, last[0] = now == last[0], now
        return same

    until(same, "the controllers to come to rest", every=1.5)
    return last[0]


def apply_again(place: Place) -> dict[str, str]:
    for wave in place.waves():
        said = place.cluster.apply(wave.bodies)
        assert said.ok, said.warnings
        assert said.warnings == ""
    return settled(place)


def contents(place: Place, kind: str) -> list[Any]:
    """Live objects of a kind with everything but their resource version, managed fields and times included."""
    found = []
    for body in place.cluster.read([body for body in place.bodies() if body["kind"] == kind], "--show-managed-fields"):
        assert body is not None
        metadata = {key: value for key, value in body["metadata"].items() if key != "resourceVersion"}
        found.append({**body, "metadata": metadata})
    return found


def test_a_second_apply_changes_no_object(applied: Place) -> None:
    """Except the version of claims, once: the API server (1.37) writes a claim that was applied before a second time
    although not a byte of what it shows has changed, and from the third apply on it does not."""
    before, claims = settled(applied), contents(applied, "PersistentVolumeClaim")
    second = apply_again(applied)
    moved = {name for name in before if second[name] != before[name]}
    assert {name for name in moved if not name.startswith("PersistentVolumeClaim/")} == set()
    assert contents(applied, "PersistentVolumeClaim") == claims
    assert apply_again(applied) == second
    proven.note(applied.name, "objects that a second apply leaves alone", *(before.keys() - moved))


def test_a_diff_on_the_server_is_empty(applied: Place) -> None:
    settled(applied)
    command = ("diff", "--server-side", f"--field-manager={MANAGER}", "-f", "-")
    said = applied.cluster.run(*command, stdin=as_yaml(applied.bodies()))
    assert said.text == ""
    assert said.ok, said.warnings


def test_every_field_comes_back_as_it_was_sent(applied: Place) -> None:
    """Canonical: the same types and the same bytes, for every field of every object; what is added does not count."""
    settled(applied)
    bodies = applied.bodies()
    differences = list(differing(bodies, applied.cluster.read(bodies)))
    assert differences == list(rewritten(applied))
    proven.note(applied.name, "objects stored as they were sent", *names(bodies))


def rewritten(place: Place) -> Iterator[str]:
    """What a controller newer than an environment's own puts into words that the environment's own does not know.

    No KServe before 0.16 can be run here. 0.20 rewrites the old name of a deployment mode, which 0.11 demands
    (inference_service_defaults.go).
    """
    if not place.environment.versions.at_least("kserve", "0.15"):
        at = "/metadata/annotations/serving.kserve.io/deploymentMode"
        for service in place.environment.all(ModelService):
            yield f"InferenceService/{service.team}/{service.name} {at}: 'RawDeployment' became 'Standard'"


def differing(bodies: list[Body], live: list[Any]) -> Iterator[str]:
    for body, name, stored in zip(bodies, names(bodies), live, strict=True):
        if stored is None:
            yield f"{name} is gone"
        else:
            yield from (f"{name} {change}" for change in changed(body, stored))
