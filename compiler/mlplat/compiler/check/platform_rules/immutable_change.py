"""MLP453: a change that the server refuses, because the field cannot be changed in an object that is there."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.immutable import Refused, refused_changes
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, PlatformRule, PlatformScope
from mlplat.objects.pointer import last_step

_RUNS = frozenset(("TrainingJob", "TuningExperiment"))


def check(scope: PlatformScope) -> Iterable[tuple[str, FoundInObject]]:
    """Objects that are committed under the same name with another value of such a field."""
    for name, lowered in sorted(scope.objects.items()):
        committed = scope.committed.get(name)
        if not committed:
            continue
        versions = scope.environments[name].versions
        for item in lowered.objects:
            old = committed.get(item.ref)
            refused = next(refused_changes(old, item.body, item.ref[:2], versions), None) if old is not None else None
            if refused is not None:
                yield name, _found(name, item, refused)


def _found(environment: str, item: KubeObject, refused: Refused) -> FoundInObject:
    field = last_step(refused.pointer)
    notes = (refused.why,) if refused.why else ()
    return FoundInObject(
        item,
        refused.pointer,
        f"{called(item)} of `{environment}`: `{field}` cannot be changed any more",
        f"`{field}` changes",
        (*notes, "the server would refuse the change, and the Application would stay OutOfSync"),
        _cure(item),
        at_key=True,
    )


def _cure(item: KubeObject) -> str:
    if item.origin is not None and item.origin.kind in _RUNS:
        again = (getattr(item.origin.document.spec, "rerun", None) or 0) + 1
        return f"start a new run beside the old: `rerun: {again}`; or take the change back"
    if item.ref.kind == "PersistentVolumeClaim":
        return "make a new claim of another name and move the data; or take the change back"
    return "give the object another name, or delete the old one from the cluster first; or take the change back"


RULE = PlatformRule("MLP453", check, compares=True)
