"""Which API runs a training job in an environment, and what follows for its fields: for the rules and the lowering.

Facts are those of Kubeflow Trainer 2.1.0, 2.2.0 and 2.3.0 (`manifests/base/runtimes`, admission webhooks) and of the
Training Operator 1.7.0 to 1.9.3 (`pkg/controller.v1`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.effective.workload import (
    ContainerSource,
    EffectiveContainer,
    make_container,
    merge_env,
    resources,
    secret_env,
)
from mlplat.objects.quantity import parse
from mlplat.schema.component import Component
from mlplat.schema.pod import EnvVar, VolumeUse
from mlplat.schema.storage import Secret
from mlplat.schema.training import Asset, TrainingJob, TrainingJobSpec

TrainingApi = Literal["trainjob", "v1"]

WORKSPACE = "/workspace"
"""Where Trainer's initializers put what they fetch: `/workspace/dataset` and `/workspace/model` (pkg/initializers)."""


@dataclass(frozen=True, slots=True)
class V1Kind:
    """A job kind of the Training Operator: the field of its replicas, and the name its container must have."""

    kind: str
    replicas: str
    container: str
    since: str = "0"


_PYTORCH = V1Kind("PyTorchJob", "pytorchReplicaSpecs", "pytorch")
_MPI = V1Kind("MPIJob", "mpiReplicaSpecs", "mpi")
_V1_KINDS: Mapping[str, V1Kind] = {
    "pytorch": _PYTORCH,
    "tensorflow": V1Kind("TFJob", "tfReplicaSpecs", "tensorflow"),
    "xgboost": V1Kind("XGBoostJob", "xgbReplicaSpecs", "xgboost"),
    "mpi": _MPI,
    "jax": V1Kind("JAXJob", "jaxReplicaSpecs", "jax", since="1.9"),
    "paddle": V1Kind("PaddleJob", "paddleReplicaSpecs", "paddle"),
}

_RUNTIMES: Mapping[str, tuple[str, str]] = {
    "pytorch": ("torch-distributed", "2"),
    "jax": ("jax-distributed", "2.2"),
    "xgboost": ("xgboost-distributed", "2.2"),
}
"""Framework to the stock runtime for it and the first Trainer that ships it."""

_DEEPSPEED = "deepspeed-distributed"
_MPI_RUNTIMES = (_DEEPSPEED, "mlx-distributed")
_PLAIN_RUNTIMES = frozenset({*(name for name, _ in _RUNTIMES.values()), *_MPI_RUNTIMES})
"""Stock runtimes without initializers: the webhook refuses a TrainJob that wants one of them."""

_TORCHRUN_ENV = ("GROUP_RANK", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "RANK", "WORLD_SIZE")
PET_ENV = ("PET_MASTER_ADDR", "PET_MASTER_PORT", "PET_NNODES", "PET_NODE_RANK", "PET_NPROC_PER_NODE")
_PET_ELASTIC_ENV = ("PET_MAX_RESTARTS", "PET_RDZV_BACKEND", "PET_RDZV_CONF", "PET_RDZV_ENDPOINT", "PET_RDZV_ID")
TRAINER_MPI_ENV = (
    "OMPI_MCA_orte_default_hostfile",
    "OMPI_MCA_orte_keep_fqdn_hostnames",
    "OMPI_MCA_orte_set_default_slots",
    "OMPI_MCA_plm_rsh_args",
)
TRAINER_XGBOOST_ENV = ("DMLC_NUM_WORKER", "DMLC_TASK_ID", "DMLC_TRACKER_PORT", "DMLC_TRACKER_URI")
_TRAINER_ENV: Mapping[str, tuple[str, ...]] = {
    "pytorch": (*PET_ENV, *_TORCHRUN_ENV),
    "jax": ("JAX_COORDINATOR_ADDRESS", "JAX_NUM_PROCESSES", "JAX_PROCESS_ID"),
    "xgboost": TRAINER_XGBOOST_ENV,
    "mpi": TRAINER_MPI_ENV,
}
_V1_ENV: Mapping[str, tuple[str, ...]] = {
    "PyTorchJob": (*PET_ENV, *_PET_ELASTIC_ENV, *_TORCHRUN_ENV, "PYTHONUNBUFFERED"),
    "TFJob": ("TF_CONFIG",),
    "XGBoostJob": (
        *("MASTER_ADDR", "MASTER_PORT", "PYTHONUNBUFFERED", "RANK", "WORKER_ADDRS", "WORKER_PORT", "WORLD_SIZE"),
    ),
    "MPIJob": (
        *("I_MPI_HYDRA_BOOTSTRAP", "I_MPI_HYDRA_BOOTSTRAP_EXEC", "OMPI_MCA_orte_default_hostfile"),
        "OMPI_MCA_plm_rsh_agent",
    ),
    "JAXJob": ("COORDINATOR_ADDRESS", "COORDINATOR_PORT", "NUM_PROCESSES", "PROCESS_ID", "PYTHONUNBUFFERED"),
    "PaddleJob": (
        *("PADDLE_JOB_ID", "PADDLE_MASTER", "PADDLE_NNODES", "PADDLE_SERVER_NUM", "PADDLE_TRAINER_NUM"),
        *("POD_IP_DUMMY", "PYTHONUNBUFFERED"),
    ),
}


