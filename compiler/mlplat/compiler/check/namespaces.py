"""Namespaces that are not for workloads.

Source: kubeflow/community-distribution 26.03, `common/kubeflow-namespace/base/kubeflow/namespace.yaml`: the namespace
`kubeflow` enforces the restricted pod security level and carries the label `control-plane`, for which KServe's pod
webhook (v0.20.0 `config/webhook/manifests.yaml`) leaves pods alone, so that models are never downloaded.
"""

CONTROL_PLANE = frozenset(
    {
        *("kube-system", "kube-public", "kube-node-lease"),
        *("kubeflow", "kubeflow-system", "auth", "oauth2-proxy", "cert-manager", "istio-system"),
        *("knative-serving", "knative-eventing", "kserve", "kueue-system", "jobset-system", "argocd"),
        *("external-secrets", "training-operator"),
    }
)
"""Namespaces that Kubernetes, Kubeflow's distribution (26.03) and their usual companions install themselves into."""
