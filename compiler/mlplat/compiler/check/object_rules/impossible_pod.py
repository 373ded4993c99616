"""MLP443: a pod template inside a custom resource whose pods the API server would refuse.

The server takes the resource: its schema knows the form of a pod, not the rules. The controller's pods are refused
later, and nothing starts. Source of the rules: `mlplat.compiler.check.core`; stricter than the server, by design.
"""

from collections.abc import Iterable

from mlplat.compiler.check.core.pod import PodUse, problems_of_pod
from mlplat.compiler.check.pods import called, pods_of
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.pointer import last_step, steps_of

_WHOLE = frozenset(
    {
        *(("kubeflow.org", kind) for kind in ("PyTorchJob", "TFJob", "XGBoostJob", "PaddleJob", "JAXJob", "MPIJob")),
        ("kubeflow.org", "Experiment"),
        ("jobset.x-k8s.io", "JobSet"),
        ("trainer.kubeflow.org", "TrainingRuntime"),
        ("trainer.kubeflow.org", "ClusterTrainingRuntime"),
    }
)
"""Kinds that carry whole pods; parts of pods (`runtimePatches`, predictors) are completed by their controller."""


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Pods of jobs, runtimes and trials."""
    for item in scope.objects:
        if (item.ref.group, item.ref.kind) not in _WHOLE:
            continue
        for pod in pods_of(item):
            if "/runtimePatches/" in pod.pointer or "/podTemplateOverrides/" in pod.pointer:
                continue
            for pointer, problem in problems_of_pod(pod.spec, pod.pointer, PodUse()):
                if not _is_filled_in_later(pod.spec, pointer[len(pod.pointer) :]):
                    place = last_step(pointer)
                    named = f"`{place}` " if not place.isdigit() else ""
                    headline = f"{called(item)}: its pods would be refused: {named}{problem}"
                    note = "the server takes this object, and refuses the pods that the controller makes of it"
                    yield FoundInObject(item, pointer, headline, "no pod can have this", (note,), tolerated=True)


def _is_filled_in_later(value: object, pointer: str) -> bool:
    """True where Katib puts a value in before it creates the trial."""
    for step in steps_of(pointer):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit():
            value = value[int(step)]
    return "${trial" in str(value)


RULE = ObjectRule("MLP443", check, single=True)
