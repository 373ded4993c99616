"""MLP446: what KServe's webhooks refuse."""

from collections.abc import Iterable, Iterator

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.reading import Problem
from mlplat.compiler.check.refusals import refusals_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.webhooks import kserve, kserve_runtime

_KINDS = ("InferenceService", "InferenceGraph", "ServingRuntime", "ClusterServingRuntime", "TrainedModel")


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """KServe's own kinds; only where the cluster has KServe."""
    if scope.versions.has("kserve"):
        for item in scope.of_kind("serving.kserve.io", *_KINDS):
            yield from refusals_of(item, _problems(item, scope), "the webhook", "KServe's webhook refuses the object")


def _problems(item: KubeObject, scope: ObjectScope) -> Iterator[Problem]:
    match item.ref.kind:
        case "InferenceService":
            return kserve.problems_of_service(item.body, scope.versions)
        case "InferenceGraph":
            return kserve_runtime.problems_of_graph(item.body)
        case "TrainedModel":
            return kserve_runtime.problems_of_trained_model(item.body)
    return kserve_runtime.problems_of_runtime(item.body)


RULE = ObjectRule("MLP446", check, single=True)
