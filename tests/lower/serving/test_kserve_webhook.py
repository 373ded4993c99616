"""The golden cases before the real webhooks of KServe: taken, and every field stored as it was written."""

from pathlib import Path

import pytest

from mlplat.compiler.lower.families.serving import lower_model_service
from mlplat.schema.serving import ModelService
from tests.lower import live_cluster
from tests.lower.build import environment
from tests.lower.golden import questions

HERE = Path(__file__).parent
pytestmark = live_cluster.MARKS


@pytest.fixture(scope="module")
def version() -> str:
    """The KServe version of the cluster, as far as its CRD tells: `canary` came with 0.20."""
    crd = live_cluster.require("inferenceservices.serving.kserve.io")
    (served,) = crd["spec"]["versions"]
    return "0.20.0" if "canary" in served["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"] else "0.16.0"


@pytest.mark.parametrize("question", questions(HERE))
def test_stored_as_written(question, version):
    env = environment((HERE / "cases" / question / "input.yaml").read_text(), kserve=version)
    for document in env.all(ModelService):
        for draft in lower_model_service(document, env):
            live_cluster.namespace(draft.body["metadata"]["namespace"])
            stored = live_cluster.dry_run(draft.body)
            assert list(live_cluster.changed(draft.body, stored)) == []
            assert not list(_resources_added(draft.body, stored))


def _resources_added(wanted, stored):
    """Custom containers into which KServe wrote CPU or memory of its own."""
    for part in ("predictor", "transformer", "explainer"):
        ours, theirs = wanted.get("spec", {}).get(part, {}), stored.get("spec", {}).get(part, {})
        pairs = list(zip(ours.get("containers", []), theirs.get("containers", []), strict=True))
        pairs += [(ours["art"], theirs["art"])] if "art" in ours else []
        for left, right in pairs:
            if left["resources"] != right["resources"]:
                yield part, left["resources"], right["resources"]


def test_the_server_takes_the_mode_of_its_version(version):
    text = "kind: ModelService\nmetadata: {name: a, team: vision}\n"
    text += (
        "spec: {predictor: {autoscaling: {metric: cpu, target: 50}, model: {format: onnx, storageUri: 's3://m/a'}}}\n"
    )
    env = environment(text, kserve=version)
    (document,) = env.all(ModelService)
    (draft,) = lower_model_service(document, env)
    live_cluster.namespace("vision")
    stored = live_cluster.dry_run(draft.body)
    assert stored["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] == "Standard"
