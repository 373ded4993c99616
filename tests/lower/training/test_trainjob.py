"""TrainingJob lowered to TrainJobs for every Trainer version that is known."""

from pathlib import Path

import pytest

from mlplat.catalog.versions import known_versions
from mlplat.compiler.artifacts import Draft, ResolvedEnvironment
from mlplat.compiler.effective.training_api import training_api
from mlplat.compiler.lower.families.training import lower_training_job
from mlplat.schema.training import TrainingJob
from tests.lower.build import environment
from tests.lower.golden import check_golden, empty_values, lowered, problems, questions

HERE = Path(__file__).parent / "trainjob"
VERSIONS = known_versions("trainer")
OLD, NEW = "2.1.0", "2.3.0"


def drafts(env: ResolvedEnvironment) -> list[Draft]:
    """Drafts of the jobs that something runs; the check pass refuses the others."""
    return [
        draft
        for document in env.all(TrainingJob)
        if training_api(document, env) is not None
        for draft in lower_training_job(document, env)
    ]


def bodies(env: ResolvedEnvironment):
    return [draft.body for draft in drafts(env)]


def case(question: str, version: str) -> ResolvedEnvironment:
    return environment((HERE / "cases" / question / "input.yaml").read_text(), trainer=version)


@pytest.mark.parametrize("question", questions(HERE))
def test_golden(question):
    folder = HERE / "cases" / question
    check_golden(folder, lowered(folder, "trainer", VERSIONS, bodies))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("question", questions(HERE))
def test_the_schema_of_each_version_takes_it(question, version):
    env = case(question, version)
    assert not list(problems(env, bodies(env)))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("question", questions(HERE))
def test_nothing_empty_but_the_policy_of_a_runtime(question, version):
    for body in bodies(case(question, version)):
        assert [place for place in empty_values(body) if not place.startswith("/spec/mlPolicy/")] == []


def test_a_runtime_of_its_own_comes_before_the_job_and_is_no_run():
    env = case("who_fetches_the_data", NEW)
    made = {(draft.body["kind"], draft.body["metadata"]["name"]): draft for draft in drafts(env)}
    runtime, job = made[("TrainingRuntime", "both")], made[("TrainJob", "both")]
    assert runtime.wave < job.wave == 0
    assert runtime.run is None
    assert job.run is not None
    assert job.body["spec"]["runtimeRef"] == {"kind": "TrainingRuntime", "name": "both"}
    assert {draft.unit for draft in made.values()} == {"vision-training"}


def test_a_runtime_outlives_the_runs_that_are_kept_and_no_others():
    env = case("who_fetches_the_data", NEW)
    kept, replaced = (b for b in bodies(env) if b["kind"] == "TrainingRuntime")
    assert kept["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] == "Prune=false"
    assert "annotations" not in replaced["metadata"]


def test_a_volume_mounted_twice_has_two_names_and_never_that_of_another():
    text = """
kind: TrainingJob
metadata: {name: a, team: vision}
spec:
  framework: pytorch
  image: t:1
  command: [t]
  volumes:
  - {volume: data, mountPath: /a}
  - {volume: data, mountPath: /b}
  - {volume: data, mountPath: /c}
  - {volume: data-2, mountPath: /d}
"""
    (body,) = bodies(environment(text, trainer=OLD))
    pod = body["spec"]["podTemplateOverrides"][0]["spec"]
    claims = {volume["name"]: volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"]}
    mounts = [(claims[mount["name"]], mount["mountPath"]) for mount in pod["containers"][0]["volumeMounts"]]
    assert mounts == [("data", "/a"), ("data", "/b"), ("data", "/c"), ("data-2", "/d")]
    assert len(claims) == 4


@pytest.mark.parametrize("version", [v for v in VERSIONS if v != OLD])
def test_the_same_trainer_whatever_the_version(version):
    """`spec.trainer` can never be changed on an object that exists."""
    for question in questions(HERE):
        old = {b["metadata"]["name"]: b["spec"].get("trainer") for b in bodies(case(question, OLD))}
        new = {b["metadata"]["name"]: b["spec"].get("trainer") for b in bodies(case(question, version))}
        assert {name: new[name] for name in old if name != "auto-on-own-runtime"} == {
            name: trainer for name, trainer in old.items() if name != "auto-on-own-runtime"
        }
