"""MLP445: what Kueue's webhooks refuse."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from mlplat.catalog.products import V1_JOBS
from mlplat.compiler.check.reading import Body, Problem
from mlplat.compiler.check.refusals import refusals_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.compiler.check.webhooks import kueue, kueue_jobs

_OF_KIND: Mapping[tuple[str, str], Callable[[Body], Iterator[Problem]]] = {
    ("kueue.x-k8s.io", "ClusterQueue"): kueue.problems_of_queue,
    ("kueue.x-k8s.io", "Cohort"): kueue.problems_of_queue,
    ("kueue.x-k8s.io", "ResourceFlavor"): kueue.problems_of_flavor,
    ("batch", "Job"): kueue_jobs.problems_of_job,
    ("jobset.x-k8s.io", "JobSet"): kueue_jobs.problems_of_job,
    ("trainer.kubeflow.org", "TrainJob"): kueue_jobs.problems_of_job,
    # Of MPIJobs it knows v2beta1 only.
    **{("kubeflow.org", kind): kueue_jobs.problems_of_job for kind in V1_JOBS if kind != "MPIJob"},
}


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Queues, flavors, and jobs that go through a queue; only where the cluster has Kueue."""
    if scope.versions.has("kueue"):
        for item in scope.objects:
            problems = _OF_KIND.get((item.ref.group, item.ref.kind))
            if problems is not None:
                note = "Kueue's webhook refuses the object"
                yield from refusals_of(item, problems(item.body), "the webhook", note)


RULE = ObjectRule("MLP445", check, single=True)
