"""One environment: a compiled target, or `base`, which others share and nobody syncs."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlplat.schema.model import Labels, MergeBy, NamesEntry, RefersTo, SpecDocument, SpecModel
from mlplat.schema.names import DnsLabel, PositiveQuantity, Uri
from mlplat.schema.pod import Accelerators, ResourceRequirements, SecurityContext

AccessMode = Literal["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]


class Cluster(SpecModel):
    """The cluster that an environment lives on, as Argo CD knows it.

    Every environment but base says its own name and server; the version may be inherited.
    """

    name: str | None = None
    """Name of the cluster."""
    server: Uri | None = None
    """Address of its API server; `https://kubernetes.default.svc` is the cluster of Argo CD itself."""
    kubernetes_version: str | None = None
    """Kubernetes version of the API server, for example `1.34`; in base, the newest that the release was tested on
    when absent."""


class ServiceEndpoint(SpecModel):
    """A service that workloads talk to."""

    uri: Uri
    """Its address."""
    credentials: Annotated[str, RefersTo("Secret")] | None = None
    """Secret with the credentials, one without a team; each key becomes an environment variable of that name."""


class ObjectStorage(ServiceEndpoint):
    """S3-compatible object storage."""

    region: str | None = None
    """Region that requests are signed for."""
    verify_tls: bool = True
    """Whether the server's certificate is checked."""


class Services(SpecModel):
    """Platform services; their addresses reach every workload as environment variables."""

    mlflow: ServiceEndpoint | None = None
    """MLflow tracking server: `MLFLOW_TRACKING_URI`."""
    model_registry: ServiceEndpoint | None = None
    """Model registry: `MODEL_REGISTRY_URI`."""
    feature_store: ServiceEndpoint | None = None
    """Feature store: `FEATURE_STORE_URI`."""
    prometheus: ServiceEndpoint | None = None
    """Prometheus: `PROMETHEUS_URI`."""
    grafana: ServiceEndpoint | None = None
    """Grafana: `GRAFANA_URI`."""
    object_storage: ObjectStorage | None = None
    """Object storage: `AWS_ENDPOINT_URL`, `AWS_REGION`, and the annotations by which KServe reads a secret."""


class Taint(SpecModel):
    """A taint of the nodes of a pool."""

    key: str
    """Key of the taint."""
    value: str = ""
    """Value of the taint."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = "NoSchedule"
    """What the taint does to pods that do not tolerate it."""


class NodePool(SpecModel):
    """Nodes of one sort."""

    name: DnsLabel
    """Name of the pool."""
    labels: Labels = {}
    """Labels that its nodes carry; they become node selectors."""
    taints: tuple[Taint, ...] = ()
    """Taints that its nodes carry; workloads of the pool tolerate them. An override replaces them all: a key may occur
    with several effects."""
    accelerators: Accelerators | None = None
    """Accelerators of each node."""
    spot: bool = False
    """Nodes may be taken away at short notice."""
    cpu: PositiveQuantity
    """Processors that pods can use on one node."""
    memory: PositiveQuantity
    """Memory that pods can use on one node."""
    max_nodes: int | None = Field(default=None, ge=0)
    """How many nodes the pool can grow to; unknown when absent."""


class StorageClass(SpecModel):
    """A storage class of the cluster."""

    name: DnsLabel
    """Name of the StorageClass object."""
    access_modes: tuple[AccessMode, ...]
    """Access modes that its volumes can have."""
    default: bool = False
    """Used for volumes that name none."""


class WorkloadDefaults(SpecModel):
    """What workloads get that do not say otherwise."""

    resources: ResourceRequirements | None = None
    """Requests and limits."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    """When images are pulled."""
    image_pull_secrets: tuple[Annotated[str, RefersTo("Secret")], ...] = ()
    """Secrets with which images are pulled, ones without a team, so that every team's namespace has them."""
    security_context: SecurityContext | None = None
    """Rights of processes."""
    node_pool: Annotated[str, NamesEntry("nodePools")] | None = None
    """Node pool of workloads that name none."""


class ArgoCd(SpecModel):
    """How Argo CD syncs the environment."""

    namespace: DnsLabel = "argocd"
    """Namespace of Argo CD."""
    target_revision: str = "main"
    """Branch, tag or commit that is synced."""
    automated: bool | None = None
    """Sync without a person; when absent: yes, except for the last environment of the promotion order."""
    prune: bool = True
    """An automated sync deletes what git no longer has."""
    self_heal: bool = True
    """An automated sync undoes changes made in the cluster."""


class IgnoredDrift(SpecModel):
    """Drift that somebody has decided to live with. A field that is absent stands for anything."""

    kind: str | None = None
    """Kind of the objects: `Deployment`, or with its group `Deployment.apps`; `*` stands for any part of it."""
    name: str | None = None
    """Name of the objects, with `*`."""
    namespace: str | None = None
    """Namespace of the objects, with `*`."""
    path: str | None = None
    """Path of the field as drift prints it, and all below it: `spec.template.spec.containers[name=main].env[*]`; `*`
    stands for any part of one step."""
    manager: str | None = None
    """Field manager that wrote it, with `*`."""
    reason: str = Field(min_length=1)
    """Why it is left alone; drift repeats it."""
    until: str | None = Field(default=None, pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
    """Last day on which the rule holds, for example `2026-12-31`; drift says when it is over."""


class Drift(SpecModel):
    """What `mlplat drift` does not report of this environment."""

    ignore: tuple[IgnoredDrift, ...] = ()
    """Rules; the first that fits a difference takes it out of the findings. How often each did is in the notes."""


class EnvironmentSpec(SpecModel):
    """Where an environment runs and with which versions."""

    extends: tuple[str, ...] = ()
    """Environments whose documents are inherited; a later one wins."""
    exclude: tuple[str, ...] = ()
    """Inherited documents that this environment does not have, as `Kind/name`."""
    sync: bool = True
    """False for an environment that others only inherit from: it is judged, but nothing of it is written to
    `generated/`, and Argo CD never hears of it. base never is synced."""
    cluster: Cluster = Cluster()
    """The cluster; base, which nobody syncs, needs none."""
    release: str
    """Kubeflow release, for example `26.03`; it decides the version of every component."""
    versions: dict[str, str | None] = {}
    """Versions of single components where they differ from the release; null: not installed."""
    services: Services = Services()
    """Platform services that workloads talk to."""
    node_pools: Annotated[tuple[NodePool, ...], MergeBy("name")] = ()
    """Sorts of nodes."""
    storage_classes: Annotated[tuple[StorageClass, ...], MergeBy("name")] = ()
    """Storage classes."""
    defaults: WorkloadDefaults = WorkloadDefaults()
    """What workloads get that do not say otherwise."""
    argocd: ArgoCd = ArgoCd()
    """How Argo CD syncs the environment."""
    rules: dict[str, Literal["error", "warning", "note", "off"]] = {}
    """Severity of single rules in this environment, by code."""
    drift: Drift = Drift()
    """What `mlplat drift` leaves alone."""


class Environment(SpecDocument):
    """One environment, in `environments/<name>/environment.yaml`."""

    kind_name: ClassVar[str] = "Environment"
    kind: Literal["Environment"]
    """Always `Environment`."""
    spec: EnvironmentSpec
    """Where it runs and with which versions."""
