"""Fields that the API server, its controllers and GitOps tools keep in every object for themselves.

Source: Kubernetes 1.37 `staging/src/k8s.io/api/*/v1/annotation_key_constants.go` and well_known_labels.go, Argo CD 3.6
`common/common.go`, Flux 2 `kustomize-controller/internal/controller`, Helm 3 `pkg/action/validate.go`, and what the
programs of `tests/live/record.py` were seen to write.
"""

import re
from collections.abc import Mapping
from typing import Any

from mlplat.objects.marks import LAST_APPLIED

METADATA = (
    "name",
    "namespace",
    "managedFields",
    "resourceVersion",
    "uid",
    "creationTimestamp",
    "generation",
    "selfLink",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generateName",
)
"""Fields of `metadata` that nobody declares and the server writes, and those by which the two sides were joined."""

ROOT = ("status",)
"""Fields of an object that are never declared: a status is written by controllers, also where it is no subresource."""

OPERATION = {("argoproj.io", "Application"): "operation"}
"""What a kind is asked to do once; Argo CD takes it away when it begins."""

SERVER_ANNOTATIONS = re.compile(
    r"deployment\.kubernetes\.io/(?:revision|revision-history|desired-replicas|max-replicas)"
    r"|deprecated\.daemonset\.template\.generation"
    r"|pv\.kubernetes\.io/.*|volume\.kubernetes\.io/.*|volume\.beta\.kubernetes\.io/storage-provisioner"
    r"|autoscaling\.alpha\.kubernetes\.io/(?:conditions|metrics|current-metrics|behavior)"
    r"|batch\.kubernetes\.io/job-tracking"
    r"|batch\.kubernetes\.io/cronjob-scheduled-timestamp"
    r"|control-plane\.alpha\.kubernetes\.io/leader"
    r"|endpoints\.kubernetes\.io/.*"
    r"|rbac\.authorization\.kubernetes\.io/autoupdate"
    r"|kubernetes\.io/service-account\.(?:name|uid)"
    r"|openshift\.io/.*|security\.openshift\.io/.*"
)
TOOL_ANNOTATIONS = re.compile(
    rf"{re.escape(LAST_APPLIED)}"
    r"|argocd\.argoproj\.io/(?:tracking-id|installation-id|refresh|hydrate|application-set-refresh)"
    r"|(?:kustomize|helm)\.toolkit\.fluxcd\.io/(?:checksum|reconcile-at)"
    r"|reconcile\.fluxcd\.io/requestedAt"
    r"|meta\.helm\.sh/release-(?:name|namespace)"
    r"|config\.k8s\.io/owning-inventory|objectset\.rio\.cattle\.io/.*"
)
SERVER_LABELS = re.compile(r"kubernetes\.io/metadata\.name")
TOOL_LABELS = re.compile(
    r"(?:kustomize|helm)\.toolkit\.fluxcd\.io/(?:name|namespace)|applyset\.kubernetes\.io/.*"
    r"|objectset\.rio\.cattle\.io/hash"
)
ARGO_LABEL = "app.kubernetes.io/instance"
"""Argo CD's older way of tracking: explained where no person wrote it."""

FINALIZERS = frozenset(
    (
        "batch.kubernetes.io/job-tracking",
        "customresourcecleanup.apiextensions.k8s.io",
        "externalsecrets.external-secrets.io/externalsecret-cleanup",
        "finalizer.keda.sh",
        "foregroundDeletion",
        "inferenceservice.finalizers",
        "kubernetes",
        "kubernetes.io/pv-protection",
        "kubernetes.io/pvc-protection",
        "kueue.x-k8s.io/resource-in-use",
        "kueue.x-k8s.io/managed-resources",
        "orphan",
        "profile-finalizer",
        "secretstore.externalsecrets.io/finalizer",
        "service.kubernetes.io/load-balancer-cleanup",
        "snapshot.storage.kubernetes.io/pvc-as-source-protection",
        "trainer.kubeflow.org/resource-in-use",
        "update-prometheus-metrics",
        "volumesnapshot-as-source-protection",
    )
)
"""Finalizers of controllers, by which an object waits for them when it is deleted."""


def stored(body: Mapping[str, Any]) -> dict[str, Any]:
    """An object without what the server alone writes; the original is not changed. Owner references are kept: they are
    judged by who declares them."""
    kept = {key: value for key, value in body.items() if key not in ROOT}
    group = str(body.get("apiVersion", "")).rpartition("/")[0]
    operation = OPERATION.get((group, str(body.get("kind"))))
    if operation is not None:
        kept.pop(operation, None)
    metadata = kept.get("metadata")
    if isinstance(metadata, Mapping):
        kept["metadata"] = {key: value for key, value in metadata.items() if key not in METADATA}
    kept.pop("apiVersion", None)
    return kept
