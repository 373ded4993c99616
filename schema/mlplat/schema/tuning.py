"""A tuning experiment: a search for the parameters with which a component does best (Katib)."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from mlplat.schema.model import MergeBy, RefersTo, SpecDocument, SpecModel, TeamMetadata
from mlplat.schema.names import AbsolutePath
from mlplat.schema.pod import Accelerators, Env, ParameterValue, Patch, Placement, ResourceRequirements, VolumeUses


class Objective(SpecModel):
    """What the search aims at."""

    type: Literal["minimize", "maximize"]
    """Direction."""
    metric: str
    """Metric that is optimised; the component must print it."""
    goal: float | int | None = None
    """Value at which the search ends."""
    additional_metrics: tuple[str, ...] = ()
    """Further metrics that are kept."""


class AlgorithmSetting(SpecModel):
    """One setting of the search algorithm."""

    name: str
    """Name of the setting."""
    value: str
    """Its value; always a string, as in Katib."""


class Algorithm(SpecModel):
    """How the next parameters are chosen."""

    name: Literal[
        "random",
        "grid",
        "tpe",
        "multivariate-tpe",
        "bayesianoptimization",
        "hyperband",
        "cmaes",
        "sobol",
        "pbt",
    ]
    """The algorithm."""
    settings: Annotated[tuple[AlgorithmSetting, ...], MergeBy("name")] = ()
    """Its settings."""


class SearchParameter(SpecModel):
    """One parameter of the component and the values to try."""

    name: str
    """Name of the component's parameter."""
    type: Literal["int", "double", "discrete", "categorical"]
    """int and double have min and max, discrete and categorical a list of values."""
    min: float | int | None = None
    """Smallest value."""
    max: float | int | None = None
    """Largest value."""
    step: float | int | None = None
    """Distance between values."""
    values: tuple[ParameterValue, ...] = ()
    """The values of a discrete or categorical parameter."""
    distribution: Literal["uniform", "logUniform", "normal", "logNormal"] | None = None
    """How values are drawn."""


class EarlyStopping(SpecModel):
    """Trials that will not win are stopped."""

    algorithm: Literal["medianstop"] = "medianstop"
    """The rule."""
    settings: Annotated[tuple[AlgorithmSetting, ...], MergeBy("name")] = ()
    """Settings of the rule."""


class MetricsCollector(SpecModel):
    """How metrics are read from a trial."""

    kind: Literal["StdOut", "File", "TensorFlowEvent", "Push"] = "StdOut"
    """Where metrics are looked for."""
    path: AbsolutePath | None = None
    """The file or folder (File, TensorFlowEvent)."""
    format: Literal["TEXT", "JSON"] | None = None
    """Format of the file (File)."""
    filters: tuple[str, ...] = ()
    """Regular expressions with two groups, name and value (StdOut, File with TEXT)."""


class Trial(SpecModel):
    """What one trial runs: a TrainingJob or a Component by name."""

    training_job: Annotated[str, RefersTo("TrainingJob")] | None = None
    """Training job that every trial runs a copy of."""
    component: Annotated[str, RefersTo("Component")] | None = None
    """Component that every trial runs in one pod (a Job)."""
    parameters: dict[str, ParameterValue] = {}
    """Values of the parameters that are not searched."""
    args: tuple[str, ...] = ()
    """Further arguments of the component."""
    env: Env = ()
    """Environment variables of the component."""
    resources: ResourceRequirements | None = None
    """Requests and limits of the component's pod."""
    accelerators: Accelerators | None = None
    """Accelerators of the component's pod."""
    volumes: VolumeUses = ()
    """Volumes of the component's pod."""
    placement: Placement = Placement()
    """Nodes of the component's pod."""
    retain: bool = False
    """Keep the pods of ended trials."""

    @model_validator(mode="after")
    def _one_template(self) -> "Trial":
        if (self.training_job is None) == (self.component is None):
            raise ValueError("give exactly one of trainingJob and component")
        return self


class TuningExperimentSpec(SpecModel):
    """Objective, algorithm, parameters, trials."""

    objective: Objective
    """What the search aims at."""
    algorithm: Algorithm
    """How the next parameters are chosen."""
    parameters: Annotated[tuple[SearchParameter, ...], MergeBy("name")] = Field(min_length=1)
    """The parameters that are searched."""
    trial: Trial
    """What one trial runs."""
    max_trials: int = Field(ge=1)
    """Trials in all."""
    parallel_trials: int = Field(default=1, ge=1)
    """Trials at a time."""
    max_failed_trials: int | None = Field(default=None, ge=0)
    """Failed trials after which the experiment fails."""
    early_stopping: EarlyStopping | None = None
    """Stop trials that will not win."""
    metrics_collector: MetricsCollector = MetricsCollector()
    """How metrics are read."""
    resume: Literal["Never", "LongRunning", "FromVolume"] | None = None
    """Whether an ended experiment can go on with more trials."""
    queue: Annotated[str, RefersTo("Queue")] | None = None
    """Queue that trials wait in."""
    priority: str | None = None
    """Priority of the queue, by name."""
    rerun: int = Field(default=0, ge=0)
    """Raise it to run once more without any other change."""
    on_change: Literal["keep", "replace"] = "keep"
    """Whether the experiment of the old specification stays when a new one starts, or is deleted."""
    patches: tuple[Patch, ...] = ()
    """Changes to the emitted object."""


class TuningExperiment(SpecDocument):
    """A tuning experiment."""

    kind_name: ClassVar[str] = "TuningExperiment"
    team_owned: ClassVar[bool] = True
    kind: Literal["TuningExperiment"]
    """Always `TuningExperiment`."""
    metadata: TeamMetadata
    """Name, team, labels and annotations."""
    spec: TuningExperimentSpec
    """Objective, algorithm, parameters, trials."""
