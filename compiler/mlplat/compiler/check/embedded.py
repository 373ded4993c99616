"""Objects inside objects: what a kind creates later from a template that it carries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplat.compiler.artifacts import KubeObject

TRIAL = ("spec", "trialTemplate", "trialSpec")
_PLACEHOLDER = ("${trialParameters.", "${trialSpec.")


@dataclass(frozen=True, slots=True)
class Body:
    """An object's body as written, at a JSON pointer in the object that carries it ("" is that object itself)."""

    pointer: str
    body: Mapping[str, Any]


def bodies_of(item: KubeObject) -> Iterator[Body]:
    """The object itself, and the trial that a Katib Experiment creates (Katib v0.19.0 `experiment_types.go`)."""
    yield Body("", item.body)
    if item.ref.kind == "Experiment" and item.ref.group == "kubeflow.org":
        value: Any = item.body
        for step in TRIAL:
            value = value.get(step) if isinstance(value, Mapping) else None
        if (
            isinstance(value, Mapping)
            and isinstance(value.get("apiVersion"), str)
            and isinstance(value.get("kind"), str)
        ):
            yield Body("/" + "/".join(TRIAL), value)


def is_placeholder(value: Any) -> bool:
    """True for text that Katib fills in before it creates the trial: it may stand for any type."""
    return isinstance(value, str) and any(mark in value for mark in _PLACEHOLDER)
