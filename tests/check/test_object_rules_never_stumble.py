"""Whatever people write into a manifest, the rules answer with findings and never with an exception."""

from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlplat.catalog.lookup import load_tables
from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.artifacts import KubeObject, Node
from mlplat.compiler.check.object_rules import OBJECT_RULES
from mlplat.compiler.check.rule import ObjectScope
from mlplat.compiler.check.runner import Clean, SpecVerdict, check_objects
from mlplat.diagnostics import Span
from mlplat.objects.gvk import ref_of
from tests.differential.mutate import HERE, cases

VERSIONS = ComponentVersions(
    "26.03",
    "1.34",
    MappingProxyType(
        {"trainer": "2.3.0", "trainingOperator": "1.9.4", "kserve": "0.20.0", "katib": "0.19.0", "kueue": "0.19.2"}
    ),
)
KINDS = (
    ("apps/v1", "Deployment"),
    ("batch/v1", "Job"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "PersistentVolumeClaim"),
    ("kubeflow.org/v1", "PyTorchJob"),
    ("kubeflow.org/v1", "TFJob"),
    ("kubeflow.org/v1beta1", "Experiment"),
    ("trainer.kubeflow.org/v1alpha1", "TrainJob"),
    ("serving.kserve.io/v1beta1", "InferenceService"),
    ("kueue.x-k8s.io/v1beta2", "ClusterQueue"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("example.com/v1", "Gadget"),
    ("a/b/c", "Odd"),
)
FIELDS = (
    *("template", "spec", "metadata", "labels", "annotations", "containers", "initContainers", "env", "name", "value"),
    *(
        "image",
        "selector",
        "matchLabels",
        "matchExpressions",
        "key",
        "operator",
        "values",
        "pytorchReplicaSpecs",
        "Master",
    ),
    *(
        "tfReplicaSpecs",
        "Chief",
        "replicas",
        "trainer",
        "runtimePatches",
        "predictor",
        "transformer",
        "model",
        "resources",
    ),
    *("requests", "limits", "cpu", "trialTemplate", "trialSpec", "apiVersion", "kind", "runPolicy", "names", "group"),
    *(
        "ttlSecondsAfterFinished",
        "elasticPolicy",
        "resourceGroups",
        "flavors",
        "nominalQuota",
        "command",
        "args",
        "a/b~c",
    ),
    *(
        "objective",
        "algorithm",
        "parameters",
        "feasibleSpace",
        "trialParameters",
        "maxTrialCount",
        "metricsCollectorSpec",
    ),
)
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from(
        [0.5, "", "x", "1Gi", "1024Mi", "\x85", "é", "In", "v1", "batch/v1", "Job", "${trialParameters.a}"]
    ),
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)),
    max_leaves=25,
)


@st.composite
def bodies(draw: Any) -> dict[str, Any]:
    api_version, kind = draw(st.sampled_from(KINDS))
    extra = draw(
        st.dictionaries(st.sampled_from(["spec", "data", "stringData", "type", "template", "roleRef"]), VALUES)
    )
    metadata = draw(st.dictionaries(st.sampled_from(["labels", "annotations", "namespace"]), VALUES))
    name = draw(st.sampled_from(["a", "A_b", "x" * 300, "1", "é"]))
    return {**extra, "apiVersion": api_version, "kind": kind, "metadata": {**metadata, "name": name}}


@given(st.lists(bodies(), min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_never_an_exception(found: list[dict[str, Any]]) -> None:
    objects = [_object(body) for body in found]
    scope = ObjectScope(objects, load_tables(VERSIONS), VERSIONS)
    for finding in check_objects(scope, {}, SpecVerdict(None, ()), Clean()).findings:
        assert finding.address is not None
        assert finding.pointer is not None


@pytest.mark.parametrize("rule", OBJECT_RULES, ids=lambda rule: rule.code)
@pytest.mark.parametrize(("api_version", "kind"), KINDS)
def test_an_object_with_nothing_in_it(rule: Any, api_version: str, kind: str) -> None:
    item = _object({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}})
    for found in rule.check(ObjectScope([item], load_tables(VERSIONS), VERSIONS)):
        assert found.headline
        assert not found.headline.endswith(".")


def _object(body: dict[str, Any]) -> KubeObject:
    ref = ref_of({**body, "apiVersion": "v1"}, namespaced=True)
    return KubeObject(body, ref, ref.name, "unit", node=_node(body))


def _node(value: Any) -> Node:
    span = Span("a.yaml", 1, 1, 1, 2)
    if isinstance(value, dict):
        return Node({key: _node(inner) for key, inner in value.items()}, span)
    return Node([_node(inner) for inner in value] if isinstance(value, list) else value, span)


def test_no_spoilt_object_of_the_differential_test_brings_an_exception() -> None:
    files = tuple(sorted(path.stem for path in (HERE / "seeds").glob("*.yaml")))
    tables = load_tables(VERSIONS)
    for case in cases(files, share=11):
        metadata = case.body.get("metadata")
        if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str) or not metadata["name"]:
            continue
        item = KubeObject(case.body, ref_of(case.body, "namespace" in metadata), metadata["name"], "a.yaml")
        scope = ObjectScope([item], tables, VERSIONS)
        for rule in OBJECT_RULES:
            list(rule.check(scope))
