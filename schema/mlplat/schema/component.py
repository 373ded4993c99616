"""A component: a piece of ML code in an image, with the parameters it takes and the metrics it prints."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlplat.schema.model import MergeBy, SpecDocument, SpecModel
from mlplat.schema.names import Image
from mlplat.schema.pod import Env, ParameterValue, ResourceRequirements


class Parameter(SpecModel):
    """A parameter that the component takes as `--<name>=<value>`."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")
    """Name of the parameter and of its command-line flag."""
    type: Literal["int", "float", "string", "bool"]
    """What its values are."""
    default: ParameterValue | None = None
    """Value when a workload gives none; passed explicitly, so that a run says what it ran with."""
    required: bool = False
    """Every workload must give a value."""
    min: int | float | None = None
    """Smallest value."""
    max: int | float | None = None
    """Largest value."""
    choices: tuple[ParameterValue, ...] = ()
    """The only values allowed."""


class ComponentSpec(SpecModel):
    """Image, entry point, parameters, metrics."""

    image: Image
    """The image; a name without a registry is taken from `Platform.spec.registry`."""
    command: tuple[str, ...] = Field(min_length=1)
    """The program that is started; parameters follow as flags."""
    source: str | None = None
    """Folder with the code, relative to component.yaml; it must exist."""
    parameters: Annotated[tuple[Parameter, ...], MergeBy("name")] = ()
    """Parameters."""
    metrics: tuple[str, ...] = ()
    """Metrics that it prints as `name=value` lines; experiments can only optimise these."""
    env: Env = ()
    """Environment variables that it always needs."""
    resources: ResourceRequirements | None = None
    """Requests and limits of workloads that give none."""


class Component(SpecDocument):
    """A component, in `components/<name>/component.yaml`."""

    kind_name: ClassVar[str] = "Component"
    kind: Literal["Component"]
    """Always `Component`."""
    spec: ComponentSpec
    """Image, entry point, parameters, metrics."""
