"""MLP445: what Kueue's webhooks refuse."""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.webhooks import kueue

_NOTE = "Kueue's webhook refuses the object"
_JOBS = frozenset(
    {
        ("batch", "Job"),
        ("jobset.x-k8s.io", "JobSet"),
        ("trainer.kubeflow.org", "TrainJob"),
        *(("kubeflow.org", kind) for kind in ("PyTorchJob", "TFJob", "XGBoostJob", "PaddleJob", "JAXJob", "MPIJob")),
    }
)


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Queues, flavors, and jobs that go through a queue; only where the cluster has Kueue."""
    if not scope.versions.has("kueue"):
        return
    for item in scope.objects:
        key = (item.ref.group, item.ref.kind)
        if key in (("kueue.x-k8s.io", "ClusterQueue"), ("kueue.x-k8s.io", "Cohort")):
            found = kueue.problems_of_queue(item.body)
        elif key == ("kueue.x-k8s.io", "ResourceFlavor"):
            found = kueue.problems_of_flavor(item.body)
        elif key in _JOBS:
            found = kueue.problems_of_job(item.body)
        else:
            continue
        for pointer, problem in found:
            place = pointer.rsplit("/", 1)[-1].replace("~1", "/")
            named = f"`{place}` " if place and not place.isdigit() else ""
            yield FoundInObject(item, pointer, f"{called(item)}: {named}{problem}", "the webhook refuses it", (_NOTE,))


RULE = ObjectRule("MLP445", check, single=True)
