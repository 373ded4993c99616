"""Fields that are written in vain: the component version of the environment has no word for them.

The rows, each with its reason and source, stand in `effects/`.
"""

from collections.abc import Iterable
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import dotted, named
from mlplat.compiler.effects import NO_EFFECT
from mlplat.compiler.effects.row import NoEffect, written

_COMPONENTS = {
    "TrainingJob": (("trainer", "Trainer"), ("trainingOperator", "Training Operator")),
    "ModelService": (("kserve", "KServe"),),
    "TuningExperiment": (("katib", "Katib"),),
    "Notebook": (("notebooks", "Notebooks"),),
}


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each field that does nothing in the environment."""
    for row in NO_EFFECT:
        whom = f" for {row.readers}" if row.readers else _with_version(row.kind, env)
        for document in _of_kind(row.kind, env):
            for path in written(row, env, document):
                yield Found(
                    document,
                    path,
                    f"`{dotted(path)}` of {named(document)} {row.told or 'has no effect'}{whom}",
                    _label(row),
                    notes=(row.reason,),
                    help=_help(row, path),
                    at_key=True,
                )


def _label(row: NoEffect) -> str:
    if row.told:
        return "does less than it says"
    return f"does nothing for {row.readers}" if row.readers else "does nothing here"


def _help(row: NoEffect, path: Path) -> str | None:
    if row.told or row.readers:
        return row.cure or None
    return f"delete `{path[-1]}`, or set it to null where it is inherited"


def _of_kind(kind: str, env: ResolvedEnvironment) -> Iterable[Resolved[Any]]:
    """The documents of a kind; the Environment stands apart from all others."""
    return (env.environment,) if kind == env.environment.kind else env.documents.get(kind, {}).values()


def _with_version(kind: str, env: ResolvedEnvironment) -> str:
    for component, title in _COMPONENTS.get(kind, ()):
        if (version := env.versions.get(component)) is not None:
            return f" with {title} {version}"
    return ""


RULE = SpecRule("MLP330", check)
