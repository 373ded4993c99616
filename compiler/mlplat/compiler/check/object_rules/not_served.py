"""MLP410: an apiVersion and kind that the cluster would not know."""

from collections.abc import Iterable

from mlplat.compiler.check.embedded import bodies_of
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.served import Unserved, why_unserved

_ABSENT = {"": None}
"""In the place of the versions of a kind of which no definition was given."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Every object, and every trial of an Experiment, whose apiVersion and kind the chosen versions do not serve."""
    for item in scope.objects:
        for body in bodies_of(item):
            api_version, kind = body.body["apiVersion"], body.body["kind"]
            why = why_unserved(api_version, kind, scope.tables) or _why_given_serves_none(api_version, kind, scope)
            if why is not None:
                headline = f"{called(item)}: {why.problem}"
                yield FoundInObject(
                    item,
                    f"{body.pointer}/{why.field}",
                    headline,
                    "not served",
                    why.notes,
                    why.help,
                    tolerated=bool(body.pointer),
                )


def _why_given_serves_none(api_version: str, kind: str, scope: ObjectScope) -> Unserved | None:
    """A kind whose given definition has no version that is served."""
    group = api_version.rpartition("/")[0]
    if scope.tables.given.get((group, kind), _ABSENT):
        return None
    problem = f"no server of this environment serves {kind} in `{api_version}`"
    note = "the given CustomResourceDefinition serves no version of it (`served: false`)"
    return Unserved("apiVersion", problem, (note,), "give the definition that the cluster has, or take the object out")


RULE = ObjectRule("MLP410", check, single=True)
