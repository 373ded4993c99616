"""Rules on tuning experiments against Katib's webhook, as `experiment_rules.py` has it, and against its services."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.katib_settings import ALGORITHMS, MEDIAN_STOP
from mlplat.compiler.check.rules import SPEC_RULES
from mlplat.compiler.check.rules.metrics_collector import filter_problem
from mlplat.compiler.check.rules.unsearchable_space import least_parallel
from mlplat.compiler.lower.families.tuning import lower_tuning_experiment
from mlplat.diagnostics.codes import CODES
from mlplat.schema.tuning import Algorithm, TuningExperiment
from tests.lower.build import environment
from tests.lower.tuning.experiment_rules import experiment_problems

PAGE = Path(__file__).parents[2] / "docs/guide/katib-webhook.md"
RULES = {rule.code: rule for rule in SPEC_RULES}
COMPONENT = """
kind: Component
metadata: {name: train}
spec:
  image: train:1
  command: [train]
  metrics: [accuracy, loss]
  parameters:
    - {name: rate, type: float, min: 0, max: 10}
    - {name: depth, type: int, min: 1, max: 100}
    - {name: mode, type: string}
---
"""
NUMBERS = st.one_of(st.none(), st.integers(-3, 12), st.sampled_from([0.5, 2.0, 3.25]))
LISTS = st.lists(st.sampled_from(["a", "b", 1, 2.5]), max_size=2)
PARAMETERS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["rate", "depth", "mode", "other"]),
        "type": st.sampled_from(["int", "double", "discrete", "categorical"]),
    },
    optional={"min": NUMBERS, "max": NUMBERS, "step": NUMBERS, "values": LISTS},
)
SPECS = st.fixed_dictionaries(
    {
        "parameters": st.lists(PARAMETERS, min_size=1, max_size=3, unique_by=lambda item: str(item["name"])),
        "maxTrials": st.integers(1, 4),
        "parallelTrials": st.integers(1, 5),
        "maxFailedTrials": st.one_of(st.none(), st.integers(0, 5)),
    }
)


def experiment(spec: dict[str, Any], before: str = COMPONENT, **versions: str | None) -> ResolvedEnvironment:
    whole = {
        "objective": {"type": "maximize", "metric": "accuracy"},
        "algorithm": {"name": "random"},
        "parameters": [{"name": "depth", "type": "int", "min": 1, "max": 9}],
        "maxTrials": 4,
        "trial": {"component": "train"},
        **spec,
    }
    document = {"kind": "TuningExperiment", "metadata": {"name": "search", "team": "vision"}, "spec": whole}
    return environment(before + yaml.safe_dump(document), **versions)


def codes(env: ResolvedEnvironment) -> set[str]:
    return {code for code, rule in RULES.items() if "MLP330" <= code <= "MLP379" for _ in rule.check(env)}


def refusals(env: ResolvedEnvironment) -> list[str]:
    (document,) = env.all(TuningExperiment)
    (draft,) = lower_tuning_experiment(document, env)
    problems: list[str] = []
    try:
        for problem in experiment_problems(draft.body):
            problems.append(problem)
    except ValueError as error:  # a bound that the service could not read as a number
        problems.append(str(error))
    return problems


@settings(max_examples=300, deadline=None)
@given(SPECS)
def test_what_the_webhook_refuses_is_found_before(spec: dict[str, Any]) -> None:
    env = experiment(spec)
    reported, refused = codes(env), refusals(env)
    assert not refused or reported, refused
    counts = {"parallelTrialCount", "maxFailedTrialCount"}
    assert ("MLP353" in reported) is bool(counts & set(refused))
    if any("feasibleSpace" in text for text in refused):
        assert "MLP354" in reported
    if any("declared" in text for text in refused):
        assert "MLP333" in reported


@pytest.mark.parametrize(
    ("resource", "rate", "expected"),
    [
        ("9", "3", 9),
        ("8.9", "3", 3),
        ("2", "3", 1),
        ("64", "4", 64),
        ("243", "3", 81),
        ("x", "3", None),
        ("9", "1", None),
    ],
)
def test_the_brackets_of_hyperband(resource: str, rate: str, expected: int | None) -> None:
    # 243 is 3 to the fifth, but log(243)/log(3) is 4.99...: the service asks for 81.
    assert least_parallel(resource, rate) == expected


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        (r"([\w|-]+)\s*=\s*([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?)", True),
        (r"(?P<name>\w+): (?P<value>[0-9.]+)", True),
        (r"\(epoch\) (a)=(b)", True),
        (r"accuracy\(?=(a)(b)", True),
        (r"(\pL+)=(\pN+)", True),
        (r"\(a\)=\(b\)", False),
        (r"(?:a)(b)", False),
        (r"(a)(b)\1", False),
        (r"(a)(?=b)(c)", False),
        (r"(a)(b", False),
    ],
)
def test_filters(text: str, sound: bool) -> None:
    assert (filter_problem(text) is None) is sound


JOB = """
kind: TrainingJob
metadata: {name: job, team: vision}
spec: {framework: %s, component: train}
---
"""


@pytest.mark.parametrize(
    ("framework", "versions", "known"),
    [
        ("pytorch", {"trainer": "2.1.0", "katib": "0.19.0"}, True),
        ("pytorch", {"trainer": "2.1.0", "katib": "0.18.0"}, False),
        ("pytorch", {"trainer": None, "trainingOperator": "1.9.2", "katib": "0.16.0"}, True),
        ("mpi", {"trainer": None, "trainingOperator": "1.9.2"}, True),
        ("jax", {"trainer": None, "trainingOperator": "1.9.2"}, False),
        ("paddle", {"trainer": None, "trainingOperator": "1.9.2"}, False),
    ],
)
def test_kinds_of_trials(framework: str, versions: dict[str, str | None], known: bool) -> None:
    env = experiment({"trial": {"trainingJob": "job"}}, COMPONENT + JOB % framework, **versions)
    assert ("MLP362" in codes(env)) is not known


def test_a_trial_of_a_job_gets_the_jobs_values() -> None:
    required = COMPONENT.replace("name: mode, type: string", "name: mode, type: string, required: true")
    job = JOB % "pytorch"
    assert "MLP334" in codes(experiment({"trial": {"trainingJob": "job"}}, required + job))
    given_ = job.replace("component: train}", "component: train, parameters: {mode: fast}}")
    assert "MLP334" not in codes(experiment({"trial": {"trainingJob": "job"}}, required + given_))


def test_parameters_of_a_trial_without_component_have_no_effect() -> None:
    bare = (JOB % "pytorch").replace("component: train", "image: a/b:1, command: [run]")
    env = experiment({"trial": {"trainingJob": "job", "parameters": {"depth": 3}}}, bare)
    assert codes(env) == {"MLP330", "MLP355"}


def test_every_algorithm_has_its_settings() -> None:
    names = set(Algorithm.model_fields["name"].annotation.__args__)  # type: ignore[union-attr]
    assert set(ALGORITHMS) == names
    for name, algorithm in ALGORITHMS.items():
        assert set(algorithm.required) <= set(algorithm.settings), name
        assert not algorithm.internal & set(algorithm.settings), name


FUNCTIONS = (
    *("ValidateExperiment", "validateObjective", "validateAlgorithm", "validateEarlyStopping", "validateResumePolicy"),
    *("validateParameters", "validateTrialTemplate", "validateTrialJob", "validatePatchJob"),
    *("validateMetricsCollector", "isMetaKey"),
)
"""The functions of validator.go that judge (`contains` only searches a list)."""


def test_the_page_maps_every_function_of_the_webhook() -> None:
    text = PAGE.read_text(encoding="utf-8")
    firsts = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|")]
    rows = [name for first in firsts for name in first.split(", ")]
    assert [name for name in FUNCTIONS if name not in rows] == []
    assert set(re.findall(r"MLP\d{3}", text)) <= set(CODES)


def test_the_page_names_every_setting() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("|")}
    rows = {name: line for first, line in table.items() for name in first.split(", ")}
    for name, algorithm in {**ALGORITHMS, "medianstop": MEDIAN_STOP}.items():
        assert set(re.findall(r"`(\w+)`", rows[name])) == set(algorithm.settings), name
        assert set(re.findall(r"\*\*`(\w+)`\*\*", rows[name])) == set(algorithm.required), name
