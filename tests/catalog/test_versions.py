"""From a release and overrides to component versions."""

import pytest

from mlplat.catalog.index import held_versions, kubernetes_versions
from mlplat.catalog.releases import RELEASES
from mlplat.catalog.versions import (
    ComponentVersions,
    ProblemKind,
    VersionProblem,
    known_components,
    known_versions,
    near_versions,
    parse_versions,
    resolve_versions,
    version_key,
)

EMITTED = ("trainer", "trainingOperator", "katib", "kserve", "notebooks", "profiles", "pipelines")


def _resolved(
    release: str, overrides: dict[str, str | None] | None = None, kubernetes: str = "1.34"
) -> ComponentVersions:
    found = resolve_versions(release, kubernetes, overrides or {})
    assert isinstance(found, ComponentVersions), found
    return found


def _problems(release: str, overrides: dict[str, str | None], kubernetes: str = "1.34") -> tuple[VersionProblem, ...]:
    found = resolve_versions(release, kubernetes, overrides)
    assert isinstance(found, tuple), found
    return found


@pytest.mark.parametrize("release", RELEASES)
def test_every_release_has_a_table_for_every_component_we_emit_for(release: str) -> None:
    for component, entry in RELEASES[release].components.items():
        if component in EMITTED:
            assert entry.version in held_versions()[component], component


def test_releases_are_as_published() -> None:
    assert _resolved("v1.8.0", kubernetes="1.26").components["trainingOperator"] == "1.7.0"
    assert _resolved("26.03").get("kserve") == "0.16.0"
    assert _resolved("26.03").get("trainer") == "2.1.0"
    assert _resolved("26.03.1-rc.2").get("trainer") == "2.2.0"
    assert _resolved("v1.9.1").get("trainer") is None


def test_a_component_that_is_not_installed_is_there_only_when_named() -> None:
    assert not _resolved("26.03").has("trainingOperator")
    assert _resolved("26.03", {"trainingOperator": "1.9.2"}).get("trainingOperator") == "1.9.2"
    assert _resolved("v1.10.2").get("trainingOperator") == "1.9.2"


def test_overrides_add_change_and_remove() -> None:
    versions = _resolved("26.03.1-rc.2", {"trainer": "v2.3.0", "kserve": "0.20.0", "kueue": "0.19.2", "istio": None})
    assert (versions.get("trainer"), versions.get("kserve"), versions.get("kueue")) == ("2.3.0", "0.20.0", "0.19.2")
    assert not versions.has("istio")


def test_kubernetes_is_a_minor_version() -> None:
    assert _resolved("26.03", kubernetes="v1.34.2").kubernetes == "1.34"
    assert _resolved("26.03").kubernetes_at_least("1.31")
    assert not _resolved("26.03").kubernetes_at_least("1.35")


def test_at_least_compares_numbers() -> None:
    versions = _resolved("26.03", {"kueue": "0.19.2"})
    assert versions.at_least("kueue", "0.9")
    assert versions.at_least("kueue", "0.19.2")
    assert not versions.at_least("kueue", "0.20")
    assert not versions.at_least("keda", "0.0.1")


def test_equal_when_the_versions_are() -> None:
    assert _resolved("26.03", {"kueue": "0.19.2"}) == _resolved("26.03", {"kueue": "v0.19.2"})
    assert hash(_resolved("26.03")) == hash(_resolved("26.03"))
    assert _resolved("26.03") != _resolved("26.03", kubernetes="1.35")


def test_an_unknown_release_lists_the_known_ones() -> None:
    (problem,) = _problems("26.3", {})
    assert problem.kind is ProblemKind.UNKNOWN_RELEASE
    assert problem.known == tuple(RELEASES)
    assert "26.03" in problem.near


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("1.99", ("1.37",)),  # as text, 1.29 is as near
        ("v1.34", ("1.34",)),
        ("2.1", ()),
        ("latest", ()),
    ],
)
def test_versions_are_near_by_number(written: str, near: tuple[str, ...]) -> None:
    assert near_versions(written, kubernetes_versions()) == near


