"""Which kinds are asked for, and by which name."""

import pytest

from mlplat.drift.detect import likely_plural


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("PyTorchJob", "pytorchjobs"),
        ("NetworkPolicy", "networkpolicies"),
        ("WorkloadPriorityClass", "workloadpriorityclasses"),
        ("Ingress", "ingresses"),
    ],
)
def test_the_plural_of_a_kind_that_no_schema_names(kind: str, plural: str) -> None:
    assert likely_plural(kind) == plural
