"""A user's own rule: what the platform's people demand of Kubernetes objects beyond what a cluster demands."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from mlplat.schema.model import Labels, SpecDocument, SpecModel
from mlplat.schema.names import DnsLabel, RuleCode

Pattern = Annotated[str, Field(pattern=r"^\S+$", max_length=253)]
"""A name in which `*` stands for any part."""


class LabelRequirement(SpecModel):
    """One condition on a label."""

    key: str
    """Key of the label."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """What is demanded of it; `NotIn` is also true of objects without the label."""
    values: tuple[str, ...] = ()
    """Values for `In` and `NotIn`."""

    @model_validator(mode="after")
    def _values_fit(self) -> "LabelRequirement":
        if (self.operator in ("In", "NotIn")) != bool(self.values):
            raise ValueError("values go with operator `In` and `NotIn`, which need at least one")
        return self


class LabelSelector(SpecModel):
    """Which labels objects carry, as Kubernetes' selectors say it; all conditions must hold."""

    match_labels: Labels = {}
    """Labels with the value that they have."""
    match_expressions: tuple[LabelRequirement, ...] = ()
    """Further conditions."""


class RuleMatch(SpecModel):
    """Which objects a rule looks at. Where several fields are given, all must fit; in a list, one."""

    kinds: tuple[Pattern, ...] = ()
    """Kinds: `Deployment`, or with its group `Deployment.apps`, in which `*` stands for any part
    (`*.kueue.x-k8s.io`); every kind when empty."""
    namespaces: tuple[Pattern, ...] = ()
    """Namespaces, with `*`; objects without a namespace fit only where this is empty."""
    environments: tuple[Pattern, ...] = ()
    """Environments, with `*`; all, base included, when empty."""
    labels: LabelSelector = LabelSelector()
    """Labels of the objects."""


class RuleSpec(SpecModel):
    """What must be true of which objects, and what is said where it is not."""

    code: RuleCode
    """Code of its findings, of a name of your own and a number: `ACME001`. By it the rule is allowed on an object
    (`mlplat.dev/allow`) and gets another severity in an environment (`rules`)."""
    severity: Literal["error", "warning", "note"] = "error"
    """How much a finding matters; an environment may say otherwise."""
    match: RuleMatch = RuleMatch()
    """Which objects it looks at; every object when absent."""
    expression: str = Field(min_length=1, max_length=10000)
    """A CEL expression that is true of every object that is as it should be. `object` is the object as it is handed to
    the cluster, `environment` the environment (`name`, `release`, `labels`, `cluster`), `self` the value at
    `pointer`."""
    pointer: str | None = Field(default=None, pattern=r"^(/([^~/]|~[01])*)*$", max_length=1000)
    """The place of which the rule speaks, as a JSON pointer: `/spec/replicas`. A step `*` is every item of a list or
    every value of a map: the rule is then judged at each such place, and speaks of those where it is false."""
    message: str | None = Field(default=None, min_length=1, max_length=1000)
    """What is wrong where the expression is false, as the end of a sentence that begins with the object."""
    message_expression: str | None = Field(default=None, min_length=1, max_length=10000)
    """A CEL expression that gives the message; `message` stands in for it where it cannot be evaluated."""
    help: str | None = Field(default=None, min_length=1, max_length=1000)
    """What to do about it."""

    @model_validator(mode="after")
    def _says_something(self) -> "RuleSpec":
        if self.message is None and self.message_expression is None:
            raise ValueError("say what is wrong in a `message:` or a `messageExpression:`")
        return self


class RuleMetadata(SpecModel):
    """What a rule is called."""

    name: DnsLabel
    """Name of the rule; it names what it finds, as in `job-without-queue`."""


class Rule(SpecDocument):
    """A rule of your own, in `rules/`."""

    kind_name: ClassVar[str] = "Rule"
    kind: Literal["Rule"]
    """Always `Rule`."""
    metadata: RuleMetadata  # type: ignore[assignment]  # no object is made of it that could have labels
    """What it is called."""
    spec: RuleSpec
    """What must be true of which objects, and what is said where it is not."""