@pytest.mark.parametrize(
    ("written", "near"),
    [("26.3", "26.03"), ("1.8", "v1.8.0"), ("v1.9", "v1.9.1"), ("26.03.1", "26.03.1-rc.2"), ("1.10.1", "v1.10.2")],
)
def test_releases_are_near_by_number(written: str, near: str) -> None:
    assert near_versions(written, tuple(RELEASES)) == (near,)


def test_an_unknown_component_has_near_misses() -> None:
    (problem,) = _problems("26.03", {"trainr": "2.3.0"})
    assert (problem.kind, problem.near) == (ProblemKind.UNKNOWN_COMPONENT, ("trainer",))


def test_a_version_without_a_table_lists_those_that_have_one() -> None:
    (problem,) = _problems("26.03", {"kserve": "0.19.0"})
    assert (problem.kind, problem.component) == (ProblemKind.UNKNOWN_VERSION, "kserve")
    assert problem.known == held_versions()["kserve"]


def test_an_unknown_kubernetes_lists_the_known_ones() -> None:
    (problem,) = _problems("26.03", {}, kubernetes="1.99")
    assert (problem.kind, problem.known) == (ProblemKind.UNKNOWN_KUBERNETES, kubernetes_versions())


def test_all_problems_in_one_go() -> None:
    found = _problems("27", {"a": "1", "kueue": "9"}, kubernetes="2.0")
    assert [problem.kind for problem in found] == [
        ProblemKind.UNKNOWN_RELEASE,
        ProblemKind.UNKNOWN_KUBERNETES,
        ProblemKind.UNKNOWN_COMPONENT,
        ProblemKind.UNKNOWN_VERSION,
    ]


def test_two_components_with_one_crd_exclude_each_other() -> None:
    (problem,) = _problems("v1.10.2", {"mpiOperator": "0.8.0"})
    assert problem.kind is ProblemKind.CONFLICT
    assert _resolved("v1.10.2", {"mpiOperator": "0.8.0", "trainingOperator": None}).has("mpiOperator")


def test_versions_on_the_command_line() -> None:
    assert parse_versions("trainer=2.3.0, kserve=0.20.0,istio=") == {
        "trainer": "2.3.0",
        "kserve": "0.20.0",
        "istio": None,
    }
    assert parse_versions("") == {}


@pytest.mark.parametrize("text", ["trainer", "=1", "trainer=1,trainer=2"])
def test_what_is_no_list_of_versions_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="`"):
        parse_versions(text)


def test_versions_sort_as_people_count() -> None:
    written = ["0.10.0", "0.9.0", "1.0", "1.0.0-rc.1", "0.9", "2.0.0-beta.0", "2.0.0"]
    assert sorted(written, key=version_key) == ["0.9.0", "0.9", "0.10.0", "1.0.0-rc.1", "1.0", "2.0.0-beta.0", "2.0.0"]


def test_known_names_are_sorted_and_whole() -> None:
    assert list(known_components()) == sorted(known_components())
    assert {"kueue", "externalSecrets", "argocd", "istio", "dex"} <= set(known_components())
    for component in held_versions():
        assert set(held_versions()[component]) <= set(known_versions(component))
    assert set(known_versions("istio")) == {"1.17.5", "1.22.1", "1.26.1", "1.28.0", "1.29.0", "1.30.1", "1.30.3"}


def test_install_paths_are_kept_per_release() -> None:
    assert RELEASES["26.03"].paths("notebooks") != RELEASES["26.03.1-rc.2"].paths("notebooks")
    assert RELEASES["26.03"].paths("trainer") == ("applications/trainer/overlays",)
    assert RELEASES["v1.8.0"].paths("trainer") == ()
