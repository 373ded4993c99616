"""What workloads of every kind say about their containers."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mlplat.schema.model import Labels, MergeBy, NamesEntry, RefersTo, SpecModel
from mlplat.schema.names import AbsolutePath, EnvName, Image, Quantity

ParameterValue = str | int | float | bool
"""The value of a component's parameter."""


class SecretKey(SpecModel):
    """One key of a secret."""

    name: Annotated[str, RefersTo("Secret")]
    """A Secret document of the same team."""
    key: str
    """The key whose value is taken."""


class EnvVar(SpecModel):
    """One environment variable: a value, or a key of a secret."""

    name: EnvName
    """Name of the variable."""
    value: str | None = None
    """Its value; always a string, as in Kubernetes. Credentials belong in `secret`."""
    secret: SecretKey | None = None
    """Take the value from a key of a secret instead."""

    @model_validator(mode="after")
    def _one_source(self) -> "EnvVar":
        if (self.value is None) == (self.secret is None):
            raise ValueError("give exactly one of value and secret")
        return self


Env = Annotated[tuple[EnvVar, ...], MergeBy("name")]


class ResourceRequirements(SpecModel):
    """What a container asks for and may use at most, by resource name."""

    requests: dict[str, Quantity] = {}
    """What the scheduler sets aside, for example `cpu: "2"`, `memory: 4Gi`."""
    limits: dict[str, Quantity] = {}
    """The most the container may use. Accelerators are given by `accelerators`, not here."""


class Accelerators(SpecModel):
    """Accelerators of one container."""

    count: int = Field(ge=0)
    """How many each node (pod) gets."""
    resource: str = Field(default="nvidia.com/gpu", pattern=r"^[a-z0-9][-a-z0-9.]*/[A-Za-z0-9][-A-Za-z0-9_.]*$")
    """The extended resource that counts them."""


class VolumeUse(SpecModel):
    """A volume of the team, mounted into a container."""

    volume: Annotated[str, RefersTo("Volume")]
    """A Volume document of the same team."""
    mount_path: AbsolutePath
    """Where it is mounted."""
    read_only: bool = False
    """Mount it without the right to write."""
    sub_path: str | None = None
    """Mount only this folder of the volume."""


VolumeUses = Annotated[tuple[VolumeUse, ...], MergeBy("mountPath")]


class SecurityContext(SpecModel):
    """Rights of a container's processes."""

    run_as_user: int | None = Field(default=None, ge=0)
    """Numeric user that the processes run as."""
    run_as_group: int | None = Field(default=None, ge=0)
    """Numeric group that the processes run as."""
    run_as_non_root: bool | None = None
    """Refuse to start as user 0."""
    fs_group: int | None = Field(default=None, ge=0)
    """Group that owns mounted volumes."""
    allow_privilege_escalation: bool | None = None
    """Whether a process may gain more rights than its parent."""
    drop_capabilities: tuple[str, ...] = ()
    """Linux capabilities taken away, usually `ALL`."""
    seccomp_profile: Literal["RuntimeDefault", "Unconfined"] | None = None
    """System calls that the processes may make."""


class JsonPatchOperation(SpecModel):
    """One operation of RFC 6902."""

    op: Literal["add", "remove", "replace", "move", "copy", "test"]
    """What to do."""
    path: str
    """Where, as a JSON pointer (RFC 6901)."""
    value: Any = None
    """The new value of add, replace and test."""
    from_: str | None = Field(default=None, alias="from")
    """The source of move and copy."""

    @model_validator(mode="after")
    def _complete(self) -> "JsonPatchOperation":
        if self.op in ("add", "replace", "test") and "value" not in self.model_fields_set:
            raise ValueError(f"`op: {self.op}` needs `value`; write `value: null` where null is meant")
        if self.op in ("move", "copy") and self.from_ is None:
            raise ValueError(f"`op: {self.op}` needs `from`")
        return self


class Patch(SpecModel):
    """A change to one emitted object, for what the specification has no word for; checked against its schema."""

    target: str
    """The object, as `Kind` or `Kind/name`; the name is the one before a run's hash."""
    merge: dict[str, Any] | None = None
    """A strategic-merge patch: maps merge, lists merge by the key that the object's schema declares."""
    json_: tuple[JsonPatchOperation, ...] | None = Field(default=None, alias="json")
    """A list of RFC 6902 operations."""

    @model_validator(mode="after")
    def _one_form(self) -> "Patch":
        if (self.merge is None) == (self.json_ is None):
            raise ValueError("give exactly one of merge and json")
        return self


class Container(SpecModel):
    """A container of your own: a component by name, or an image."""

    component: Annotated[str, RefersTo("Component")] | None = None
    """Component that runs; gives image, command, parameters."""
    parameters: dict[str, ParameterValue] = {}
    """Values of the component's parameters."""
    image: Image | None = None
    """The image, when no component is named; without a registry it is taken from `Platform.spec.registry`."""
    command: tuple[str, ...] = ()
    """The program and its first arguments, when no component is named; replaces the image's entry point."""
    args: tuple[str, ...] = ()
    """Arguments after the command and after the component's parameters."""
    env: Env = ()
    """Environment variables."""
    resources: ResourceRequirements | None = None
    """Requests and limits; the environment's defaults where absent."""
    accelerators: Accelerators | None = None
    """Accelerators of the container."""
    volumes: VolumeUses = ()
    """Volumes of the team to mount."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """The port that the container listens on."""

    @model_validator(mode="after")
    def _something_runs(self) -> "Container":
        if (self.component is None) == (self.image is None):
            raise ValueError("give exactly one of component and image")
        if self.component is not None and self.command:
            raise ValueError("a component brings its own command; give arguments in parameters or args")
        if self.component is None and self.parameters:
            raise ValueError("parameters belong to a component; give arguments in args")
        return self


class Placement(SpecModel):
    """Which nodes a workload's pods may run on."""

    node_pool: Annotated[str, NamesEntry("nodePools")] | None = None
    """A node pool of the environment: its labels become node selectors, its taints tolerations."""
    spot: bool | None = None
    """Only nodes that may be taken away (true) or only nodes that stay (false); either when absent."""
    node_labels: Labels = {}
    """Further labels that a node must carry."""
