"""A training job: code that runs once on one or many nodes."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from mlplat.schema.model import RefersTo, SpecDocument, SpecModel, TeamMetadata
from mlplat.schema.names import AbsolutePath, DnsSubdomain, Image, PositiveQuantity, Uri
from mlplat.schema.pod import (
    Accelerators,
    Env,
    ParameterValue,
    Patch,
    Placement,
    ResourceRequirements,
    VolumeUses,
)

Framework = Literal["pytorch", "tensorflow", "xgboost", "mpi", "jax", "paddle"]


class Asset(SpecModel):
    """A dataset or model that is fetched before training starts."""

    uri: Uri
    """Where it is, for example `s3://datasets/mnist` or `hf://org/name`."""
    credentials: Annotated[str, RefersTo("Secret")] | None = None
    """Secret whose keys become environment variables of the initializer."""


class Elastic(SpecModel):
    """How many nodes a job may run on at a time."""

    min_nodes: int = Field(ge=1)
    """Fewest nodes with which it goes on."""
    max_nodes: int = Field(ge=1)
    """Most nodes that it uses."""
    max_restarts: int | None = Field(default=None, ge=0)
    """How often it may start over when nodes come and go."""


class Checkpoint(SpecModel):
    """Where progress is kept."""

    path: AbsolutePath
    """Folder for checkpoints; it must lie on a mounted volume. The code gets as `CHECKPOINT_DIR` a folder below it that
    is called like the run, so that neither another run nor another trial writes over it. The code makes that folder."""
    shared: bool = False
    """Give the code the folder itself, for all runs and trials: a new run goes on from what an old one left."""


class TrainingJobSpec(SpecModel):
    """What runs, on how many nodes, with what."""

    framework: Framework
    """Framework that sets the ranks and the rendezvous."""
    component: Annotated[str, RefersTo("Component")] | None = None
    """Component that runs; gives image, command, parameters."""
    parameters: dict[str, ParameterValue] = {}
    """Values of the component's parameters."""
    image: Image | None = None
    """Image, when no component is named or another image is wanted."""
    command: tuple[str, ...] = ()
    """Program that is started, when no component is named."""
    args: tuple[str, ...] = ()
    """Arguments after the command and after the component's parameters."""
    env: Env = ()
    """Environment variables. Ranks and addresses are set by the controller and refused here."""
    nodes: int = Field(default=1, ge=1)
    """Pods in all."""
    processes_per_node: Annotated[int, Field(ge=1)] | Literal["auto", "cpu", "gpu"] | None = None
    """Processes that the launcher starts in each pod."""
    accelerators: Accelerators | None = None
    """Accelerators of each pod."""
    resources: ResourceRequirements | None = None
    """Requests and limits of each pod; the component's or the environment's when absent."""
    volumes: VolumeUses = ()
    """Volumes of the team to mount."""
    shared_memory: PositiveQuantity | None = None
    """Size of `/dev/shm`, which NCCL and data loaders use."""
    dataset: Asset | None = None
    """Dataset that is fetched first."""
    model: Asset | None = None
    """Model that is fetched first."""
    strategy: Literal["ddp", "fsdp", "deepspeed", "horovod"] | None = None
    """How the work is split; given to the code as `PARALLEL_STRATEGY`, and it chooses the training runtime."""
    runtime: DnsSubdomain | None = None
    """Training runtime (Trainer), when not the one that framework and strategy choose."""
    elastic: Elastic | None = None
    """Let the number of nodes vary."""
    retries: int | None = Field(default=None, ge=0)
    """How often a failed job is started again."""
    clean_pods: Literal["None", "Running", "All"] | None = None
    """Which pods go when the job has ended."""
    active_deadline_seconds: int | None = Field(default=None, ge=1)
    """Seconds after which a job that still runs is stopped."""
    queue: Annotated[str, RefersTo("Queue")] | None = None
    """Queue that it waits in."""
    priority: str | None = None
    """Priority of the queue, by name."""
    placement: Placement = Placement()
    """Nodes that it may run on."""
    checkpoint: Checkpoint | None = None
    """Where progress is kept."""
    rerun: int = Field(default=0, ge=0)
    """Raise it to run once more without any other change."""
    on_change: Literal["keep", "replace"] = "keep"
    """Whether the run of the old specification stays when a new one starts, or is deleted."""
    patches: tuple[Patch, ...] = ()
    """Changes to the emitted object."""

    @model_validator(mode="after")
    def _something_runs(self) -> "TrainingJobSpec":
        if self.component is None and (self.image is None or not self.command):
            raise ValueError("give a component, or an image and a command")
        if self.component is not None and self.command:
            raise ValueError("a component brings its own command; give arguments in parameters or args")
        if self.component is None and self.parameters:
            raise ValueError("parameters belong to a component; give arguments in args")
        return self


class TrainingJob(SpecDocument):
    """A training job."""

    kind_name: ClassVar[str] = "TrainingJob"
    team_owned: ClassVar[bool] = True
    kind: Literal["TrainingJob"]
    """Always `TrainingJob`."""
    metadata: TeamMetadata
    """Name, team, labels and annotations."""
    spec: TrainingJobSpec
    """What runs."""
