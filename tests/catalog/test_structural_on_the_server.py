"""What the check says and what a real API server does with the same objects."""

import copy
from pathlib import Path
from typing import Any

import pytest

from mlplat.catalog.lookup import load_tables
from mlplat.catalog.structural import Problem, check_structure
from mlplat.catalog.versions import ComponentVersions
from tests.catalog.samples import CORE, POD_TEMPLATE, mutations
from tests.envtest import ControlPlane, crd_files

# The newest Kubernetes that is held is the one that control planes for tests run.
VERSIONS = ComponentVersions("26.03", "1.37", {"kueue": "0.19.2", "trainer": "2.3.0", "trainingOperator": "1.9.4"})
KINDS = (
    "ConfigMap",
    "Service",
    "ResourceQuota",
    "Deployment",
    "Role",
    "HorizontalPodAutoscaler",
    "PersistentVolumeClaim",
)
CUSTOM: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "kueue.x-k8s.io/clusterqueues",
        {
            "apiVersion": "kueue.x-k8s.io/v1beta2",
            "kind": "ClusterQueue",
            "metadata": {"name": "a", "labels": {"team": "x"}},
            "spec": {
                "cohortName": "all",
                "namespaceSelector": {"matchLabels": {"team": "x"}},
                "preemption": {"withinClusterQueue": "LowerPriority"},
                "resourceGroups": [
                    {
                        "coveredResources": ["cpu"],
                        "flavors": [{"name": "f", "resources": [{"name": "cpu", "nominalQuota": "8"}]}],
                    }
                ],
            },
        },
    ),
    (
        "trainer.kubeflow.org/trainjobs",
        {
            "apiVersion": "trainer.kubeflow.org/v1alpha1",
            "kind": "TrainJob",
            "metadata": {"name": "a"},
            "spec": {
                "runtimeRef": {"name": "torch-distributed"},
                "trainer": {
                    "image": "a:1",
                    "numNodes": 2,
                    "command": ["python"],
                    "env": [{"name": "A", "value": "b"}],
                    "resourcesPerNode": {"limits": {"cpu": "1", "nvidia.com/gpu": 1}},
                },
            },
        },
    ),
    (
        "kubeflow.org/pytorchjobs",
        {
            "apiVersion": "kubeflow.org/v1",
            "kind": "PyTorchJob",
            "metadata": {"name": "a"},
            "spec": {
                "runPolicy": {"cleanPodPolicy": "Running"},
                "pytorchReplicaSpecs": {
                    "Master": {"replicas": 1, "restartPolicy": "OnFailure", "template": POD_TEMPLATE}
                },
            },
        },
    ),
)

# What core kinds check in code and no schema says: values, names, references.
_BY_CODE = (
    "Invalid value",
    "Required value",
    "Unsupported value",
    "Forbidden",
    "Not found",
    "Duplicate value",
    "Too long",
)


@pytest.mark.cluster
@pytest.mark.parametrize("kind", KINDS)
def test_core_objects(control_plane: ControlPlane, kind: str) -> None:
    body = copy.deepcopy(next(sample for sample in CORE if sample["kind"] == kind))
    body["metadata"]["namespace"] = control_plane.namespace(f"structure-{kind.lower()}")
    table = load_tables(VERSIONS).lookup(body["apiVersion"], kind)
    assert table is not None
    assert control_plane.create(body, dry_run=True).ok
    refused = 0
    for place, done, mutant in mutations(body, most=12):
        if place[0] == "metadata":  # the path of the request is made of it
            continue
        if done == "set to None" and isinstance(place[-1], int):  # Go reads it as an empty item; we call it a mistake
            continue
        answer = control_plane.create(mutant, dry_run=True)
        problems = check_structure(mutant, table)
        refused += bool(problems)
        if problems:
            assert not answer.ok, f"{place} {done}: only we refuse: {problems}"
        else:
            assert answer.ok or any(words in answer.message for words in _BY_CODE), f"{place} {done}: {answer.message}"
    assert refused


@pytest.mark.cluster
@pytest.mark.parametrize(("crd", "body"), CUSTOM, ids=lambda value: value["kind"] if isinstance(value, dict) else "")
def test_custom_objects(control_plane: ControlPlane, crds: Path, crd: str, body: dict[str, Any]) -> None:
    """Custom resources are judged by their schema alone, so both must agree in every single case, CEL rules aside."""
    control_plane.install_crds(crd_files(crds, [crd]))
    table = load_tables(VERSIONS).lookup(body["apiVersion"], body["kind"])
    assert table is not None
    body = copy.deepcopy(body)
    if table.namespaced:
        body["metadata"]["namespace"] = control_plane.namespace("structure-custom")
    first = control_plane.create(body, dry_run=True)
    assert first.ok, first.message
    refused = 0
    for place, done, mutant in mutations(body, most=12):
        if place[0] == "metadata" and len(place) < 3:
            continue
        answer = control_plane.create(mutant, dry_run=True)
        problems = check_structure(mutant, table)
        refused += bool(problems)
        if problems:
            ours = {problem.kind for problem in problems}
            assert not answer.ok or ours <= {Problem.RANGE}, f"{place} {done}: only we refuse: {problems}"
        else:
            by_rule = "Invalid value" in answer.message and "must be of type" not in answer.message
            assert answer.ok or by_rule, f"{place} {done}: {answer.message}"
    assert refused
