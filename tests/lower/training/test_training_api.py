"""Which API runs a job, what it reserves, and what it cannot do."""

import pytest

from mlplat.compiler.effective.training_api import reserved_env, training_api, v1_kind
from mlplat.compiler.effects.training import TRAINING_NO_EFFECT
from mlplat.compiler.lower.training_template import training_template
from mlplat.schema.environment import Environment
from mlplat.schema.training import TrainingJob
from tests.lower.build import environment

BOTH = {"trainer": "2.3.0", "trainingOperator": "1.9.2"}
OLD_BOTH = {"trainer": "2.1.0", "trainingOperator": "1.9.2"}
V1 = {"trainer": None, "trainingOperator": "1.9.2"}
OLD_V1 = {"trainer": None, "trainingOperator": "1.8.1"}
TRAINER = {"trainer": "2.3.0", "trainingOperator": None}
NONE = {"trainer": None, "trainingOperator": None}


def job(fields: str, **versions: str | None):
    text = (
        "kind: TrainingJob\nmetadata: {name: job, team: vision}\nspec: {image: 't:1', command: [t], " + fields + "}\n"
    )
    env = environment(text, **versions)
    return env.all(TrainingJob)[0], env


@pytest.mark.parametrize(
    ("fields", "versions", "api"),
    [
        ("framework: pytorch", BOTH, "trainjob"),
        ("framework: pytorch", V1, "v1"),
        ("framework: pytorch", NONE, None),
        ("framework: jax", BOTH, "trainjob"),
        ("framework: jax", OLD_BOTH, "v1"),
        ("framework: jax", OLD_V1, None),
        ("framework: xgboost", BOTH, "trainjob"),
        ("framework: xgboost", OLD_BOTH, "v1"),
        ("framework: tensorflow", BOTH, "v1"),
        ("framework: tensorflow", TRAINER, None),
        ("framework: tensorflow, runtime: ours", TRAINER, "trainjob"),
        ("framework: mpi", BOTH, "v1"),
        ("framework: paddle", TRAINER, None),
        ("framework: pytorch, strategy: horovod", BOTH, "v1"),
        ("framework: pytorch, strategy: horovod", TRAINER, None),
        ("framework: pytorch, strategy: deepspeed", TRAINER, "trainjob"),
        ("framework: pytorch, runtime: ours", V1, "v1"),
    ],
)
def test_which_api(fields, versions, api):
    document, env = job(fields, **versions)
    assert training_api(document, env) == api


def test_horovod_is_started_by_mpirun():
    document, _ = job("framework: tensorflow, strategy: horovod", **V1)
    assert v1_kind(document.document.spec).kind == "MPIJob"


@pytest.mark.parametrize(
    ("fields", "versions", "name"),
    [
        ("framework: pytorch", BOTH, "PET_NNODES"),
        ("framework: pytorch", V1, "WORLD_SIZE"),
        ("framework: pytorch, strategy: deepspeed", BOTH, "OMPI_MCA_orte_default_hostfile"),
        ("framework: xgboost", BOTH, "DMLC_TASK_ID"),
        ("framework: xgboost", V1, "RANK"),
        ("framework: tensorflow", V1, "TF_CONFIG"),
        ("framework: jax", BOTH, "JAX_PROCESS_ID"),
        ("framework: jax", V1, "PROCESS_ID"),
    ],
)
def test_what_the_controller_sets_is_reserved(fields, versions, name):
    document, env = job(fields, **versions)
    reserved = reserved_env(document, env)
    assert name in reserved
    assert list(reserved) == sorted(set(reserved))


def without_effect(fields: str, **versions: str | None) -> set[str]:
    document, env = job(fields, **versions)
    written = document.node.plain()["spec"]
    rows = [row for row in TRAINING_NO_EFFECT if row.kind == "TrainingJob" and row.path[1] in written]
    return {str(row.path[1]) for row in rows if row.applies(env, document)}


ALL = "retries: 1, cleanPods: All, activeDeadlineSeconds: 5, elastic: {minNodes: 1, maxNodes: 2}, processesPerNode: 2"


