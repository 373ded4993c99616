"""Teams lowered: namespace, Profile, quota, limits, members, and the addresses of the services."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlplat.catalog.versions import known_versions
from mlplat.compiler.artifacts import Draft, ResolvedEnvironment
from mlplat.compiler.lower.families.access import binding_names, lower_access
from mlplat.compiler.lower.families.endpoints import lower_endpoints
from mlplat.compiler.lower.families.team import lower_team, namespace_labels
from mlplat.schema.team import Member, Team
from tests.lower.build import environment
from tests.lower.golden import check_golden, empty_values, lowered, problems, questions

HERE = Path(__file__).parent
VERSIONS = known_versions("profiles")
WITH_ISTIO = "kind: Environment\nmetadata: {name: prod}\nspec: {versions: {istio: 1.30.3}}\n"


def drafts(env: ResolvedEnvironment) -> list[Draft]:
    teams = [draft for team in env.all(Team) for draft in lower_team(team, env)]
    return [*teams, *lower_access(env), *lower_endpoints(env)]


def bodies(env: ResolvedEnvironment):
    return [draft.body for draft in drafts(env)]


def read(question: str) -> str:
    return (HERE / "cases" / question / "input.yaml").read_text()


def by_kind(env: ResolvedEnvironment):
    return {draft.body["kind"]: draft for draft in drafts(env)}


@pytest.mark.parametrize("question", questions(HERE))
def test_golden(question):
    case = HERE / "cases" / question
    check_golden(case, lowered(case, "profiles", VERSIONS, bodies))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("question", questions(HERE))
def test_the_schemas_take_it(question, version):
    env = environment(read(question), profiles=version)
    assert bodies(env)
    assert not list(problems(env, bodies(env)))
    assert not [place for body in bodies(env) for place in empty_values(body)]


def test_only_what_must_not_be_lost_is_kept_and_only_the_namespace_comes_first():
    found = by_kind(environment(read("everything")))
    assert {kind for kind, draft in found.items() if draft.keep} == {"Namespace", "Profile"}
    assert {kind for kind, draft in found.items() if draft.wave} == {"Namespace"}
    assert found["Namespace"].wave == -1
    assert {draft.unit for draft in found.values()} == {"vision"}


def test_labels_follow_the_components():
    env = environment("", profiles=None, katib=None, istio=None, kserve=None, pipelines=None)
    assert namespace_labels(env, "restricted") == {"pod-security.kubernetes.io/enforce": "restricted"}
    assert "istio-injection" not in namespace_labels(environment("", istio=None), "baseline")
    assert "istio-injection" not in namespace_labels(environment("", profiles=None), "baseline")


def test_without_profiles_the_owner_gets_a_binding_and_nobody_a_way_through_istio():
    env = environment(WITH_ISTIO, profiles=None)
    assert [(body["kind"], body["metadata"]["name"]) for body in bodies(env)] == [
        ("Namespace", "vision"),
        ("RoleBinding", "user-ada-example-com-clusterrole-admin"),
    ]
    assert "annotations" not in bodies(env)[0]["metadata"]


def test_without_profiles_the_addresses_are_a_config_map_without_credentials():
    found = by_kind(environment(read("services_for_all"), profiles=None))
    assert "PodDefault" not in found
    assert found["ConfigMap"].body["data"] == {
        "AWS_ENDPOINT_URL": "https://s3.example.com",
        "AWS_REGION": "eu-central-1",
        "MLFLOW_TRACKING_URI": "http://mlflow.mlflow.svc:5000",
    }


@pytest.mark.parametrize("version", [version for version in known_versions("istio") if version != "1.30.3"])
def test_no_policy_is_emitted_for_an_istio_whose_schema_is_not_held(version):
    assert "AuthorizationPolicy" in by_kind(environment(read("everything"), istio="1.30.3"))
    assert "AuthorizationPolicy" not in by_kind(environment(read("everything"), istio=version))


MEMBERS = st.lists(
    st.builds(
        Member,
        name=st.from_regex(r"[^*\s]{1,253}", fullmatch=True),
        kind=st.sampled_from(["User", "Group"]),
        role=st.sampled_from(["admin", "edit", "view"]),
    ),
    max_size=6,
    unique_by=lambda member: member.name,
)


@given(MEMBERS)
def test_names_of_bindings_are_unique_and_names(members):
    names = binding_names(members)
    assert len(set(names)) == len(names) == len(members)
    for name, member in zip(names, members, strict=True):
        assert 0 < len(name) <= 253
        assert "/" not in name
        assert name.isascii()
        assert binding_names([member])[0].startswith(member.kind.lower())
