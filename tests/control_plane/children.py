"""What controllers made of an object, found by their labels and owner references."""

from typing import Any

from mlplat.compiler.artifacts import Resolved
from mlplat.schema.training import TrainingJob
from tests.control_plane.cluster import Body, until
from tests.control_plane.place import Place

RUN_KINDS = ("TrainJob", "PyTorchJob")
"""Kinds of the example's training runs: one where an environment has a Trainer, the other where it has none."""

ENDED = {"TrainJob": "Complete", "PyTorchJob": "Succeeded"}
"""The condition that a run has once all its work is done (Trainer 2.x, Training Operator 1.9)."""


def jobs(place: Place) -> list[tuple[Resolved[TrainingJob], Body]]:
    """Each training job of an environment and the object that it became."""
    found = []
    for job in place.environment.all(TrainingJob):
        name = job.name
        (body,) = (
            item
            for item in place.bodies()
            if item["kind"] in RUN_KINDS and item["metadata"]["labels"]["app.kubernetes.io/name"] == name
        )
        found.append((job, body))
    assert found
    return found


def pods_of(place: Place, body: Body) -> list[Body]:
    """The pods of a run."""
    label = "jobset.sigs.k8s.io/jobset-name" if body["kind"] == "TrainJob" else "training.kubeflow.org/job-name"
    metadata = body["metadata"]
    return place.cluster.get("pods", "-n", metadata["namespace"], "-l", f"{label}={metadata['name']}")


def wait_for_pods(place: Place, body: Body, nodes: int) -> list[Body]:
    """The pods of a run as soon as there are so many."""
    until(lambda: len(pods_of(place, body)) >= nodes, f"{nodes} pods of {body['metadata']['name']}")
    return pods_of(place, body)


def condition(body: Body | None, kind: str) -> Body:
    """A condition in the status of an object; empty where there is none."""
    conditions = (body or {}).get("status", {}).get("conditions", ())
    return next((item for item in conditions if item["type"] == kind), {})


def workload_of(place: Place, body: Body) -> Body | None:
    """The Workload by which Kueue counts an object."""
    name = body["metadata"]["name"]
    found = place.cluster.get("workloads.kueue.x-k8s.io", "-n", body["metadata"]["namespace"])
    return next((w for w in found if any(o["name"] == name for o in w["metadata"]["ownerReferences"])), None)


def word_of_kueue(place: Place, body: Body) -> Body:
    """Whether Kueue has quota for an object, and why not: a condition, empty as long as Kueue has not said."""
    return condition(workload_of(place, body), "QuotaReserved")


def env_of(pod: Body, name: str) -> list[Any]:
    """Every value that a variable has in the containers, in order; a field reference as its path."""
    found = []
    for container in pod["spec"]["containers"]:
        for item in container.get("env", ()):
            if item["name"] == name:
                field = item.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath")
                found.append(item.get("value", field))
    return found
