"""Which changes of a committed object the server refuses."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.check.immutable import FROZEN, refused_changes
from mlplat.compiler.emit.write import write_tree
from mlplat.compiler.pipeline import GENERATED, compile_platform

SKELETON = Path(__file__).parent / "skeleton"
DEV = "environments/dev/environment.yaml"
MODE = "serving.kserve.io/deploymentMode"
QUEUE = "kueue.x-k8s.io/queue-name"

REFUSED: list[tuple[str, str, dict[str, str], Any, Any, str]] = [
    ("", "Service", {}, {"spec": {}}, {"spec": {"clusterIP": "None"}}, "/spec/clusterIP"),
    ("", "Service", {}, {"spec": {"clusterIP": "10.0.0.7"}}, {"spec": {"clusterIP": "10.0.0.8"}}, "/spec/clusterIP"),
    (
        "",
        "PersistentVolumeClaim",
        {},
        {"spec": {"accessModes": ["a"]}},
        {"spec": {"accessModes": ["b"]}},
        "/spec/accessModes",
    ),
    (
        "trainer.kubeflow.org",
        "TrainJob",
        {"trainer": "2.3.0"},
        {"apiVersion": "trainer.kubeflow.org/v1alpha1", "spec": {"trainer": {"a": 1}}},
        {"apiVersion": "trainer.kubeflow.org/v1alpha1", "spec": {"trainer": {"a": 2}}},
        "/spec/trainer",
    ),
    (
        "trainer.kubeflow.org",
        "TrainJob",
        {"trainer": "2.1.0"},
        {"spec": {"podTemplateOverrides": [1]}},
        {"spec": {}},
        "/spec/podTemplateOverrides",
    ),
    (
        "trainer.kubeflow.org",
        "TrainJob",
        {"trainer": "2.3.0", "kueue": "0.19.2"},
        {"metadata": {"labels": {QUEUE: "a"}}},
        {"metadata": {}},
        "/metadata/labels/kueue.x-k8s.io~1queue-name",
    ),
    (
        "kubeflow.org",
        "Experiment",
        {},
        {"spec": {"trialTemplate": {"a": 1}}},
        {"spec": {"trialTemplate": {"a": 2}}},
        "/spec/trialTemplate",
    ),
    (
        "serving.kserve.io",
        "InferenceService",
        {},
        {"metadata": {"annotations": {MODE: "Standard"}}},
        {"metadata": {"annotations": {MODE: "Knative"}}},
        "/metadata/annotations/serving.kserve.io~1deploymentMode",
    ),
    (
        "kueue.x-k8s.io",
        "ResourceFlavor",
        {"kueue": "0.19.2"},
        {"apiVersion": "kueue.x-k8s.io/v1beta2", "spec": {"topologyName": "t", "nodeLabels": {"a": "1"}}},
        {"apiVersion": "kueue.x-k8s.io/v1beta2", "spec": {"topologyName": "t"}},
        "/spec/nodeLabels",
    ),
    ("", "ConfigMap", {}, {"immutable": True, "data": {"a": "1"}}, {"immutable": True, "data": {"a": "2"}}, "/data"),
    (
        "pipelines.kubeflow.org",
        "PipelineVersion",
        {},
        {"spec": {"pipelineSpec": 1}},
        {"spec": {"pipelineSpec": 2}},
        "/spec/pipelineSpec",
    ),
]
TAKEN: list[tuple[str, str, dict[str, str], Any, Any]] = [
    ("", "Service", {}, {"spec": {"clusterIP": "None"}}, {"spec": {}}),
    ("", "Service", {}, {"spec": {"type": "ExternalName"}}, {"spec": {"clusterIP": "None"}}),
    ("", "PersistentVolumeClaim", {}, {"spec": {}}, {"spec": {"storageClassName": "fast"}}),
    (
        "",
        "PersistentVolumeClaim",
        {},
        {"spec": {"resources": {"requests": {"storage": "1Gi"}}}},
        {"spec": {"resources": {"requests": {"storage": "1024Mi"}}}},
    ),
    (
        "trainer.kubeflow.org",
        "TrainJob",
        {"trainer": "2.1.0"},
        {"apiVersion": "trainer.kubeflow.org/v1alpha1", "spec": {"trainer": {"a": 1}}},
        {"apiVersion": "trainer.kubeflow.org/v1alpha1", "spec": {"trainer": {"a": 2}}},
    ),
    (
        "kubeflow.org",
        "Experiment",
        {},
        {"spec": {"maxTrialCount": 3}},
        {"spec": {"maxTrialCount": 9, "parallelTrialCount": 2}},
    ),
    (
        "serving.kserve.io",
        "InferenceService",
        {},
        {"metadata": {"annotations": {MODE: "RawDeployment"}}},
        {"metadata": {"annotations": {MODE: "Standard"}}},
    ),
    (
        "kueue.x-k8s.io",
        "ResourceFlavor",
        {"kueue": "0.19.2"},
        {"apiVersion": "kueue.x-k8s.io/v1beta2", "spec": {"nodeLabels": {"a": "1"}}},
        {"apiVersion": "kueue.x-k8s.io/v1beta2", "spec": {}},
    ),
    ("", "ConfigMap", {}, {"data": {"a": "1"}}, {"data": {"a": "2"}}),
    ("pipelines.kubeflow.org", "PipelineVersion", {}, {"spec": {"tags": 1}}, {"spec": {"tags": 2}}),
    (
        "apps",
        "Deployment",
        {},
        {"spec": {"replicas": 1, "selector": {"a": "b"}}},
        {"spec": {"replicas": 2, "selector": {"a": "b"}}},
    ),
]


@pytest.mark.parametrize(("group", "kind", "versions", "old", "new", "pointer"), REFUSED)
def test_refused(group: str, kind: str, versions: dict[str, str], old: Any, new: Any, pointer: str) -> None:
    found = list(refused_changes(old, new, (group, kind), _versions(versions)))
    assert [refused.pointer for refused in found] == [pointer]


@pytest.mark.parametrize(("group", "kind", "versions", "old", "new"), TAKEN)
def test_taken(group: str, kind: str, versions: dict[str, str], old: Any, new: Any) -> None:
    assert list(refused_changes(old, new, (group, kind), _versions(versions))) == []


@pytest.mark.parametrize("key", sorted(FROZEN))
def test_each_frozen_field_is_watched(key: tuple[str, str]) -> None:
    for frozen in FROZEN[key]:
        old, new = _holding(frozen.path, "before"), _holding(frozen.path, "after")
        assert [item.pointer for item in refused_changes(old, new, key, _versions({}))] == [frozen.pointer]
        assert list(refused_changes(old, old, key, _versions({}))) == []


def test_a_run_that_a_component_upgrade_would_change_asks_for_a_new_run(tmp_path: Path) -> None:
    found = _after_change(tmp_path, _upgrade_trainer)
    assert [finding.code for finding in found] == ["MLP453"]
    assert "`rerun: 1`" in str(found[0].help)


def test_a_new_run_is_no_change_of_the_old(tmp_path: Path) -> None:
    def change(root: Path) -> None:
        _upgrade_trainer(root)
        _edit(root / "environments/base/workloads.yaml", "  nodes: 2\n", "  nodes: 2\n  rerun: 1\n")

    assert _after_change(tmp_path, change) == []


def test_an_accepted_change_is_not_reported(tmp_path: Path) -> None:
    def change(root: Path) -> None:
        _upgrade_trainer(root)
        allowed = 'metadata: {name: mnist, team: vision, annotations: {mlplat.dev/allow: "MLP453: deleted by hand"}}'
        _edit(root / "environments/base/workloads.yaml", "metadata: {name: mnist, team: vision}", allowed)

    assert _after_change(tmp_path, change) == []


def _after_change(root: Path, change: Callable[[Path], None]) -> list[Any]:
    shutil.copytree(SKELETON, root, dirs_exist_ok=True)
    # Kueue cannot start a job of Trainer 2.1, which is not the question here.
    _edit(root / DEV, "spec:\n", 'spec:\n  rules: {MLP365: "off"}\n  versions: {trainer: 2.1.0}\n')
    compiled = compile_platform(root)
    assert compiled.tree is not None
    write_tree(root / GENERATED, compiled.tree)
    assert compile_platform(root).findings == ()
    change(root)
    return list(compile_platform(root).findings)


def _upgrade_trainer(root: Path) -> None:
    _edit(root / DEV, "trainer: 2.1.0", "trainer: 2.3.0")


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def _holding(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for step in reversed(path):
        value = {step: value}
    return dict(value)


def _versions(components: dict[str, str]) -> ComponentVersions:
    return ComponentVersions("26.03", "1.34", MappingProxyType(components))
