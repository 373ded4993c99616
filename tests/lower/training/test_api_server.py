"""The golden cases before a real API server with the published CRDs of each version: defaulting, pruning, CEL."""

from pathlib import Path

import pytest

from mlplat.catalog.versions import known_versions
from mlplat.compiler.effective.training_api import training_api
from mlplat.compiler.lower.families.training import lower_training_job
from mlplat.schema.training import TrainingJob
from tests import envtest
from tests.lower.build import environment
from tests.lower.golden import questions
from tests.lower.live_cluster import changed

HERE = Path(__file__).parent
pytestmark = pytest.mark.cluster

KINDS = {
    "trainer": ("trainjobs", "trainingruntimes"),
    "trainingOperator": ("pytorchjobs", "tfjobs", "xgboostjobs", "mpijobs", "paddlejobs", "jaxjobs"),
}
FOLDERS = {
    "trainer": ("trainer-v", "trainer.kubeflow.org"),
    "trainingOperator": ("training-operator-v", "kubeflow.org"),
}
VERSIONS = [("trainer", v) for v in known_versions("trainer")]
VERSIONS += [("trainingOperator", v) for v in known_versions("trainingOperator")]


@pytest.mark.parametrize(("component", "version"), VERSIONS)
def test_stored_as_written(component, version, control_plane, crds):
    older, newest = FOLDERS[component]
    folder = crds / "older" / f"{older}{version}"
    folder = folder if folder.exists() else crds / newest
    control_plane.install_crds([p for kind in KINDS[component] if (p := folder / f"{kind}.yaml").exists()])
    control_plane.namespace("vision")
    cases = HERE / ("trainjob" if component == "trainer" else "kubeflow_v1")
    count = 0
    for question in questions(cases):
        env = environment((cases / "cases" / question / "input.yaml").read_text(), **{component: version})
        for document in env.all(TrainingJob):
            for draft in lower_training_job(document, env) if training_api(document, env) else ():
                answer = control_plane.create(draft.body, dry_run=True)
                assert answer.ok, answer.message
                assert list(changed(draft.body, answer.body)) == []
                count += 1
    assert count


def test_the_folders_of_crds_exist(crds):
    assert envtest.crd_files(crds, ["trainer.kubeflow.org/trainjobs", "kubeflow.org/pytorchjobs"])
