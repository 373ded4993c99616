"""MLP444: what Trainer's webhooks refuse."""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.webhooks import trainer

_NOTE = "Trainer's webhook refuses the object"


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """TrainJobs and training runtimes; only where the cluster has Trainer."""
    if not scope.versions.has("trainer"):
        return
    for item in scope.of_kind("trainer.kubeflow.org", "TrainJob", "TrainingRuntime", "ClusterTrainingRuntime"):
        job = item.ref.kind == "TrainJob"
        for pointer, problem in (
            trainer.problems_of_job(item.body, scope.versions) if job else trainer.problems_of_runtime(item.body)
        ):
            place = pointer.rsplit("/", 1)[-1].replace("~1", "/")
            named = f"`{place}` " if place and not place.isdigit() else ""
            yield FoundInObject(item, pointer, f"{called(item)}: {named}{problem}", "the webhook refuses it", (_NOTE,))


RULE = ObjectRule("MLP444", check, single=True)
