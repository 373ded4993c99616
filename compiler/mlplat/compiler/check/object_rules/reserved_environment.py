"""MLP427: a variable that Trainer or the Training Operator sets itself, or a patch of one where Trainer forbids it.

Sources: Trainer v2.3.0 `pkg/constants/constants.go`, `pkg/runtime/framework/plugins/{torch,mpi,xgboost,jobset}` (its
webhook refuses the names, and env of the containers `node`, `dataset-initializer` and `model-initializer` in patches);
Training Operator v1.9.4 `pkg/controller.v1/pytorch/envvar.go` (appends its own after the user's).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.pods import called, containers_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.effective.training_api import PET_ENV, TRAINER_MPI_ENV, TRAINER_XGBOOST_ENV

_TORCH = frozenset(PET_ENV)
_XGBOOST = frozenset(TRAINER_XGBOOST_ENV)
_MPI = frozenset(TRAINER_MPI_ENV)
_OF_RUNTIME = {
    "torch-distributed": _TORCH,
    "deepspeed-distributed": _MPI,
    "mlx-distributed": _MPI,
    "xgboost-distributed": _XGBOOST,
    "jax-distributed": frozenset[str](),
}
"""What a stock runtime's policy reserves; of another runtime any of them may be."""
_PYTORCH_JOB = frozenset({*PET_ENV, "MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE", "RANK"})
_OWN_CONTAINERS = ("node", "dataset-initializer", "model-initializer")


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """TrainJobs and PyTorchJobs that write what their controller writes."""
    for item in scope.of_kind("trainer.kubeflow.org", "TrainJob"):
        yield from _reserved_by_trainer(item)
        yield from _patched(item)
    for item in scope.of_kind("kubeflow.org", "PyTorchJob"):
        for container in containers_of(item):
            for index, name in _names(container.body.get("env")):
                if name in _PYTORCH_JOB:
                    yield FoundInObject(
                        item,
                        f"{container.pointer}/env/{index}/name",
                        f"{called(item)}: the Training Operator sets `{name}` itself",
                        "set by the operator",
                        ("it appends its own value after this one: the list then holds the name twice",),
                        f"delete `{name}`",
                        tolerated=True,
                    )


def _reserved_by_trainer(item: KubeObject) -> Iterator[FoundInObject]:
    spec = item.body.get("spec")
    trainer = spec.get("trainer") if isinstance(spec, dict) else None
    reference = spec.get("runtimeRef") if isinstance(spec, dict) else None
    runtime = reference.get("name") if isinstance(reference, dict) else None
    reserved = _OF_RUNTIME.get(str(runtime), _TORCH | _XGBOOST | _MPI)
    for index, name in _names(trainer.get("env")) if isinstance(trainer, dict) else ():
        if name in reserved:
            yield FoundInObject(
                item,
                f"/spec/trainer/env/{index}/name",
                f"{called(item)}: `{name}` is reserved for Trainer",
                "reserved",
                ("its webhook refuses the TrainJob",),
                f"delete `{name}`; `numNodes` and `numProcPerNode` decide it",
            )


def _patched(item: KubeObject) -> Iterator[FoundInObject]:
    for container in containers_of(item):
        if "/initContainers/" in container.pointer:
            continue
        if container.body.get("env") and container.body.get("name") in _OWN_CONTAINERS:
            yield FoundInObject(
                item,
                f"{container.pointer}/env",
                f"{called(item)}: a patch sets env of the container `{container.body['name']}`",
                "not allowed in a patch",
                ("Trainer's webhook refuses the TrainJob",),
                "write it as `spec.trainer.env` (of an initializer: `spec.initializer.<name>.env`)",
            )


def _names(env: Any) -> Iterator[tuple[int, str]]:
    for index, entry in enumerate(env if isinstance(env, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            yield index, entry["name"]


RULE = ObjectRule("MLP427", check, single=True)
