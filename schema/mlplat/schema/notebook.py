"""A notebook server."""

from typing import ClassVar, Literal

from pydantic import Field

from mlplat.schema.model import Labels, SpecDocument, SpecModel, TeamMetadata
from mlplat.schema.names import Image, PositiveQuantity
from mlplat.schema.pod import Accelerators, Env, Patch, Placement, ResourceRequirements, VolumeUses


class Culling(SpecModel):
    """When kernels that nobody uses are ended, so that the memory and the accelerators which they hold are free."""

    idle_minutes: int = Field(ge=1)
    """Minutes without any activity after which a kernel is ended; what it held is lost, files stay."""
    check_minutes: int | None = Field(default=None, ge=1)
    """Minutes between two looks; Jupyter's own 5 when absent."""
    connected: bool = False
    """End kernels too to which a browser is still connected: tabs stay open for days."""


class NotebookSpec(SpecModel):
    """Image, resources, volumes, culling."""

    flavour: Literal["jupyter", "vscode", "rstudio"] = "jupyter"
    """Kind of server; it decides the image when none is named and how the controller routes to it."""
    image: Image | None = None
    """Image, when not the release's own of the flavour."""
    env: Env = ()
    """Environment variables."""
    resources: ResourceRequirements | None = None
    """Requests and limits; the environment's when absent."""
    accelerators: Accelerators | None = None
    """Accelerators."""
    volumes: VolumeUses = ()
    """Volumes of the team to mount; the home folder is `/home/jovyan`."""
    shared_memory: PositiveQuantity | None = None
    """Size of `/dev/shm`, which data loaders use; a container's own, 64 MiB, when absent."""
    pod_defaults: Labels = {}
    """Labels on the pod by which PodDefaults of the namespace are chosen."""
    endpoints: bool = True
    """Let the platform's service addresses reach the notebook (PodDefault `platform-endpoints`)."""
    culling: Culling | None = None
    """When idle kernels are ended (flavour `jupyter`). Kubeflow's own culler, which administrators switch on for all
    Notebooks alike, stops a server that has been without busy kernels for long."""
    service_account: str | None = None
    """ServiceAccount; Kubeflow's `default-editor` when absent."""
    placement: Placement = Placement()
    """Nodes that it may run on."""
    patches: tuple[Patch, ...] = ()
    """Changes to the emitted object."""


class Notebook(SpecDocument):
    """A notebook server."""

    kind_name: ClassVar[str] = "Notebook"
    team_owned: ClassVar[bool] = True
    kind: Literal["Notebook"]
    """Always `Notebook`."""
    metadata: TeamMetadata
    """Name, team, labels and annotations."""
    spec: NotebookSpec
    """Image, resources, volumes, culling."""
