"""MLP444: what Trainer's webhooks refuse."""

from collections.abc import Iterable

from mlplat.compiler.check.refusals import refusals_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.webhooks import trainer

_NOTE = "Trainer's webhook refuses the object"


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """TrainJobs and training runtimes; only where the cluster has Trainer."""
    if scope.versions.has("trainer"):
        for item in scope.of_kind("trainer.kubeflow.org", "TrainJob"):
            yield from refusals_of(item, trainer.problems_of_job(item.body, scope.versions), "the webhook", _NOTE)
        for item in scope.of_kind("trainer.kubeflow.org", "TrainingRuntime", "ClusterTrainingRuntime"):
            yield from refusals_of(item, trainer.problems_of_runtime(item.body), "the webhook", _NOTE)


RULE = ObjectRule("MLP444", check, single=True)
