"""Which changes of a specification make a new run, and the hashes that must never change."""

import copy
from typing import Any

import pytest
import yaml

from mlplat.catalog.versions import known_versions
from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.lower.run import run_hash
from mlplat.compiler.lower.training_plan import training_identity
from mlplat.schema.training import TrainingJob
from tests.lower.build import environment

DOCUMENTS = """
kind: Environment
metadata: {name: prod}
spec:
  services: {mlflow: {uri: "http://mlflow:5000"}}
  nodePools:
  - {name: cpu, cpu: 8, memory: 64Gi, labels: {pool: cpu}, maxNodes: 3}
  - {name: gpu, cpu: 8, memory: 64Gi, labels: {pool: gpu}, accelerators: {count: 8}}
  defaults: {imagePullSecrets: [registry], imagePullPolicy: Always, securityContext: {runAsUser: 1000}}
---
kind: Component
metadata: {name: train}
spec:
  image: train:1
  command: [torchrun, t.py]
  parameters: [{name: lr, type: float, default: 0.1}, {name: epochs, type: int, default: 3}]
---
kind: TrainingJob
metadata: {name: job, team: vision, labels: {a: b}}
spec:
  framework: pytorch
  component: train
  parameters: {epochs: 5}
  nodes: 2
  resources: {requests: {memory: 1Gi}}
  volumes: [{volume: data, mountPath: /data}]
  sharedMemory: 1Gi
  queue: gpu
  priority: low
"""
SMALLEST = "kind: TrainingJob\nmetadata: {name: job, team: vision}\n"
SMALLEST += "spec: {framework: jax, image: 'j:1', command: [python, t.py]}\n"


def hash_of(env: ResolvedEnvironment) -> str:
    (document,) = env.all(TrainingJob)
    return run_hash(training_identity(document, env))


def edited(kind: str, path: str, value: Any, **versions: str | None) -> str:
    """The hash after one edit; None takes the field away."""
    documents = copy.deepcopy(list(yaml.safe_load_all(DOCUMENTS)))
    target = next(document for document in documents if document["kind"] == kind)
    *parents, last = path.split(".")
    for step in parents:
        target = target[int(step)] if step.isdigit() else target.setdefault(step, {})
    if value is None:
        del target[last]
    else:
        target[last] = value
    return hash_of(environment(yaml.safe_dump_all(documents), **versions))


UNEDITED = hash_of(environment(DOCUMENTS))


def test_hashes_are_pinned():
    """A change here trains every job of every user again."""
    assert UNEDITED == "9fa6dcd0"
    assert hash_of(environment(SMALLEST)) == "39f95166"


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("TrainingJob", "metadata.labels", {"a": "c"}),
        ("TrainingJob", "metadata.annotations", {"note": "x"}),
        ("TrainingJob", "spec.queue", "other"),
        ("TrainingJob", "spec.queue", None),
        ("TrainingJob", "spec.priority", "high"),
        ("TrainingJob", "spec.retries", 4),
        ("TrainingJob", "spec.cleanPods", "All"),
        ("TrainingJob", "spec.onChange", "replace"),
        ("TrainingJob", "spec.rerun", 0),
        ("TrainingJob", "spec.sharedMemory", "1024Mi"),
        ("TrainingJob", "spec.resources.requests.memory", "1024Mi"),
        ("TrainingJob", "spec.parameters", {"epochs": "5", "lr": 0.1}),
        ("TrainingJob", "spec.placement", {}),
        ("TrainingJob", "spec.accelerators", {"count": 0}),
        ("Environment", "spec.defaults.imagePullPolicy", "Never"),
        ("Environment", "spec.nodePools.0.maxNodes", 90),
        ("Environment", "spec.nodePools.0.memory", "1Ti"),
        ("Component", "spec.metrics", ["accuracy"]),
        ("Component", "spec.parameters.0.min", 0),
    ],
)
def test_the_same_run(kind, path, value):
    assert edited(kind, path, value) == UNEDITED


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("TrainingJob", "spec.framework", "jax"),
        ("TrainingJob", "spec.parameters.epochs", 6),
        ("TrainingJob", "spec.image", "train:2"),
        ("TrainingJob", "spec.args", ["-v"]),
        ("TrainingJob", "spec.env", [{"name": "A", "value": "b"}]),
        ("TrainingJob", "spec.nodes", 3),
        ("TrainingJob", "spec.processesPerNode", 2),
        ("TrainingJob", "spec.accelerators", {"count": 1}),
        ("TrainingJob", "spec.resources.requests.memory", "2Gi"),
        ("TrainingJob", "spec.volumes.0.mountPath", "/elsewhere"),
        ("TrainingJob", "spec.volumes.0.readOnly", True),
        ("TrainingJob", "spec.sharedMemory", "2Gi"),
        ("TrainingJob", "spec.dataset", {"uri": "s3://a/b"}),
        ("TrainingJob", "spec.model", {"uri": "s3://a/b"}),
        ("TrainingJob", "spec.strategy", "fsdp"),
        ("TrainingJob", "spec.runtime", "ours"),
        ("TrainingJob", "spec.elastic", {"minNodes": 1, "maxNodes": 2}),
        ("TrainingJob", "spec.activeDeadlineSeconds", 60),
        ("TrainingJob", "spec.placement", {"nodePool": "cpu"}),
        ("TrainingJob", "spec.placement", {"nodeLabels": {"zone": "a"}}),
        ("TrainingJob", "spec.checkpoint", {"path": "/data/c"}),
        ("TrainingJob", "spec.checkpoint", {"path": "/data/c", "shared": True}),
        ("TrainingJob", "spec.rerun", 1),
        ("TrainingJob", "spec.patches", [{"target": "TrainJob", "merge": {"spec": {"suspend": True}}}]),
        ("Component", "spec.image", "train:2"),
        ("Component", "spec.command", ["python", "t.py"]),
        ("Component", "spec.parameters.0.default", 0.2),
        ("Environment", "spec.services.mlflow.uri", "http://other:5000"),
        ("Environment", "spec.defaults.imagePullSecrets", ["other"]),
        ("Environment", "spec.defaults.securityContext", {"runAsUser": 7}),
        ("Environment", "spec.defaults.nodePool", "cpu"),
    ],
)
def test_another_run(kind, path, value):
    assert edited(kind, path, value) != UNEDITED


def test_every_field_of_the_specification_is_decided():
    """A new field must be put into the identity, or into the list of those that do not matter."""
    edits = test_the_same_run.pytestmark[0].args[1] + test_another_run.pytestmark[0].args[1]
    known = {path.split(".")[1] for kind, path, _ in edits if kind == "TrainingJob" and path.startswith("spec.")}
    fields = {
        field.alias for field in type(environment(SMALLEST).all(TrainingJob)[0].document.spec).model_fields.values()
    }
    assert fields - known == {"component", "command"}


@pytest.mark.parametrize("version", known_versions("trainer"))
def test_another_trainer_is_no_reason_to_train_again(version):
    assert edited("TrainingJob", "spec.nodes", 2, trainer=version) == UNEDITED


@pytest.mark.parametrize("version", known_versions("trainingOperator"))
def test_nor_is_another_api(version):
    same = edited("TrainingJob", "spec.nodes", 2, trainer=None, trainingOperator=version)
    assert same == UNEDITED
