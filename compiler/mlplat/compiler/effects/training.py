"""What of a TrainingJob does nothing with some API, and what of an environment does nothing for its training jobs."""

from collections.abc import Callable
from typing import Any

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.effective.training_api import fetches_assets, keeps_runtime_image, processes, training_api, v1_kind
from mlplat.compiler.effects.row import NoEffect
from mlplat.schema.training import TrainingJob

Applies = Callable[[ResolvedEnvironment, Resolved[Any]], bool]


def _is_train_job(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return training_api(document, env) == "trainjob"


def _is_v1(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return training_api(document, env) == "v1"


def _is_v1_except(*kinds: str) -> Applies:
    def applies(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
        return _is_v1(env, document) and v1_kind(document.document.spec).kind not in kinds

    return applies


def _is_old_train_job(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return _is_train_job(env, document) and not env.versions.at_least("trainer", "2.2")


def _loses_processes(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    """True when a TrainJob cannot say the processes. `auto` is what the stock runtimes do, so nothing is lost."""
    spec = document.document.spec
    return _is_train_job(env, document) and spec.processes_per_node != "auto" and processes(document, env) is None


def _runs_other_image(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return keeps_runtime_image(document, env)


def _train_job_fetches_nothing(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return _is_train_job(env, document) and not fetches_assets(document, env)


def _runs_train_jobs(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return any(_is_train_job(env, job) for job in env.all(TrainingJob))


def _runs_old_train_jobs(env: ResolvedEnvironment, document: Resolved[Any]) -> bool:
    return any(_is_old_train_job(env, job) for job in env.all(TrainingJob))


def _job(field: str, applies: Applies, reason: str, told: str = "", cure: str = "") -> NoEffect:
    return NoEffect("TrainingJob", ("spec", field), applies, reason, told=told, cure=cure)


_NOT_FETCHED = "is not fetched before the code starts"
_FETCH = "fetch it in the code, or mount what holds it, and allow this"


TRAINING_NO_EFFECT: tuple[NoEffect, ...] = (
    _job("runtime", _is_v1, "the environment has no Trainer, and jobs of the Training Operator have no runtimes"),
    _job(
        "image",
        _runs_other_image,
        "the other nodes of an MPI runtime run the runtime's own image, which a TrainJob cannot change (Trainer 2.1 to "
        "2.3)",
        told="runs in the launcher alone",
        cure="name in `runtime` one that is made for the image, or allow this where both images hold the same",
    ),
    _job(
        "processesPerNode",
        _loses_processes,
        "a TrainJob takes a number, the runtimes for JAX and XGBoost take none, and `gpu` and `cpu` become one only "
        "where the job asks for accelerators or processors",
    ),
    _job(
        "processesPerNode",
        _is_v1_except("PyTorchJob", "MPIJob"),
        "of the Training Operator's kinds only PyTorchJob and MPIJob have a field for it",
    ),
    _job("elastic", _is_train_job, "a TrainJob runs on a fixed number of nodes (Trainer 2.1 to 2.3)"),
    _job(
        "elastic",
        _is_v1_except("PyTorchJob", "PaddleJob"),
        "of the Training Operator's kinds only PyTorchJob and PaddleJob can vary their nodes",
    ),
    _job("retries", _is_train_job, "a TrainJob has no field for it; its runtime's `failurePolicy` decides"),
    _job("cleanPods", _is_train_job, "a TrainJob has no field for it: its pods stay until the job is deleted"),
    _job("activeDeadlineSeconds", _is_old_train_job, "a TrainJob has no field for it before Trainer 2.2"),
    *(
        _job(
            field,
            _is_v1,
            "the Training Operator fetches nothing; the code gets the address and the credentials as environment "
            "variables",
            told=_NOT_FETCHED,
            cure=_FETCH,
        )
        for field in ("dataset", "model")
    ),
    *(
        _job(
            field,
            _train_job_fetches_nothing,
            "the stock runtimes fetch nothing; the code gets the address and the credentials as environment variables",
            told=_NOT_FETCHED,
            cure="mount a volume of the team at `/workspace` (not with an MPI runtime), name a runtime with "
            "initializers, or fetch it in the code and allow this",
        )
        for field in ("dataset", "model")
    ),
    NoEffect(
        "Environment",
        ("spec", "defaults", "imagePullPolicy"),
        _runs_train_jobs,
        "neither a TrainJob nor its changes to pods have a field for it (Trainer 2.1 to 2.3)",
        readers="training jobs",
    ),
    NoEffect(
        "Environment",
        ("spec", "defaults", "securityContext"),
        _runs_old_train_jobs,
        "`podTemplateOverrides` of Trainer 2.1 have no field for it; 2.2 has",
        readers="training jobs",
    ),
)
"""Rows for the rule that tells users of fields without effect."""