def training_api(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> TrainingApi | None:
    """`trainjob` where the environment has Trainer and a runtime for the job, else `v1` where its Training Operator has
    a kind for it, else None: nothing in the environment runs it."""
    spec = document.document.spec
    if runtime_name(spec, env) is not None:
        return "trainjob"
    return "v1" if env.versions.at_least("trainingOperator", v1_kind(spec).since) else None


def runtime_name(spec: TrainingJobSpec, env: ResolvedEnvironment) -> str | None:
    """Name of the training runtime: the one that is written, else Trainer's stock runtime for framework and strategy.

    None where Trainer is not installed or its version ships no runtime for the framework.
    """
    if not env.versions.has("trainer"):
        return None
    if spec.runtime is not None:
        return spec.runtime
    if spec.strategy == "horovod":
        return None
    if spec.strategy == "deepspeed" and spec.framework == "pytorch":
        return _DEEPSPEED
    name, since = _RUNTIMES.get(spec.framework, (None, ""))
    return name if name is not None and env.versions.at_least("trainer", since) else None


def v1_kind(spec: TrainingJobSpec) -> V1Kind:
    """The Training Operator's kind for a job. Horovod is started by `mpirun`, whatever the framework: an MPIJob."""
    return _MPI if spec.strategy == "horovod" else _V1_KINDS[spec.framework]


def starts_by_mpi(spec: TrainingJobSpec, env: ResolvedEnvironment) -> bool:
    """True when the job's runtime starts it by `mpirun` from a `launcher` over `node` pods.

    Of a runtime that is not Trainer's own only framework and strategy tell.
    """
    name = runtime_name(spec, env)
    if name is None or name in _PLAIN_RUNTIMES:
        return name in _MPI_RUNTIMES
    return spec.framework == "mpi" or spec.strategy in ("deepspeed", "horovod")


def keeps_runtime_image(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> bool:
    """True when pods of the job run the runtime's image and not the job's.

    Trainer 2.1.0 to 2.3.0 put `trainer.image` into the launcher alone; the other nodes of an MPI runtime run `sshd` in
    the runtime's own image, and no patch of a TrainJob may name an image.
    """
    spec = document.document.spec
    return training_api(document, env) == "trainjob" and starts_by_mpi(spec, env) and spec.nodes > 1


def workspace_volume(spec: TrainingJobSpec) -> VolumeUse | None:
    """The job's own volume in which an initializer can leave files: one mounted at `/workspace` for writing."""
    return next((use for use in spec.volumes if use.mount_path.rstrip("/") == WORKSPACE and not use.read_only), None)


def needs_own_runtime(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> bool:
    """True when the job fetches something, no stock runtime does, and a runtime of the job's own can.

    It needs a volume at `/workspace` that initializer and nodes share.
    """
    spec = document.document.spec
    return (
        (spec.dataset is not None or spec.model is not None)
        and training_api(document, env) == "trainjob"
        and runtime_name(spec, env) in _PLAIN_RUNTIMES
        and not starts_by_mpi(spec, env)
        and workspace_volume(spec) is not None
    )


def fetches_assets(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> bool:
    """True when dataset and model are fetched before the code starts; else the code gets their addresses and
    credentials and fetches them itself. A runtime that is not Trainer's own is taken to have initializers."""
    if training_api(document, env) != "trainjob":
        return False
    own = runtime_name(document.document.spec, env) not in _PLAIN_RUNTIMES
    return own or needs_own_runtime(document, env)


def reserved_env(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> tuple[str, ...]:
    """Environment variables that controller or launcher set, sorted: Trainer's webhook refuses most of its own, the
    Training Operator appends its values after the user's without a word."""
    spec = document.document.spec
    api = training_api(document, env)
    if api == "trainjob":
        names = TRAINER_MPI_ENV if starts_by_mpi(spec, env) else _TRAINER_ENV.get(spec.framework, ())
    else:
        names = _V1_ENV[v1_kind(spec).kind] if api else ()
    return tuple(sorted(names))


def processes(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> int | str | None:
    """Processes per node as the job's API takes them; None leaves the choice to the controller, or has no field.

    PyTorchJob takes all words. An MPIJob takes a number. A TrainJob takes a number (Trainer 2.1 words too, which 2.2
    dropped): `gpu` becomes the accelerators, `cpu` the processors of a pod, `auto` is what stock runtimes do.
    """
    spec = document.document.spec
    wanted = spec.processes_per_node
    api = training_api(document, env)
    if wanted is None or api is None:
        return None
    if api == "v1":
        kind = v1_kind(spec).kind
        return wanted if kind == "PyTorchJob" else _number(document, env) if kind == "MPIJob" else None
    name = runtime_name(spec, env)
    if name in _PLAIN_RUNTIMES and name != _RUNTIMES["pytorch"][0] and name not in _MPI_RUNTIMES:
        return None
    number = _number(document, env)
    if number is None and name not in _PLAIN_RUNTIMES and not env.versions.at_least("trainer", "2.2"):
        return wanted
    return number


def _number(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> int | None:
    """Processes per node as a number, None where the pod's resources do not say one."""
    spec = document.document.spec
    wanted = spec.processes_per_node
    if isinstance(wanted, int):
        return wanted
    accelerators = spec.accelerators.count if spec.accelerators is not None else 0
    if wanted == "gpu" or (wanted == "auto" and starts_by_slots(document, env)):
        return accelerators or None
    if wanted == "cpu":
        container = training_container(document, env)
        cpu = container.limits.get("cpu") or container.requests.get("cpu")
        return parse(cpu).value if cpu is not None else None
    return None


def starts_by_slots(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> bool:
    """True when `mpirun` starts the processes: it knows slots only, which the controllers leave at one."""
    spec = document.document.spec
    if training_api(document, env) == "trainjob":
        return starts_by_mpi(spec, env)
    return v1_kind(spec).kind == "MPIJob"


def training_env(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> tuple[EnvVar, ...]:
    """Environment variables that the specification stands for: `DATASET_URI`, `MODEL_URI`, `CHECKPOINT_DIR`,
    `PARALLEL_STRATEGY`; and the credentials of what the code must fetch itself."""
    spec = document.document.spec
    found: list[EnvVar] = []
    for name, value in (
        ("DATASET_URI", spec.dataset.uri if spec.dataset else None),
        ("MODEL_URI", spec.model.uri if spec.model else None),
        ("CHECKPOINT_DIR", _checkpoints(spec)),
        ("PARALLEL_STRATEGY", spec.strategy),
    ):
        if value is not None:
            found.append(EnvVar(name=name, value=value))
    if not fetches_assets(document, env):
        for asset in (spec.dataset, spec.model):
            found.extend(_credentials(asset, env))
    return tuple(found)


def training_container(
    document: Resolved[TrainingJob], env: ResolvedEnvironment, derived: tuple[EnvVar, ...] = ()
) -> EffectiveContainer:
    """The container that every node of a job runs. The job's own variables win over `derived` ones."""
    spec = document.document.spec
    component = env.find(Component, spec.component)
    return make_container(
        env,
        ContainerSource(
            component=component.document if component else None,
            parameters=spec.parameters,
            image=spec.image,
            command=spec.command,
            args=spec.args,
            env=merge_env(derived, spec.env),
            resources=spec.resources,
            accelerators=spec.accelerators,
            mounts=spec.volumes,
        ),
    )


RUN_NAME = "TRAINING_RUN"
"""Variable with the name of the run, or of the trial, in whose pod it is: the kubelet puts it into `CHECKPOINT_DIR`."""


def has_folder_of_run(spec: TrainingJobSpec) -> bool:
    """True when each run of a job has checkpoints of its own."""
    return spec.checkpoint is not None and not spec.checkpoint.shared


def run_label(document: Resolved[TrainingJob], env: ResolvedEnvironment) -> str:
    """Label of a job's pods that holds the name of the job.

    Trainer (2.1 to 2.3) calls the JobSet like the TrainJob; the Training Operator labels by the job's name
    (`pkg/apis/kubeflow.org/v1/common_types.go`, 1.7 to 1.9).
    """
    if training_api(document, env) == "trainjob":
        return "jobset.sigs.k8s.io/jobset-name"
    return "training.kubeflow.org/job-name"


def _checkpoints(spec: TrainingJobSpec) -> str | None:
    if spec.checkpoint is None or spec.checkpoint.shared:
        return spec.checkpoint.path if spec.checkpoint is not None else None
    return f"{spec.checkpoint.path.rstrip('/')}/$({RUN_NAME})"


LAUNCHER: Mapping[str, str] = {"cpu": "500m", "memory": "512Mi"}
"""What the launcher of an MPIJob gets where the environment's defaults say nothing: it runs `mpirun` and computes
nothing, and a quota refuses pods that do not say what they need."""


def launcher_resources(env: ResolvedEnvironment) -> tuple[dict[str, str], dict[str, str]]:
    """Requests and limits of the launcher of an MPIJob: the environment's defaults, and what they leave open."""
    requests, limits = resources(env, (), None)
    for name, amount in LAUNCHER.items():
        if name not in requests and name not in limits:
            requests[name] = limits[name] = amount
    return dict(sorted(requests.items())), dict(sorted(limits.items()))


def _credentials(asset: Asset | None, env: ResolvedEnvironment) -> tuple[EnvVar, ...]:
    return secret_env(env.find(Secret, asset.credentials)) if asset is not None else ()
