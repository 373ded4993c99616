"""MLP430: a hand-written object that says no namespace, and so goes to `default`."""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Manifests of namespaced kinds without `metadata.namespace`."""
    for item in scope.objects:
        if item.node is None or item.ref.namespace != "default":
            continue
        written = item.node.at(("metadata", "namespace"))
        if written is None or written.value != "default":
            yield FoundInObject(
                item,
                "/metadata",
                f"{called(item)} says no namespace",
                "`namespace` is missing",
                ("it goes to the namespace `default`, which no team owns and no quota limits",),
                "add `namespace`, the one of the team that it belongs to",
                at_key=True,
            )


RULE = ObjectRule("MLP430", check, single=True)
