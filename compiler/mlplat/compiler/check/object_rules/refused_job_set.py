"""MLP447: what JobSet's webhook refuses."""

from collections.abc import Iterable

from mlplat.compiler.check.refusals import refusals_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.webhooks import jobset


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """JobSets."""
    for item in scope.of_kind("jobset.x-k8s.io", "JobSet"):
        note = "JobSet's webhook refuses the object"
        yield from refusals_of(item, jobset.problems_of_set(item.body), "the webhook", note)


RULE = ObjectRule("MLP447", check, single=True)
