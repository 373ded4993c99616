"""The golden cases before the real webhooks of Trainer and the Training Operator, on a cluster that has them."""

import json
from pathlib import Path

import pytest

from mlplat.compiler.artifacts import Draft, ResolvedEnvironment
from mlplat.compiler.effective.training_api import training_api
from mlplat.compiler.lower.families.training import lower_training_job
from mlplat.schema.training import TrainingJob
from tests.lower import live_cluster
from tests.lower.build import environment
from tests.lower.golden import questions

HERE = Path(__file__).parent
pytestmark = live_cluster.MARKS


@pytest.fixture(scope="module")
def trainer() -> str:
    """Trainer's version, as far as the CRD tells: 2.2 brought `runtimePatches`, 2.3 `terminationGracePeriodSeconds`."""
    text = json.dumps(live_cluster.require("trainjobs.trainer.kubeflow.org"))
    if "terminationGracePeriodSeconds" in text:
        return "2.3.0"
    return "2.2.0" if "runtimePatches" in text else "2.1.0"


@pytest.fixture(scope="module")
def training_operator() -> str:
    """The Training Operator's version, as far as the CRD tells: 1.9 brought `managedBy`.

    Its kinds come together: a cluster that has some of them has them for Kueue, and no operator.
    """
    live_cluster.require("mpijobs.kubeflow.org")
    crd = live_cluster.require("pytorchjobs.kubeflow.org")
    return "1.9.2" if "managedBy" in json.dumps(crd) else "1.8.1"


def drafts(env: ResolvedEnvironment) -> list[Draft]:
    return [
        draft
        for document in env.all(TrainingJob)
        if training_api(document, env) is not None
        for draft in lower_training_job(document, env)
    ]


def take(made: list[Draft]) -> None:
    """Every object is taken and stored as it was written. A runtime has to be there before the job is asked about."""
    existing = json.loads(live_cluster.kubectl("get", "clustertrainingruntimes", "-o", "json"))["items"] if made else []
    known = {item["metadata"]["name"] for item in existing}
    live_cluster.namespace("vision")
    for draft in made:
        body = draft.body
        reference = body["spec"].get("runtimeRef", {})
        if reference and reference.get("kind") != "TrainingRuntime" and reference["name"] not in known:
            continue  # a runtime of the user's own
        if body["kind"] == "TrainingRuntime":
            live_cluster.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(body))
        stored = live_cluster.dry_run(body)
        assert list(live_cluster.changed(body, stored)) == []


@pytest.mark.parametrize("question", questions(HERE / "trainjob"))
def test_train_jobs_are_stored_as_written(question, trainer):
    text = (HERE / "trainjob" / "cases" / question / "input.yaml").read_text()
    take(drafts(environment(text, trainer=trainer)))


@pytest.mark.parametrize("question", questions(HERE / "kubeflow_v1"))
def test_jobs_of_the_training_operator_are_stored_as_written(question, training_operator):
    text = (HERE / "kubeflow_v1" / "cases" / question / "input.yaml").read_text()
    live_cluster.namespace("vision")
    made = drafts(environment(text, trainingOperator=training_operator))
    assert made
    for draft in made:
        assert list(live_cluster.changed(draft.body, live_cluster.dry_run(draft.body))) == []
