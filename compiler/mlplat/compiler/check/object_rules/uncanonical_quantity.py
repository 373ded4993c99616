"""MLP418: a quantity of a custom resource that a controller rewrites when it stores the object.

Controllers and webhooks in Go read and write whole objects, and `resource.Quantity` is written in canonical form
(k8s.io/apimachinery `pkg/api/resource`, CanonicalizeBytes): KServe's and Kueue's defaulting webhooks do so.
"""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called, is_by_hand
from mlplat.compiler.check.quantities import uncanonical_quantities
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Texts of quantities that are not canonical, in custom resources that somebody wrote or patched."""
    for item in filter(is_by_hand, scope.objects):
        for found in uncanonical_quantities(item, scope):
            if found.custom and isinstance(found.written, str):
                yield FoundInObject(
                    item,
                    found.pointer,
                    f"{called(item)}: the quantity `{found.written}` is stored as `{found.canonical}`",
                    f"stored as `{found.canonical}`",
                    ("where a controller writes the object back, Argo CD shows a difference that nobody made",),
                    f"write `{found.canonical}`",
                )


RULE = ObjectRule("MLP418", check, single=True)
