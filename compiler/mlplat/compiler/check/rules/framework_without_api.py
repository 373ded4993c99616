"""A training job that nothing in its environment can run.

Trainer ships runtimes for PyTorch from 2.1, for JAX and XGBoost from 2.2 (`manifests/base/runtimes`); the Training
Operator has a kind for each framework, for JAX from 1.9 (`pkg/apis/kubeflow.org/v1`).
"""

from collections.abc import Iterable

from mlplat.catalog.versions import known_versions, version_key
from mlplat.compiler.artifacts import Path, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.compiler.effective.training_api import V1Kind, training_api, v1_kind
from mlplat.schema.training import TrainingJob


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each job; none where no training component is installed at all, which is another mistake."""
    trainer, operator = env.versions.get("trainer"), env.versions.get("trainingOperator")
    if trainer is None and operator is None:
        return
    for job in env.all(TrainingJob):
        spec = job.document.spec
        if training_api(job, env) is not None:
            continue
        by_strategy = spec.strategy == "horovod"
        what = "horovod" if by_strategy else spec.framework
        kind = v1_kind(spec)
        notes = []
        if trainer is not None:
            notes.append(f"Trainer {trainer} ships no runtime for it")
        if operator is not None:
            notes.append(f"Training Operator {operator} has no {kind.kind}")
        else:
            since = f" {kind.since}" if kind.since != "0" else ""
            notes.append(f"the Training Operator{since} would run it as {kind.kind}; it is not installed here")
        path: Path = ("spec", "strategy" if by_strategy else "framework")
        runtime = "name in `runtime` a training runtime that can, or " if trainer is not None else ""
        yield Found(
            job,
            path,
            f"nothing in the environment runs {what} for {named(job)}",
            "no runtime and no job kind for it",
            notes=tuple(notes),
            help=f"{runtime}{_operator(env, kind)}",
        )


def _operator(env: ResolvedEnvironment, kind: V1Kind) -> str:
    """What to write so that there is a Training Operator with the kind."""
    if not env.versions.has("trainingOperator"):
        return "add `trainingOperator` to `versions` of the environment"
    known = sorted(known_versions("trainingOperator"), key=version_key)
    first = next(version for version in known if version_key(version) >= version_key(kind.since))
    return f"write `trainingOperator: {first}` or a newer one under `versions` of the environment"


RULE = SpecRule("MLP332", check)
