"""The schema of `metadata`, the same for every kind.

Source: `meta/v1.ObjectMeta` of k8s.io/apimachinery, whose fields are the same from Kubernetes 1.25 to 1.37.
"""

from typing import Final

from mlplat.catalog.node import Node

_TEXT: Node = {"type": "string"}
_TEXTS: Node = {"type": "object", "additionalProperties": _TEXT}
_TIME: Node = {"type": "string", "format": "date-time"}
_WHOLE: Node = {"type": "integer", "format": "int64"}

_OWNER: Node = {
    "type": "object",
    "properties": {
        "apiVersion": _TEXT,
        "blockOwnerDeletion": {"type": "boolean"},
        "controller": {"type": "boolean"},
        "kind": _TEXT,
        "name": _TEXT,
        "uid": _TEXT,
    },
    "required": ["apiVersion", "kind", "name", "uid"],
    "x-kubernetes-map-type": "atomic",
}
_MANAGED: Node = {
    "type": "object",
    "properties": {
        "apiVersion": _TEXT,
        "fieldsType": _TEXT,
        "fieldsV1": {"x-kubernetes-preserve-unknown-fields": True},
        "manager": _TEXT,
        "operation": _TEXT,
        "subresource": _TEXT,
        "time": _TIME,
    },
}

OBJECT_META: Final[Node] = {
    "type": "object",
    "properties": {
        "annotations": _TEXTS,
        "creationTimestamp": _TIME,
        "deletionGracePeriodSeconds": _WHOLE,
        "deletionTimestamp": _TIME,
        "finalizers": {
            "type": "array",
            "items": _TEXT,
            "x-kubernetes-list-type": "set",
            "x-kubernetes-patch-strategy": "merge",
        },
        "generateName": _TEXT,
        "generation": _WHOLE,
        "labels": _TEXTS,
        "managedFields": {"type": "array", "items": _MANAGED, "x-kubernetes-list-type": "atomic"},
        "name": _TEXT,
        "namespace": _TEXT,
        "ownerReferences": {
            "type": "array",
            "items": _OWNER,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["uid"],
            "x-kubernetes-patch-merge-key": "uid",
            "x-kubernetes-patch-strategy": "merge",
        },
        "resourceVersion": _TEXT,
        "selfLink": _TEXT,
        "uid": _TEXT,
    },
}
"""`metadata` as every kind has it; nothing else may be written there."""

API_VERSION: Final[Node] = _TEXT
KIND: Final[Node] = _TEXT
STATUS: Final[Node] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
"""`status` is not described: what is declared never has one, and the server ignores one that is sent."""
