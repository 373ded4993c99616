"""MLP443: a pod template inside a custom resource whose pods the API server would refuse.

The server takes the resource: its schema knows the form of a pod, not the rules. The controller's pods are refused
later, and nothing starts. Source of the rules: `mlplat.compiler.check.core`; stricter than the server, by design.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.catalog.products import V1_JOBS
from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.core.pod import PodUse, problems_of_pod
from mlplat.compiler.check.core.pod_amounts import huge_pages, part_of_resources
from mlplat.compiler.check.core.pod_totals import problems_of_totals
from mlplat.compiler.check.cures import cure_of
from mlplat.compiler.check.pods import called, is_by_hand, pods_of
from mlplat.compiler.check.refusals import says_all
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.pointer import escape, last_step, steps_of

_WHOLE = frozenset(
    {
        *(("kubeflow.org", kind) for kind in V1_JOBS),
        ("kubeflow.org", "Experiment"),
        ("kubeflow.org", "Notebook"),
        ("jobset.x-k8s.io", "JobSet"),
        ("trainer.kubeflow.org", "TrainingRuntime"),
        ("trainer.kubeflow.org", "ClusterTrainingRuntime"),
    }
)
"""Kinds that carry whole pods; parts of pods (`runtimePatches`, predictors) are completed by their controller."""

_TEMPLATED = frozenset(
    {
        *(("apps", kind) for kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")),
        *(("batch", kind) for kind in ("Job", "CronJob")),
    }
)
"""Kubernetes' own kinds, whose pods are judged with their object, but for requests that only a pod is given."""

_PARTS = frozenset((("trainer.kubeflow.org", "TrainJob"), ("serving.kserve.io", "InferenceService")))
"""Kinds that say only a part of their pods. What they say of resources is judged."""
_AMOUNTS = frozenset(("resources", "resourcesPerNode"))


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Pods of jobs, runtimes, notebooks and trials, and amounts of what is no whole pod."""
    for item in scope.objects:
        if (item.ref.group, item.ref.kind) in _PARTS and is_by_hand(item):
            for pointer, problem in _amounts(item.body.get("spec"), "/spec"):
                yield _found(item, pointer, problem)
        if (item.ref.group, item.ref.kind) in _TEMPLATED:
            for pod in pods_of(item):
                refused = set(problems_of_totals(pod.spec, pod.pointer, filled=False))  # MLP440 says it
                for pointer, problem in problems_of_totals(pod.spec, pod.pointer, filled=True):
                    if (pointer, problem) not in refused:
                        yield _found(item, pointer, problem)
        if (item.ref.group, item.ref.kind) not in _WHOLE:
            continue
        for pod in pods_of(item):
            if "/runtimePatches/" in pod.pointer or "/podTemplateOverrides/" in pod.pointer:
                continue
            for pointer, problem in problems_of_pod(pod.spec, pod.pointer, PodUse(made=True)):
                if pointer.endswith("/resources") and not is_by_hand(item):
                    continue  # the rules on specifications say it at the user's own line
                if item.ref.group == "trainer.kubeflow.org" and problem == "needs `image`":
                    continue  # a TrainJob's `trainer.image` fills it in
                if not _is_filled_in_later(pod.spec, pointer[len(pod.pointer) :]):
                    yield _found(item, pointer, problem)


def _found(item: KubeObject, pointer: str, problem: str) -> FoundInObject:
    place = last_step(pointer)
    named = f"`{place}` " if not place.isdigit() and not says_all(problem) else ""
    headline = f"{called(item)}: its pods would be refused: {named}{problem}"
    note = "the server takes this object, and refuses the pods that the controller makes of it"
    return FoundInObject(item, pointer, headline, "no pod can have this", (note,), cure_of(problem), tolerated=True)


def _amounts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Requests and limits anywhere within a value, by the form that they have in every kind."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in children:
        below = f"{pointer}/{escape(str(key))}"
        if key in _AMOUNTS and isinstance(inner, dict):
            sides = (inner.get("limits"), inner.get("requests"))
            problem = part_of_resources(inner) or huge_pages(sides[0]) or huge_pages(sides[1])
            if problem is not None:
                yield below, problem
        elif isinstance(inner, dict | list):
            yield from _amounts(inner, below)


def _is_filled_in_later(value: object, pointer: str) -> bool:
    """True where Katib puts a value in before it creates the trial."""
    for step in steps_of(pointer):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit():
            value = value[int(step)]
    return "${trial" in str(value)


RULE = ObjectRule("MLP443", check, single=True)
