"""Which versions raw manifests are judged by: those that are named, and for the rest those that a release or the
catalog has."""

from collections.abc import Mapping

import pytest

from mlplat.catalog.index import held_versions
from mlplat.catalog.lookup import load_tables
from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.manifest_versions import choose_versions, stand_ins


@pytest.mark.parametrize(
    ("written", "used"),
    [("trainingOperator=1.9.4", None), ("trainingOperator=1.9.3", "1.9.4"), ("trainingOperator=1.9.1", "1.9.2")],
)
def test_the_nearest_patch_release_stands_in(written: str, used: str | None) -> None:
    assert stand_ins(written) == (
        (f"the schemas of {written.replace('=', ' ')} are not held: it is judged by those of {used}",) if used else ()
    )
    assert not isinstance(choose_versions(written, None, None), str)


def test_another_minor_does_not_stand_in() -> None:
    assert isinstance(choose_versions("trainingOperator=1.4.0", None, None), str)


def versions(written: str, release: str | None = None) -> Mapping[str, str]:
    found = choose_versions(written, release, None)
    assert isinstance(found, ComponentVersions), found
    return found.components


def test_what_is_not_named_is_the_newest() -> None:
    newest = {name: held[-1] for name, held in held_versions().items() if name != "mpiOperator"}
    assert newest.items() <= versions("").items()
    assert {**newest, "trainer": "2.1.0"}.items() <= versions("trainer=2.1.0").items()


def test_a_release_decides_what_it_ships_and_nothing_else() -> None:
    found = versions("kserve=0.20.0", "26.03")
    shipped = {"trainer": "2.1.0", "trainingOperator": "1.9.2", "certManager": "1.19.4"}  # the second is not installed
    assert {**shipped, "kserve": "0.20.0", "kueue": held_versions()["kueue"][-1]}.items() <= found.items()


def test_what_nobody_named_is_known_and_does_nothing_to_others() -> None:
    named, all_of_them = (choose_versions(written, None, None) for written in ("trainer=2.1.0", ""))
    assert isinstance(named, ComponentVersions)
    assert isinstance(all_of_them, ComponentVersions)
    assert load_tables(named).lookup("kueue.x-k8s.io/v1beta2", "ClusterQueue") is not None
    assert (named.has("kueue"), all_of_them.has("kueue")) == (False, True)
    assert (named.has("trainer"), named.has("katib")) == (True, True)


def test_a_component_can_be_left_out_and_two_that_exclude_each_other_cannot_both_be_named() -> None:
    assert "istio" not in versions("istio=")
    assert "trainingOperator" not in versions("mpiOperator=0.8.0")
    assert isinstance(choose_versions("mpiOperator=0.8.0,trainingOperator=1.9.4", None, None), str)
