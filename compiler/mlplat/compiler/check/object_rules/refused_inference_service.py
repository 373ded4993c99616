"""MLP446: what KServe's webhooks refuse."""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.webhooks import kserve

_NOTE = "KServe's webhook refuses the object"


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """InferenceServices and InferenceGraphs; only where the cluster has KServe."""
    if not scope.versions.has("kserve"):
        return
    for item in scope.of_kind("serving.kserve.io", "InferenceService", "InferenceGraph"):
        service = item.ref.kind == "InferenceService"
        for pointer, problem in (
            kserve.problems_of_service(item.body, scope.versions) if service else kserve.problems_of_graph(item.body)
        ):
            place = pointer.rsplit("/", 1)[-1].replace("~1", "/")
            named = f"`{place}` " if place and not place.isdigit() else ""
            yield FoundInObject(item, pointer, f"{called(item)}: {named}{problem}", "the webhook refuses it", (_NOTE,))


RULE = ObjectRule("MLP446", check, single=True)
