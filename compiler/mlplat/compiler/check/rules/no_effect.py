"""Fields that are written in vain: the component version of the environment has no word for them.

The rows, each with its reason and source, stand in `effects/`.
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import dotted, named
from mlplat.compiler.effects import NO_EFFECT
from mlplat.compiler.effects.row import written

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
        for document in env.documents.get(row.kind, {}).values():
            for path in written(row, env, document):
                yield Found(
                    document,
                    path,
                    f"`{dotted(path)}` of {named(document)} has no effect{whom}",
                    "does nothing here" if not row.readers else f"does nothing for {row.readers}",
                    notes=(row.reason,),
                    help=None if row.readers else f"delete `{path[-1]}`, or set it to null where it is inherited",
                    at_key=True,
                )


def _with_version(kind: str, env: ResolvedEnvironment) -> str:
    for component, title in _COMPONENTS.get(kind, ()):
        if (version := env.versions.get(component)) is not None:
            return f" with {title} {version}"
    return ""


RULE = SpecRule("MLP330", check)
