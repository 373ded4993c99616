"""MLP416: two objects of one environment that would be one in the cluster."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import KubeObject
from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.gvk import ObjectRef


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Every object whose group, kind, namespace and name another has too; the hand-written one is blamed."""
    first: dict[ObjectRef, KubeObject] = {}
    for item in scope.objects:
        if "generateName" in item.body["metadata"]:
            continue  # where it has a name, that is not known before the server gives it
        other = first.setdefault(item.ref, item)
        if other is not item:
            blamed, kept = (item, other) if item.node is not None or other.node is None else (other, item)
            where = f" in namespace `{item.ref.namespace}`" if item.ref.namespace else ""
            yield FoundInObject(
                blamed,
                "/metadata/name",
                f"{called(blamed)}{where} is there twice",
                "a second object of this name",
                (
                    f"the other is {_made_from(kept)}",
                    "the cluster has one object of a name: each sync would overwrite the other's",
                ),
                "rename one, or delete the manifest and change the specification (`patches`)",
            )


def _made_from(item: KubeObject) -> str:
    if item.origin is not None:
        return f"made from {item.origin.kind} `{item.origin.name}` ({item.origin.span('metadata', 'name')})"
    return f"written by hand ({item.node.span})" if item.node is not None else "written by hand"


RULE = ObjectRule("MLP416", check)
