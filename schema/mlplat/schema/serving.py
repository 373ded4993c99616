"""A model service: a model behind an address."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from mlplat.schema.model import RefersTo, SpecDocument, SpecModel, TeamMetadata
from mlplat.schema.names import DnsLabel, DnsSubdomain, Uri
from mlplat.schema.pod import Accelerators, Container, Env, Patch, Placement, ResourceRequirements


class Model(SpecModel):
    """A trained model and what serves it."""

    format: str
    """Model format, for example `sklearn`, `xgboost`, `onnx`, `huggingface`."""
    format_version: str | None = None
    """Version of the format."""
    storage_uri: Uri
    """Where the model lies, for example `s3://models/mnist`."""
    runtime: DnsSubdomain | None = None
    """ServingRuntime that serves it; KServe picks one by the format when absent."""
    protocol: Literal["v1", "v2", "grpc-v2"] | None = None
    """Inference protocol."""
    args: tuple[str, ...] = ()
    """Further arguments of the serving runtime."""
    env: Env = ()
    """Environment variables of the serving runtime."""
    resources: ResourceRequirements | None = None
    """Requests and limits."""
    accelerators: Accelerators | None = None
    """Accelerators."""


class Autoscaling(SpecModel):
    """How many replicas run."""

    min_replicas: int | None = Field(default=None, ge=0)
    """Fewest replicas; 0 lets an idle service disappear (Knative mode only)."""
    max_replicas: int | None = Field(default=None, ge=1)
    """Most replicas."""
    metric: Literal["cpu", "memory", "concurrency", "rps"] | None = None
    """What is measured; cpu and memory in Standard mode, concurrency and rps in Knative mode."""
    target: int | None = Field(default=None, ge=1)
    """Value of the metric that is aimed at: per cent of the request for cpu and memory, per replica otherwise."""


class Batching(SpecModel):
    """Requests are gathered before the model sees them."""

    max_batch_size: int | None = Field(default=None, ge=1)
    """Most requests in a batch."""
    max_latency: int | None = Field(default=None, ge=1)
    """Longest wait for a batch to fill, in milliseconds."""
    timeout: int | None = Field(default=None, ge=1)
    """Longest time that a batch may take, in seconds."""


class Logging(SpecModel):
    """Requests and answers are sent to a collector."""

    url: Uri
    """Where they are sent, as CloudEvents."""
    mode: Literal["all", "request", "response"] = "all"
    """What is sent."""


class Step(SpecModel):
    """What every part of a model service can say."""

    autoscaling: Autoscaling | None = None
    """How many replicas run."""
    batching: Batching | None = None
    """Gather requests."""
    logging: Logging | None = None
    """Send requests and answers to a collector."""
    timeout: int | None = Field(default=None, ge=1)
    """Longest time for a request, in seconds."""
    placement: Placement = Placement()
    """Nodes that it may run on."""


class Predictor(Step):
    """The part that holds the model."""

    model: Model | None = None
    """A model in a format that a serving runtime knows."""
    container: Container | None = None
    """A server of your own instead."""

    @model_validator(mode="after")
    def _one_server(self) -> "Predictor":
        if (self.model is None) == (self.container is None):
            raise ValueError("give exactly one of model and container")
        return self


class Transformer(Step):
    """The part that changes requests before and answers after the model."""

    container: Container
    """The server."""


class ArtExplainer(SpecModel):
    """The Adversarial Robustness Toolbox explainer."""

    type: Literal["SquareAttack"] = "SquareAttack"
    """Which attack explains."""
    storage_uri: Uri | None = None
    """Where its files lie."""
    config: dict[str, str] = {}
    """Settings of the attack."""
    resources: ResourceRequirements | None = None
    """Requests and limits."""


class Explainer(Step):
    """The part that explains predictions."""

    art: ArtExplainer | None = None
    """The Adversarial Robustness Toolbox."""
    container: Container | None = None
    """A server of your own instead."""

    @model_validator(mode="after")
    def _one_server(self) -> "Explainer":
        if (self.art is None) == (self.container is None):
            raise ValueError("give exactly one of art and container")
        return self


class Canary(SpecModel):
    """A second model version that gets part of the traffic."""

    name: DnsLabel = "canary"
    """Name of the canary predictor (Standard mode, KServe 0.20 and newer)."""
    traffic_percent: int = Field(ge=0, le=100)
    """Share of the requests, in per cent."""
    model: Model | None = None
    """The new model (Standard mode); in Knative mode the predictor itself is the new one."""
    replicas: int | None = Field(default=None, ge=1)
    """Replicas of the canary (Standard mode)."""


class ModelServiceSpec(SpecModel):
    """Predictor, and what stands around it."""

    predictor: Predictor
    """The part that holds the model."""
    transformer: Transformer | None = None
    """The part that changes requests and answers."""
    explainer: Explainer | None = None
    """The part that explains predictions."""
    mode: Literal["Standard", "Knative"] = "Standard"
    """Plain Deployments, or Knative (which can scale to zero). Cannot be changed later."""
    credentials: Annotated[str, RefersTo("Secret")] | None = None
    """Secret with the credentials of the model storage; a ServiceAccount that carries it is made."""
    service_account: DnsSubdomain | None = None
    """An existing ServiceAccount to use instead."""
    canary: Canary | None = None
    """A second version that gets part of the traffic."""
    visibility: Literal["cluster-local", "external"] = "external"
    """Who can reach it."""
    patches: tuple[Patch, ...] = ()
    """Changes to the emitted objects."""

    @model_validator(mode="after")
    def _one_account(self) -> "ModelServiceSpec":
        if self.credentials is not None and self.service_account is not None:
            raise ValueError("give at most one of credentials and serviceAccount")
        return self


class ModelService(SpecDocument):
    """A model service."""

    kind_name: ClassVar[str] = "ModelService"
    team_owned: ClassVar[bool] = True
    kind: Literal["ModelService"]
    """Always `ModelService`."""
    metadata: TeamMetadata
    """Name, team, labels and annotations."""
    spec: ModelServiceSpec
    """Predictor, and what stands around it."""
