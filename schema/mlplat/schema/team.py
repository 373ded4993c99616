"""A team: people, a namespace, and what they may use."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlplat.schema.model import MergeBy, RefersTo, SpecDocument, SpecModel
from mlplat.schema.names import DnsLabel, Quantity


class Subject(SpecModel):
    """A person, a group or a machine account, as the API server authenticates it."""

    name: str = Field(pattern=r"^[^*\s]+$", max_length=253)
    """Name as the API server sees it. No `*`: Istio would let everybody in whose name ends or begins so."""
    kind: Literal["User", "Group"] = "User"
    """What the name stands for."""


class Member(Subject):
    """Somebody who works in the team's namespace."""

    role: Literal["admin", "edit", "view"] = "edit"
    """Rights in the namespace: Kubeflow's ClusterRoles `kubeflow-admin`, `kubeflow-edit` or `kubeflow-view`."""


class ContainerLimits(SpecModel):
    """Limits of single containers in the namespace (a LimitRange), by resource name."""

    default: dict[str, Quantity] = {}
    """Limits of containers that set none."""
    default_request: dict[str, Quantity] = {}
    """Requests of containers that set none."""
    max: dict[str, Quantity] = {}
    """The most that a container may set."""
    min: dict[str, Quantity] = {}
    """The least that a container may set."""


class UnitSplit(SpecModel):
    """Documents whose objects form a unit (an Argo CD Application) of their own."""

    name: DnsLabel
    """Name of the unit, after the team's."""
    documents: tuple[str, ...]
    """The documents, as `Kind/name`."""


class TeamSpec(SpecModel):
    """People, namespace, quota."""

    owner: Subject
    """Who owns the namespace (the Profile's owner)."""
    members: Annotated[tuple[Member, ...], MergeBy("name")] = ()
    """Who else works there."""
    namespace: DnsLabel | None = None
    """The namespace; the team's name when absent."""
    quota: dict[str, Quantity] = {}
    """Most that all pods and claims of the namespace may ask for together (ResourceQuota `hard`), for example
    `requests.cpu: "64"`, `requests.nvidia.com/gpu: "8"`."""
    limits: ContainerLimits | None = None
    """Limits of single containers."""
    queues: tuple[Annotated[str, RefersTo("Queue")], ...] = ()
    """Queues that the team's jobs may wait in."""
    pod_security: Literal["privileged", "baseline", "restricted"] = "baseline"
    """Pod Security Standard that the namespace enforces."""
    existing: bool = False
    """Namespace, Profile and quota are already there and are not emitted."""
    units: Annotated[tuple[UnitSplit, ...], MergeBy("name")] = ()
    """Further units into which the team's documents are split."""


class Team(SpecDocument):
    """A team."""

    kind_name: ClassVar[str] = "Team"
    kind: Literal["Team"]
    """Always `Team`."""
    spec: TeamSpec
    """People, namespace, quota."""
