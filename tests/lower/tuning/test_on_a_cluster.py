"""The golden cases on a cluster: each trial as an object of its own, and the Experiment where Katib runs."""

import copy
from pathlib import Path

import pytest

from mlplat.compiler.lower.families.tuning import lower_tuning_experiment
from mlplat.schema.tuning import TuningExperiment
from tests.lower import live_cluster
from tests.lower.build import environment
from tests.lower.golden import questions

HERE = Path(__file__).parent
NAMESPACE = "tuning-trials"
INJECTION = {"katib.kubeflow.org/metrics-collector-injection": "enabled"}
pytestmark = live_cluster.MARKS


def _experiment(question: str, **versions: str | None):
    env = environment((HERE / "cases" / question / "input.yaml").read_text(), **versions)
    (document,) = env.all(TuningExperiment)
    (draft,) = lower_tuning_experiment(document, env)
    return draft.body


def _trainer() -> str:
    """The Trainer of the cluster, as far as its CRD tells: 2.2 brought `runtimePatches`."""
    (version,) = live_cluster.require("trainjobs.trainer.kubeflow.org")["spec"]["versions"]
    fields = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    return "2.3.0" if "runtimePatches" in fields else "2.1.0"


@pytest.mark.parametrize("question", questions(HERE))
def test_a_trial_is_stored_as_written(question):
    trial = copy.deepcopy(_experiment(question)["spec"]["trialTemplate"]["trialSpec"])
    if trial["kind"] == "TrainJob":
        trial = copy.deepcopy(_experiment(question, trainer=_trainer())["spec"]["trialTemplate"]["trialSpec"])
    elif trial["apiVersion"] == "kubeflow.org/v1":
        live_cluster.require(f"{trial['kind'].lower()}s.kubeflow.org")
    else:
        live_cluster.require_cluster()
    trial["metadata"] = {"name": "trial", "namespace": live_cluster.namespace(NAMESPACE), **trial.get("metadata", {})}
    assert list(live_cluster.changed(trial, live_cluster.dry_run(trial))) == []


@pytest.mark.parametrize("question", questions(HERE))
def test_an_experiment_is_stored_as_written(question):
    live_cluster.require("experiments.kubeflow.org")
    body = _experiment(question)
    body["metadata"]["namespace"] = live_cluster.namespace("tuning-experiments", INJECTION)
    assert list(live_cluster.changed(body, live_cluster.dry_run(body))) == []
