"""Queues lowered for every Kueue version that is known."""

from pathlib import Path

import pytest

from mlplat.catalog.versions import known_versions
from mlplat.compiler.lower.families.queue import SHARED, lower_queues
from tests.lower.build import environment
from tests.lower.golden import check_golden, empty_values, lowered, problems, questions

HERE = Path(__file__).parent
VERSIONS = known_versions("kueue")


def bodies(env):
    return [draft.body for draft in lower_queues(env)]


def read(question: str) -> str:
    return (HERE / "cases" / question / "input.yaml").read_text()


@pytest.mark.parametrize("question", questions(HERE))
def test_golden(question):
    case = HERE / "cases" / question
    check_golden(case, lowered(case, "kueue", VERSIONS, bodies))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("question", questions(HERE))
def test_the_schemas_take_it(question, version):
    env = environment(read(question), kueue=version)
    assert bodies(env)
    assert not list(problems(env, bodies(env)))
    assert not [place for body in bodies(env) for place in empty_values(body)]


def test_no_kueue_no_objects():
    assert bodies(environment(read("two_queues_one_cohort"))) == []


def test_what_teams_share_lies_in_one_unit_and_is_there_once():
    drafts = list(lower_queues(environment(read("two_queues_one_cohort"), kueue="0.19.2")))
    references = [(d.body["kind"], d.body["metadata"].get("namespace"), d.body["metadata"]["name"]) for d in drafts]
    assert len(set(references)) == len(references)
    assert {d.unit for d in drafts if d.body["kind"] != "LocalQueue"} == {SHARED}
    assert [(d.unit, d.body["metadata"]) for d in drafts if d.body["kind"] == "LocalQueue"] == [
        ("tabular", {"name": "interactive", "namespace": "a-tabular"}),
        ("vision", {"name": "interactive", "namespace": "vision"}),
        ("vision", {"name": "training", "namespace": "vision"}),
    ]
