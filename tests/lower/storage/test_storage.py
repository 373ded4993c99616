"""Volumes and secrets lowered."""

from pathlib import Path

import pytest

from mlplat.catalog.versions import known_versions
from mlplat.compiler.lower.families.secret import go_duration, lower_secret
from mlplat.compiler.lower.families.volume import lower_volume
from mlplat.schema.storage import Secret, Volume
from tests.lower.build import environment
from tests.lower.golden import check_golden, empty_values, lowered, problems, questions

HERE = Path(__file__).parent
VERSIONS = known_versions("externalSecrets")


def drafts(env):
    volumes = [draft for volume in env.all(Volume) for draft in lower_volume(volume, env)]
    return [*volumes, *(draft for secret in env.all(Secret) for draft in lower_secret(secret, env))]


def bodies(env):
    return [draft.body for draft in drafts(env)]


def read(question: str) -> str:
    return (HERE / "cases" / question / "input.yaml").read_text()


@pytest.mark.parametrize("question", questions(HERE))
def test_golden(question):
    case = HERE / "cases" / question
    check_golden(case, lowered(case, "externalSecrets", VERSIONS, bodies))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("question", questions(HERE))
def test_the_schemas_take_it(question, version):
    env = environment(read(question), externalSecrets=version)
    assert bodies(env)
    assert not list(problems(env, bodies(env)))
    assert not [place for body in bodies(env) for place in empty_values(body)]


def test_claims_are_kept_and_secrets_are_not():
    assert {draft.keep for draft in drafts(environment(read("volumes")))} == {True}
    assert {draft.keep for draft in drafts(environment(read("secrets"), externalSecrets="2.9.0"))} == {False}


def test_without_kserve_no_secret_speaks_to_it():
    env = environment(read("secrets"), externalSecrets="2.9.0", kserve=None)
    assert [body for body in bodies(env) if "s3-endpoint" in str(body)] == []


def test_a_shared_secret_follows_each_teams_units():
    split = "units: [{name: keys, documents: [Secret/token]}]"
    env = environment(
        f"kind: Team\nmetadata: {{name: vision}}\nspec: {{{split}}}\n---\n"
        "kind: Team\nmetadata: {name: tabular}\nspec: {owner: {name: bob}}\n---\n"
        "kind: Secret\nmetadata: {name: token}\nspec: {sealed: {encrypted: {a: AgA}, scope: cluster-wide}}\n"
    )
    assert [draft.unit for draft in drafts(env)] == ["tabular", "vision-keys"]


@pytest.mark.parametrize(
    ("written", "printed"),
    [("1h", "1h0m0s"), ("90m", "1h30m0s"), ("90s", "1m30s"), ("0s", "0s"), ("36h5s", "36h0m5s"), ("60s", "1m0s")],
)
def test_time_spans_are_as_go_prints_them(written, printed):
    assert go_duration(written) == printed
