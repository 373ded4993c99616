"""A default in other words is still the default, whoever wrote it."""

from typing import Any

import pytest

from tests.drift.test_laws import compare


@pytest.mark.parametrize(("live", "same"), [("3600s", True), ("60m", True), ("1h0m0s", True), ("2h", False)])
def test_a_default_duration_written_back_in_other_words_is_the_default(live: str, same: bool) -> None:
    spec: dict[str, Any] = {"secretStoreRef": {"name": "vault"}, "target": {"name": "one"}}
    metadata = {"name": "one", "namespace": "default"}
    declared = {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": metadata, "spec": spec}
    fields = {
        "apiVersion": "external-secrets.io/v1",
        "fieldsType": "FieldsV1",
        "operation": "Update",
        "manager": "kubectl-edit",
        "time": "2026-11-25T10:00:00Z",
        "fieldsV1": {"f:spec": {"f:refreshInterval": {}}},
    }
    body = {
        **declared,
        "metadata": {**metadata, "managedFields": [fields]},
        "spec": {**spec, "refreshInterval": live},
    }
    found = [one.pointer for one in compare(declared, body).findings]
    assert found == ([] if same else ["/spec/refreshInterval"])
