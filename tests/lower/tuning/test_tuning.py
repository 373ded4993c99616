"""TuningExperiment lowered for every Katib version that a release ships."""

import copy
from pathlib import Path

import pytest

from mlplat.catalog.versions import known_versions
from mlplat.compiler.artifacts import Draft, ResolvedEnvironment
from mlplat.compiler.effective.tuning import bound_text, number_text
from mlplat.compiler.effects.row import written
from mlplat.compiler.effects.tuning import TUNING_NO_EFFECT
from mlplat.compiler.lower.families.tuning import lower_tuning_experiment
from mlplat.compiler.lower.run import run_hash
from mlplat.schema.tuning import TuningExperiment
from tests.lower.build import environment
from tests.lower.golden import check_golden, empty_values, lowered, problems, questions
from tests.lower.tuning.experiment_rules import experiment_problems

HERE = Path(__file__).parent
VERSIONS = known_versions("katib")


def drafts(env: ResolvedEnvironment) -> list[Draft]:
    return [draft for document in env.all(TuningExperiment) for draft in lower_tuning_experiment(document, env)]


def bodies(env: ResolvedEnvironment):
    return [draft.body for draft in drafts(env)]


def case(question: str, **versions: str | None) -> ResolvedEnvironment:
    return environment((HERE / "cases" / question / "input.yaml").read_text(), **versions)


@pytest.mark.parametrize("question", questions(HERE))
def test_golden(question):
    folder = HERE / "cases" / question
    check_golden(folder, lowered(folder, "katib", VERSIONS, bodies))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("question", questions(HERE))
def test_katib_takes_it(question, version):
    (body,) = bodies(case(question, katib=version))
    assert list(experiment_problems(body)) == []
    assert list(empty_values(body)) == []


@pytest.mark.parametrize("question", questions(HERE))
def test_the_trial_is_sound_as_its_own_kind(question):
    env = case(question)
    trials = [copy.deepcopy(body["spec"]["trialTemplate"]["trialSpec"]) for body in bodies(env)]
    for trial in trials:
        trial["metadata"] = {"name": "trial", **trial.get("metadata", {})}
    assert list(problems(env, trials)) == []


def test_the_rules_find_what_is_wrong():
    (body,) = bodies(case("component_in_one_pod"))
    for path, value, found in (
        (("objective", "metric"), "x", "spec.objective.metric is unknown"),
        (("parallelTrialCount",), 13, "parallelTrialCount"),
        (("trialTemplate", "trialSpec", "metadata"), {"name": "x"}, "trialSpec has a name or a namespace"),
        (("trialTemplate", "trialParameters"), [], "declared [], used"),
        (("trialTemplate", "primaryContainerName"), "x", "no container x"),
    ):
        broken = copy.deepcopy(body)
        at = broken["spec"]
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
        assert any(problem.startswith(found) for problem in experiment_problems(broken)), found


@pytest.mark.parametrize("trainer", ["2.1.0", "2.2.0", "2.3.0"])
def test_a_trial_of_each_trainer(trainer):
    env = case("train_job", trainer=trainer)
    (body,) = bodies(env)
    assert list(experiment_problems(body)) == []
    trial = body["spec"]["trialTemplate"]["trialSpec"]
    assert list(problems(env, [{**trial, "metadata": {"name": "trial", **trial["metadata"]}}])) == []


def test_a_change_of_what_katib_lets_change_is_the_same_run():
    text = (HERE / "cases/component_in_one_pod/input.yaml").read_text()
    for old, new in (
        ("maxTrials: 12", "maxTrials: 99"),
        ("parallelTrials: 3", "parallelTrials: 1"),
        ("maxFailedTrials: 0", ""),
    ):
        assert old in text
        assert _hash(text.replace(old, new)) == _hash(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("type: maximize", "type: minimize"),
        ('value: "0.25"', 'value: "0.3"'),
        ("max: 200.0", "max: 300"),
        ("seed: 7", "seed: 8"),
        ("image: vision/forest:1.4.0", "image: vision/forest:1.4.1"),
        ("mlflow.mlflow:5000", "mlflow.mlflow:5001"),
        ("queue: batch", "queue: other"),
        ("retain: true", "retain: false"),
        ("resume: LongRunning", "resume: Never"),
        ("labels: {pool: gpu}", "labels: {pool: gpus}"),
        ("maxTrials: 12", "maxTrials: 12\n  rerun: 1"),
    ],
)
def test_a_change_of_anything_else_is_a_new_run(old, new):
    text = (HERE / "cases/component_in_one_pod/input.yaml").read_text()
    assert old in text
    assert _hash(text.replace(old, new)) != _hash(text)


@pytest.mark.parametrize("old", ["nodes: 2", "retries: 1", "queue: batch", "args: [--amp]"])
def test_a_change_of_the_training_job_is_a_new_run(old):
    text = (HERE / "cases/train_job/input.yaml").read_text()
    assert old in text
    assert _hash(text.replace(old, "")) != _hash(text)


@pytest.mark.parametrize("question", questions(HERE))
def test_another_release_is_the_same_run(question):
    assert len({run_hash(draft.run) for version in VERSIONS for draft in drafts(case(question, katib=version))}) == 1


def _hash(text: str) -> str:
    (draft,) = drafts(environment(text))
    return run_hash(draft.run)


@pytest.mark.parametrize(
    ("value", "whole", "text"),
    [
        (1e-05, False, "0.00001"),
        (0.1, False, "0.1"),
        (3, False, "3"),
        (3.0, False, "3.0"),
        (3.0, True, "3"),
        (2.5, True, "2.5"),
        (1e22, False, "10000000000000000000000"),
        (1e300, False, "1e+300"),
        (1e-300, False, "1e-300"),
        (-0.5, False, "-0.5"),
    ],
)
def test_numbers(value, whole, text):
    assert bound_text(value, whole) == text
    assert float(text) == value


def test_values():
    assert [number_text(value) for value in ("08", True, 7, 1e-7)] == ["08", "true", "7", "0.0000001"]


def _no_effect(question: str, replace: tuple[str, str] = ("", ""), **versions: str | None) -> set[str]:
    env = environment((HERE / "cases" / question / "input.yaml").read_text().replace(*replace), **versions)
    (document,) = env.all(TuningExperiment)
    return {".".join(map(str, path)) for row in TUNING_NO_EFFECT for path in written(row, env, document)}


def test_fields_without_effect():
    distribution = "spec.parameters.0.distribution"
    queues = {"spec.queue", "spec.priority"}
    assert _no_effect("component_in_one_pod", kueue=None, katib="0.17.0") == {distribution, *queues}
    assert _no_effect("component_in_one_pod", kueue="0.19.2", katib="0.18.0") == set()
    assert _no_effect("metrics_push", ("kind: Push", "kind: Push, path: /a, format: TEXT, filters: [a]")) == {
        "spec.metricsCollector.path",
        "spec.metricsCollector.format",
        "spec.metricsCollector.filters",
    }
    assert _no_effect(
        "launched_by_mpi", ("{trainingJob: deep}", "{trainingJob: deep, env: [{name: A, value: b}]}")
    ) == {"spec.trial.env"}
