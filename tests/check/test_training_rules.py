"""Rules on training jobs, mounts and parameters: what the case folders do not show."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.mounts import lies_in, mount_of, parts
from mlplat.compiler.check.parameter_values import value_problem
from mlplat.compiler.check.rule import Found
from mlplat.compiler.check.rules import SPEC_RULES
from mlplat.compiler.effective.training_api import reserved_env
from mlplat.compiler.effects import NO_EFFECT
from mlplat.schema.component import Parameter
from mlplat.schema.kinds import KINDS
from mlplat.schema.merge import merge_rule
from mlplat.schema.pod import VolumeUse
from mlplat.schema.training import TrainingJob
from tests.lower.build import environment

RULES = {rule.code: rule for rule in SPEC_RULES}


def found(code: str, env: ResolvedEnvironment) -> list[Found]:
    return list(RULES[code].check(env))


def job(spec: str, **versions: str | None) -> ResolvedEnvironment:
    text = f"kind: TrainingJob\nmetadata: {{name: job, team: vision}}\nspec: {{image: a/b:1, command: [run], {spec}}}\n"
    return environment(text, **versions)


V1 = {"trainer": None, "trainingOperator": "1.9.2"}


@pytest.mark.parametrize("framework", ["pytorch", "tensorflow", "xgboost", "mpi", "jax", "paddle"])
@pytest.mark.parametrize("versions", [V1, {"trainer": "2.1.0"}, {"trainer": "2.3.0"}], ids=str)
def test_every_reserved_variable_is_reported_and_only_those(framework: str, versions: dict[str, str | None]) -> None:
    plain = job(f"framework: {framework}", **versions)
    names = reserved_env(plain.all(TrainingJob)[0], plain)
    for name in (*names, "NCCL_DEBUG"):
        env = job(f"framework: {framework}, env: [{{name: {name}, value: '1'}}]", **versions)
        expected = 1 if name in names and name != "PYTHONUNBUFFERED" else 0
        assert len(found("MLP331", env)) == expected, name


@pytest.mark.parametrize(
    ("spec", "versions", "runs"),
    [
        ("framework: pytorch", {"trainer": "2.1.0"}, True),
        ("framework: jax", {"trainer": "2.1.0"}, False),
        ("framework: jax", {"trainer": "2.2.0"}, True),
        ("framework: jax", {"trainer": None, "trainingOperator": "1.8.1"}, False),
        ("framework: jax", {"trainer": None, "trainingOperator": "1.9.2"}, True),
        ("framework: tensorflow", {"trainer": "2.1.0"}, False),
        ("framework: tensorflow, runtime: keras", {"trainer": "2.1.0"}, True),
        ("framework: pytorch, strategy: horovod", {"trainer": "2.3.0"}, False),
        # No training component at all is another mistake than this one.
        ("framework: pytorch", {"trainer": None}, True),
    ],
)
def test_what_nothing_runs(spec: str, versions: dict[str, str | None], runs: bool) -> None:
    assert bool(found("MLP332", job(spec, **versions))) is not runs


@pytest.mark.parametrize(
    ("spec", "versions", "reported"),
    [
        ("processesPerNode: 2, accelerators: {count: 2}", {}, False),
        ("processesPerNode: 3, accelerators: {count: 2}", {}, True),
        ("processesPerNode: 3", {}, False),
        ("processesPerNode: auto, accelerators: {count: 2}", {}, False),
        ("processesPerNode: gpu", V1, True),
        # A TrainJob would not get the word at all: another rule says so.
        ("processesPerNode: gpu", {"trainer": "2.3.0"}, False),
    ],
)
def test_processes_and_accelerators(spec: str, versions: dict[str, str | None], reported: bool) -> None:
    assert bool(found("MLP339", job(f"framework: pytorch, {spec}", **versions))) is reported


PATHS = st.lists(st.sampled_from(["a", "b", "aa", ".", "..", ""]), max_size=5).map(lambda steps: "/" + "/".join(steps))


@given(PATHS, PATHS)
def test_a_folder_holds_what_is_below_it(folder: str, below: str) -> None:
    joined = "/" + "/".join((*parts(folder), *parts(below)))
    assert lies_in(joined, folder)
    assert lies_in(folder, joined) is (not parts(below))


@given(st.lists(PATHS, unique=True, max_size=4), PATHS)
def test_the_innermost_mount_decides(mounts: list[str], path: str) -> None:
    uses = [VolumeUse.model_validate({"volume": "v", "mountPath": mount}) for mount in mounts]
    chosen = mount_of(path, uses)
    around = [mount for mount in mounts if lies_in(path, mount)]
    assert (chosen is None) is (not around)
    assert chosen is None or all(lies_in(chosen.mount_path, mount) for mount in around)


@pytest.mark.parametrize(
    ("parameter", "right", "wrong"),
    [
        ({"type": "int", "min": 1, "max": 9}, [1, 9], [0, 10, 1.0, "1", True]),
        ({"type": "float", "min": 0, "max": 1}, [0, 0.5, 1], [-0.1, 1.1, "0.5", True]),
        ({"type": "string"}, ["", "1", "true"], [1, 1.5, True]),
        ({"type": "string", "choices": ("a", "b")}, ["a"], ["c", 1]),
        ({"type": "bool"}, [True, False], ["true", 1, 0]),
    ],
)
def test_values_of_a_parameter(parameter: dict[str, object], right: list[object], wrong: list[object]) -> None:
    declared = Parameter.model_validate({"name": "p", **parameter})
    assert [value for value in right if value_problem(declared, value) is not None] == []  # type: ignore[arg-type]
    assert [value for value in wrong if value_problem(declared, value) is None] == []  # type: ignore[arg-type]


def steps(path: tuple[str | int, ...]) -> Iterator[str | int]:
    return (0 if step == "*" else step for step in path)


def test_rows_without_effect_name_fields_that_exist() -> None:
    for row in NO_EFFECT:
        parent, (*_, last) = merge_rule(KINDS[row.kind].kind_name).at(tuple(steps(row.path[:-1]))), row.path
        assert parent.fields is not None, row.path
        assert last in parent.fields, row.path
        assert row.reason
        assert not row.reason.endswith("."), row.path
