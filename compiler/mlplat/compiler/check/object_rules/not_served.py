"""MLP410: an apiVersion and kind that the cluster would not know."""

from collections.abc import Iterable

from mlplat.compiler.check.embedded import bodies_of
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.served import why_unserved


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Every object, and every trial of an Experiment, whose apiVersion and kind the chosen versions do not serve."""
    for item in scope.objects:
        for body in bodies_of(item):
            why = why_unserved(body.body["apiVersion"], body.body["kind"], scope.tables)
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


RULE = ObjectRule("MLP410", check, single=True)
