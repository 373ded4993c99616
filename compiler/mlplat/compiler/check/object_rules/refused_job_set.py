"""MLP447: what JobSet's webhook refuses."""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.webhooks import jobset

_NOTE = "JobSet's webhook refuses the object"


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """JobSets."""
    for item in scope.of_kind("jobset.x-k8s.io", "JobSet"):
        for pointer, problem in jobset.problems_of_set(item.body):
            place = pointer.rsplit("/", 1)[-1].replace("~1", "/")
            named = f"`{place}` " if place and not place.isdigit() else ""
            yield FoundInObject(item, pointer, f"{called(item)}: {named}{problem}", "the webhook refuses it", (_NOTE,))


RULE = ObjectRule("MLP447", check, single=True)
