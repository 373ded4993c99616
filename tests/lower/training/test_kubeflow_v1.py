"""TrainingJob lowered to jobs of the Training Operator, for every version that is known."""

from pathlib import Path

import pytest

from mlplat.catalog.versions import known_versions
from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.effective.training_api import training_api
from mlplat.compiler.lower.families.training import lower_training_job
from mlplat.schema.training import TrainingJob
from tests.lower.build import environment
from tests.lower.golden import check_golden, empty_values, lowered, problems, questions

HERE = Path(__file__).parent / "kubeflow_v1"
VERSIONS = known_versions("trainingOperator")
NEWEST = VERSIONS[-1]


def bodies(env: ResolvedEnvironment):
    return [
        draft.body
        for document in env.all(TrainingJob)
        if training_api(document, env) is not None
        for draft in lower_training_job(document, env)
    ]


def case(question: str, version: str) -> ResolvedEnvironment:
    return environment((HERE / "cases" / question / "input.yaml").read_text(), trainingOperator=version)


@pytest.mark.parametrize("question", questions(HERE))
def test_golden(question):
    folder = HERE / "cases" / question
    check_golden(folder, lowered(folder, "trainingOperator", VERSIONS, bodies))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("question", questions(HERE))
def test_the_schema_of_each_version_takes_it(question, version):
    env = case(question, version)
    assert bodies(env)
    assert not list(problems(env, bodies(env)))
    assert not [place for body in bodies(env) for place in empty_values(body)]


@pytest.mark.parametrize("framework", ["pytorch", "tensorflow", "xgboost", "jax", "paddle", "mpi"])
@pytest.mark.parametrize("nodes", [1, 2, 5])
@pytest.mark.parametrize("elastic", ["", ", elastic: {minNodes: 1, maxNodes: 9}"])
def test_nodes_are_the_pods_that_compute(framework, nodes, elastic):
    text = f"kind: TrainingJob\nmetadata: {{name: a, team: vision}}\nspec: {{framework: {framework}, image: t:1, "
    text += f"command: [t], nodes: {nodes}{elastic}}}\n"
    (body,) = bodies(environment(text, trainer=None, trainingOperator=NEWEST))
    (roles,) = (value for field, value in body["spec"].items() if field.endswith("ReplicaSpecs"))
    assert sum(role["replicas"] for name, role in roles.items() if name != "Launcher") == nodes
    assert all(role["replicas"] for role in roles.values())


def test_no_pod_gets_a_sidecar():
    for question in questions(HERE):
        for body in bodies(case(question, NEWEST)):
            (roles,) = (value for field, value in body["spec"].items() if field.endswith("ReplicaSpecs"))
            for role in roles.values():
                assert role["template"]["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"


def test_only_the_launcher_of_mpi_runs_the_program_and_only_workers_hold_accelerators():
    job = next(b for b in bodies(case("how_are_nodes_shared_out", NEWEST)) if b["kind"] == "MPIJob")
    roles = job["spec"]["mpiReplicaSpecs"]
    launcher, worker = (roles[name]["template"]["spec"]["containers"][0] for name in ("Launcher", "Worker"))
    assert launcher["command"][0] == "mpirun"
    assert "command" not in worker
    assert "nvidia.com/gpu" not in launcher["resources"]["requests"]
    assert worker["resources"]["limits"] == {"nvidia.com/gpu": "4"}
    assert job["spec"]["slotsPerWorker"] == 4
