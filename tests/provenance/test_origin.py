"""What decided a leaf of the example platform, leaf by leaf, where a person can check it."""

import pytest

from mlplat.compiler.artifacts import KubeObject
from mlplat.provenance.changes import leaves
from mlplat.provenance.origin import Provenance
from mlplat.provenance.positions import Role
from tests.proof.platforms import ROOT, compiled

COMPILED = compiled(ROOT)
PROVENANCE = Provenance(COMPILED.environments)

SERVICE, JOB = "InferenceService/ml-model-service", "TrainJob/mnist-ddp"
DECIDED = [
    ("prod", SERVICE, "/spec/predictor/maxReplicas", "prod/tabular/ml-model-service.yaml", "maxReplicas: 10"),
    ("dev", SERVICE, "/spec/predictor/model/storageUri", "base/tabular/ml-model-service.yaml", "storageUri"),
    ("prod", SERVICE, "/spec/transformer/containers/0/image", "components/model-transformer/component.yaml", "image:"),
    ("prod", SERVICE, "/metadata/labels/example.com~1cost-center", "platform.yaml", "cost-center: ml"),
    ("prod", SERVICE, "/metadata/labels/mlplat.dev~1environment", "prod/environment.yaml", "name: prod"),
    ("prod", SERVICE, "/apiVersion", "base/tabular/ml-model-service.yaml", "kind: ModelService"),
    ("prod", JOB, "/spec/trainer/args/3", "prod/vision/mnist-ddp.yaml", "epochs: 30"),
    ("prod", JOB, "/spec/trainer/args/0", "components/mnist-ddp/component.yaml", "default: /data"),
    ("prod", JOB, "/metadata/name", "base/vision/mnist-ddp.yaml", "name: mnist-ddp"),
    ("prod", "ResourceFlavor/gpu", "/metadata/name", "prod/queues.yaml", "name: gpu"),
    ("prod", "PersistentVolumeClaim/models", "/spec/resources/requests/storage", "prod/vision/volumes.yaml", "size:"),
]  # fmt: skip


def object_of(environment: str, name: str) -> KubeObject:
    (found,) = (
        item for item in COMPILED.objects[environment].objects if f"{item.ref.kind}/{item.logical_name}" == name
    )
    return found


@pytest.mark.parametrize(("environment", "name", "pointer", "file", "line"), DECIDED, ids=lambda value: str(value))
def test_the_line_that_decides(environment: str, name: str, pointer: str, file: str, line: str) -> None:
    origin = PROVENANCE.origin(environment, object_of(environment, name), pointer)
    assert origin is not None
    text = COMPILED.source.sources[origin.span.file].splitlines()[origin.span.line - 1]
    assert origin.span.file.removeprefix("environments/") == file, (origin.span, text)
    assert line in text


def test_what_overrides_names_the_layers_below() -> None:
    origin = PROVENANCE.origin("prod", object_of("prod", SERVICE), "/spec/predictor/maxReplicas")
    assert origin is not None
    assert origin.decided_by.layers == ("prod", "base")
    assert [span.file for span in origin.decided_by.over] == ["environments/base/tabular/ml-model-service.yaml"]
    assert origin.made_by == "mlplat.compiler.lower.families.serving._step"


def test_what_nobody_gave_is_a_default() -> None:
    origin = PROVENANCE.origin("prod", object_of("prod", JOB), "/metadata/annotations/argocd.argoproj.io~1sync-options")
    assert origin is not None
    assert (origin.decided_by.role, origin.decided_by.field) == (Role.DEFAULT, "spec.onChange")


def test_what_identifies_a_run_is_named_with_its_name() -> None:
    origin = PROVENANCE.origin("prod", object_of("prod", JOB), "/metadata/name")
    assert origin is not None
    assert {"spec.nodes", "spec.parameters.epochs"} <= {one.field for one in origin.also}


def test_no_leaf_no_origin() -> None:
    assert PROVENANCE.origin("prod", object_of("prod", SERVICE), "/spec/predictor/minReplica") is None


def test_every_leaf_of_every_object_has_an_origin() -> None:
    for item in COMPILED.objects["prod"].objects:
        origins = PROVENANCE.origins("prod", item)
        assert origins.keys() == {pointer for pointer, _ in leaves(item.body)}
        for origin in origins.values():
            assert origin.span.file in COMPILED.source.sources
            assert 1 <= origin.span.line <= len(COMPILED.source.sources[origin.span.file].splitlines())


def test_a_manifest_is_decided_by_itself_whether_or_not_all_objects_are_known() -> None:
    result = compiled(ROOT / "tests/golden/where-do-hand-written-manifests-go/input")
    (item,) = (one for one in result.objects["dev"].objects if one.ref.kind == "ConfigMap" and one.node is not None)
    for provenance in (Provenance(result.environments), Provenance(result.environments, result.objects)):
        origin = provenance.origin("dev", item, "/data/mode")
        assert origin is not None
        assert str(origin.span) == "environments/dev/manifests/settings.yaml:7:9"
        stamped = provenance.origin("dev", item, "/metadata/labels/mlplat.dev~1environment")
        assert stamped is not None
        assert stamped.span.file == "environments/dev/environment.yaml"
