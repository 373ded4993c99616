"""MLP417: a quantity of a custom resource that is written as a number.

Seen with Argo CD 3.6.1: a ClusterQueue with `nominalQuota: 8` and a PyTorchJob with `nvidia.com/gpu: 1` were OutOfSync
for good, and Synced, without any ignore rule, once they were written as `"8"` and `"1"`. Argo CD normalises
quantities only in the kinds that Kubernetes itself defines (gitops-engine `pkg/diff/diff.go`, remarshal).
"""

from collections.abc import Iterable

from mlplat.compiler.check.pods import called, is_by_hand
from mlplat.compiler.check.quantities import uncanonical_quantities
from mlplat.compiler.check.rule import FoundInObject, ObjectRule, ObjectScope
from mlplat.objects.pointer import last_step


def check(scope: ObjectScope) -> Iterable[FoundInObject]:
    """Numbers in the place of quantities, in custom resources that somebody wrote or patched."""
    for item in filter(is_by_hand, scope.objects):
        for found in uncanonical_quantities(item, scope):
            if found.custom and not isinstance(found.written, str):
                field = last_step(found.pointer)
                yield FoundInObject(
                    item,
                    found.pointer,
                    f"{called(item)}: the quantity `{field}` is written as a number",
                    "stored as text",
                    ("Argo CD would call the object OutOfSync for good: its controller stores text here",),
                    f'write `{field}: "{found.canonical}"`',
                )


RULE = ObjectRule("MLP417", check, single=True)
