"""MLP420: a finished run that is deleted after a while, although git still asks for it.

Tried with Argo CD 3.6.1 and selfHeal: the object was created again and the job ran again, for ever.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope

_PLACES = (("spec",), ("spec", "runPolicy"))
_FIELD = "ttlSecondsAfterFinished"


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Objects that are synced and delete themselves (Job, JobSet, the v1 training jobs, RayJob)."""
    for item in scope.objects:
        for pointer in _times(item):
            yield FoundInObject(
                item,
                pointer,
                f"{called(item)} is deleted after it finished, and git brings it back",
                "it would run again",
                ("with selfHeal Argo CD creates again what only git still has: the run starts over, for ever",),
                f"delete `{_FIELD}`; `onChange: replace` removes the run before when there is a new one",
            )


def _times(item: KubeObject) -> Iterator[str]:
    for place in _PLACES:
        value: Any = item.body
        for step in place:
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, dict) and value.get(_FIELD) is not None and not _is_hook(item):
            yield f"/{'/'.join(place)}/{_FIELD}"


def _is_hook(item: KubeObject) -> bool:
    """Hooks of Argo CD are run at a sync and not kept: they may go (`argocd.argoproj.io/hook`)."""
    annotations = item.body["metadata"].get("annotations")
    return isinstance(annotations, dict) and "argocd.argoproj.io/hook" in annotations


RULE = ObjectRule("MLP420", check, single=True)