@pytest.mark.parametrize(
    ("fields", "versions", "fields_without_effect"),
    [
        (f"framework: pytorch, {ALL}", BOTH, {"retries", "cleanPods", "elastic"}),
        (f"framework: pytorch, {ALL}", OLD_BOTH, {"retries", "cleanPods", "elastic", "activeDeadlineSeconds"}),
        (f"framework: pytorch, {ALL}", V1, set()),
        (f"framework: jax, {ALL}", BOTH, {"retries", "cleanPods", "elastic", "processesPerNode"}),
        (f"framework: jax, {ALL}", V1, {"elastic", "processesPerNode"}),
        (f"framework: paddle, {ALL}", V1, {"processesPerNode"}),
        (f"framework: mpi, {ALL}", V1, {"elastic"}),
        ("framework: pytorch, processesPerNode: auto", BOTH, set()),
        ("framework: pytorch, processesPerNode: gpu", BOTH, {"processesPerNode"}),
        ("framework: pytorch, processesPerNode: gpu, accelerators: {count: 2}", BOTH, set()),
        ("framework: pytorch, runtime: ours", V1, {"runtime"}),
        ("framework: pytorch, runtime: ours", BOTH, set()),
        ("framework: pytorch, dataset: {uri: 's3://a/b'}", V1, {"dataset"}),
        ("framework: pytorch, dataset: {uri: 's3://a/b'}", BOTH, {"dataset"}),
        ("framework: pytorch, runtime: ours, dataset: {uri: 's3://a/b'}", BOTH, set()),
        (
            "framework: pytorch, model: {uri: 's3://a/b'}, volumes: [{volume: v, mountPath: /workspace}]",
            BOTH,
            set(),
        ),
        (
            "framework: jax, model: {uri: 's3://a/b'}, volumes: [{volume: v, mountPath: /workspace, readOnly: true}]",
            BOTH,
            {"model"},
        ),
        ("framework: pytorch, strategy: deepspeed, nodes: 2", BOTH, {"image"}),
        ("framework: pytorch, strategy: deepspeed, nodes: 1", BOTH, set()),
    ],
)
def test_what_has_no_effect(fields, versions, fields_without_effect):
    assert without_effect(fields, **versions) == fields_without_effect


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        (BOTH, {"imagePullPolicy"}),
        (OLD_BOTH, {"imagePullPolicy", "securityContext"}),
        (V1, set()),
    ],
)
def test_what_of_the_environment_has_no_effect(versions, expected):
    _, env = job("framework: pytorch", **versions)
    rows = [row for row in TRAINING_NO_EFFECT if row.kind == Environment.kind_name]
    assert {row.path[-1] for row in rows if row.applies(env, env.environment)} == expected


TUNED = """
kind: Component
metadata: {name: train}
spec:
  image: train:1
  command: [torchrun, t.py]
  parameters: [{name: lr, type: float, default: 0.1}, {name: epochs, type: int, default: 3}]
---
kind: TrainingJob
metadata: {name: job, team: vision}
spec: {framework: pytorch, component: train, parameters: {lr: 0.5}, args: [--last], nodes: 2, queue: gpu}
"""


@pytest.mark.parametrize("versions", [TRAINER, V1])
def test_a_trial_has_placeholders_and_neither_name_nor_namespace(versions):
    env = environment(TUNED, **versions)
    (document,) = env.all(TrainingJob)
    body = training_template(document, env, ("--lr=${trialParameters.lr}",), frozenset({"lr"}))
    assert body["metadata"] == {"labels": {"kueue.x-k8s.io/queue-name": "gpu"}}
    spec = body["spec"]
    holders = [spec["trainer"]] if "trainer" in spec else []
    for role in spec.get("pytorchReplicaSpecs", {}).values():
        holders.append(role["template"]["spec"]["containers"][0])
    assert holders
    assert all(
        holder["args"] == ["--epochs=3", "--lr=${trialParameters.lr}", "--last"] and holder["command"]
        for holder in holders
    )
