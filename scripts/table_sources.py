"""Which component version each distilled table describes, and which published CRD files describe it.

Where one file stands for several versions, the published schemas of these versions were compared and are equal
(prose aside); `schema_of` keeps the tag that the file was taken from. Kinds that a version serves, whose schema
differs and is not at hand, are listed as unheld: nothing is checked against a neighbouring version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ROOT = ""


@dataclass(frozen=True)
class Source:
    """One table. `files` are paths below the CRD folder without `.yaml`, or `*` names all of a folder."""

    component: str
    version: str
    files: tuple[str, ...]
    unheld: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CoreKind:
    """A kind that Kubernetes itself serves. The OpenAPI document says neither plural nor scope, so they are here."""

    group: str
    kind: str
    plural: str
    namespaced: bool
    versions: tuple[str, ...] = ("v1",)
    deprecated: tuple[str, ...] = ()


def _kubeflow(*plurals: str) -> tuple[str, ...]:
    return tuple(f"kubeflow.org/{plural}" for plural in plurals)


def _older(folder: str, *plurals: str) -> tuple[str, ...]:
    return tuple(f"older/{folder}/{plural}" for plural in plurals)


_TRAINER = ("clustertrainingruntimes", "trainingruntimes", "trainjobs")
_V1_JOBS = ("mpijobs", "paddlejobs", "pytorchjobs", "tfjobs", "xgboostjobs")
_NEW_V1_JOBS = ("jaxjobs", *_V1_JOBS)
_SERVING = ("clusterservingruntimes", "inferencegraphs", "inferenceservices", "servingruntimes")
_KATIB = _kubeflow("experiments", "suggestions", "trials")
_NOTEBOOKS = (*_kubeflow("notebooks", "pvcviewers"), "tensorboard.kubeflow.org/tensorboards")
_PROFILES = _kubeflow("poddefaults", "profiles")
_SCHEDULED = _kubeflow("scheduledworkflows")
_PIPELINES = (*_SCHEDULED, "pipelines.kubeflow.org/pipelines", "pipelines.kubeflow.org/pipelineversions")

_KS = "serving.kserve.io"
_DIFFERS = "the schema of this version differs from the newest and is not held"
_MXNET = {"kubeflow.org/MXJob": "MXJob ended with Training Operator 1.9; its schema is not held"}


def _differs(*kinds: str) -> dict[str, str]:
    return {f"{_KS}/{kind}": _DIFFERS for kind in kinds}


_LLM = ("LLMInferenceService", "LLMInferenceServiceConfig")


def _kserve(*plurals: str) -> tuple[str, ...]:
    return tuple(f"{_KS}/{plural}" for plural in plurals)


SOURCES: tuple[Source, ...] = (
    Source("trainer", "2.1.0", _older("trainer-v2.1.0", *_TRAINER)),
    Source("trainer", "2.2.0", _older("trainer-v2.2.0", *_TRAINER)),
    Source("trainer", "2.3.0", tuple(f"trainer.kubeflow.org/{plural}" for plural in _TRAINER)),
    Source("trainingOperator", "1.7.0", _older("training-operator-v1.7.0", *_V1_JOBS), _MXNET),
    Source("trainingOperator", "1.8.1", _older("training-operator-v1.8.1", *_V1_JOBS), _MXNET),
    Source("trainingOperator", "1.9.2", _older("training-operator-v1.9.2", *_NEW_V1_JOBS)),
    Source("trainingOperator", "1.9.4", _kubeflow(*_NEW_V1_JOBS)),
    Source("mpiOperator", "0.8.0", _kubeflow("mpijobs.v2beta1")),
    *(Source("katib", version, _KATIB) for version in ("0.16.0", "0.17.0", "0.18.0", "0.19.0")),
    Source(
        "kserve", "0.11.1", _older("kserve-v0.11.1", *_SERVING), _differs("ClusterStorageContainer", "TrainedModel")
    ),
    Source(
        "kserve",
        "0.13.1",
        (*_older("kserve-v0.13.1", *_SERVING), *_kserve("trainedmodels")),
        _differs("ClusterStorageContainer"),
    ),
    *(
        Source(
            "kserve",
            version,
            (*_older(f"kserve-v{version}", *_SERVING), *_kserve("localmodelnodegroups", "trainedmodels")),
            _differs("ClusterStorageContainer", "LocalModelCache"),
        )
        for version in ("0.15.0", "0.15.2")
    ),
    Source(
        "kserve",
        "0.16.0",
        (
            *_older("kserve-v0.16.0", "inferenceservices"),
            *_kserve("inferencegraphs", "localmodelnodegroups", "trainedmodels"),
        ),
        _differs("ClusterServingRuntime", "ClusterStorageContainer", "LocalModelCache", "ServingRuntime", *_LLM),
    ),
    Source(
        "kserve",
        "0.18.0",
        (
            *_older("kserve-v0.18.0", "inferenceservices"),
            *_kserve("clusterservingruntimes", "clusterstoragecontainers", "inferencegraphs"),
            *_kserve("localmodelnodegroups", "servingruntimes", "trainedmodels"),
        ),
        _differs("LocalModelCache", "LocalModelNamespaceCache", *_LLM),
    ),
    Source("kserve", "0.20.0", (f"{_KS}/*",)),
    *(Source("notebooks", version, _NOTEBOOKS) for version in ("1.8.0", "1.9.2", "1.10.0", "1.11.0")),
    Source("workspaces", "2.0.0-beta.0", _kubeflow("workspacekinds", "workspaces")),
    *(Source("profiles", version, _PROFILES) for version in ("1.8.0", "1.9.2", "1.10.0", "2.0.0")),
    *(Source("pipelines", version, _SCHEDULED) for version in ("2.0.3", "2.3.0", "2.5.0")),
    *(Source("pipelines", version, _PIPELINES) for version in ("2.15.0", "2.16.0", "2.16.1", "2.17.0")),
    Source("jobset", "0.12.0", ("jobset.x-k8s.io/*",)),
    Source("kueue", "0.18.4", ("kueue-0.18.4/*",)),
    Source("kueue", "0.19.2", ("kueue.x-k8s.io/*",)),
    Source("externalSecrets", "2.9.0", ("external-secrets.io/*",)),
    Source("sealedSecrets", "0.36.6", ("bitnami.com/*",)),
    Source(
        "argocd",
        "3.5.1",
        tuple(f"argoproj.io/{plural}" for plural in ("applications", "applicationsets", "appprojects")),
    ),
    Source("certManager", "1.21.1", ("cert-manager.io/*",)),
    Source("istio", "1.30.3", ("networking.istio.io/*", "security.istio.io/*", "telemetry.istio.io/*")),
    Source("gatewayApi", "1.6.1", ("gateway.networking.k8s.io/*",)),
    Source("knative", "1.23.0", ("serving.knative.dev/*",)),
    Source("prometheusOperator", "0.93.0", ("monitoring.coreos.com/*",)),
    Source("grafanaOperator", "5.24.0", ("grafana.integreatly.org/*",)),
    Source("opentelemetry", "0.158.0", ("opentelemetry.io/*",)),
    Source("keda", "2.20.2", ("keda.sh/*",)),
    Source("karpenter", "1.14.1", ("karpenter.sh/*",)),
    Source("gpuOperator", "26.7.0", ("nvidia.com/*",)),
    Source("volcano", "1.15.1", ("batch.volcano.sh/*", "scheduling.volcano.sh/*")),
    Source("leaderWorkerSet", "0.10.0", ("leaderworkerset.x-k8s.io/*",)),
    Source("kuberay", "1.7.0", ("ray.io/*",)),
    Source("sparkOperator", "2.5.2", ("sparkoperator.k8s.io/*",)),
    Source("feast", "0.66.0", ("feast.dev/*",)),
    Source("kyverno", "1.19.0", ("kyverno.io/*", "policies.kyverno.io/*")),
    Source(
        "argoWorkflows",
        "4.1.2",
        tuple(f"argoproj.io/{plural}" for plural in ("cronworkflows", "workflows", "workflowtemplates")),
    ),
)

KUBERNETES_VERSIONS = tuple(f"1.{minor}" for minor in range(25, 38))

CORE_KINDS: tuple[CoreKind, ...] = (
    CoreKind("", "ConfigMap", "configmaps", True),
    CoreKind("", "Endpoints", "endpoints", True),
    CoreKind("", "Event", "events", True),
    CoreKind("", "LimitRange", "limitranges", True),
    CoreKind("", "Namespace", "namespaces", False),
    CoreKind("", "PersistentVolume", "persistentvolumes", False),
    CoreKind("", "PersistentVolumeClaim", "persistentvolumeclaims", True),
    CoreKind("", "Pod", "pods", True),
    CoreKind("", "PodTemplate", "podtemplates", True),
    CoreKind("", "ReplicationController", "replicationcontrollers", True),
    CoreKind("", "ResourceQuota", "resourcequotas", True),
    CoreKind("", "Secret", "secrets", True),
    CoreKind("", "Service", "services", True),
    CoreKind("", "ServiceAccount", "serviceaccounts", True),
    CoreKind("admissionregistration.k8s.io", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", False),
    CoreKind(
        "admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", False
    ),
    CoreKind("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", False),
    CoreKind("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", False),
    CoreKind(
        "admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", False
    ),
    CoreKind(
        "admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", False
    ),
    CoreKind("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", False),
    CoreKind("apiregistration.k8s.io", "APIService", "apiservices", False),
    CoreKind("apps", "DaemonSet", "daemonsets", True),
    CoreKind("apps", "Deployment", "deployments", True),
    CoreKind("apps", "ReplicaSet", "replicasets", True),
    CoreKind("apps", "StatefulSet", "statefulsets", True),
    CoreKind(
        "autoscaling",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        True,
        ("v1", "v2", "v2beta2"),
        ("v2beta2",),
    ),
    CoreKind("batch", "CronJob", "cronjobs", True),
    CoreKind("batch", "Job", "jobs", True),
    CoreKind("coordination.k8s.io", "Lease", "leases", True),
    CoreKind("discovery.k8s.io", "EndpointSlice", "endpointslices", True),
    CoreKind("events.k8s.io", "Event", "events", True),
    CoreKind("flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas", False),
    CoreKind("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", "prioritylevelconfigurations", False),
    CoreKind("networking.k8s.io", "Ingress", "ingresses", True),
    CoreKind("networking.k8s.io", "IngressClass", "ingressclasses", False),
    CoreKind("networking.k8s.io", "NetworkPolicy", "networkpolicies", True),
    CoreKind("node.k8s.io", "RuntimeClass", "runtimeclasses", False),
    CoreKind("policy", "PodDisruptionBudget", "poddisruptionbudgets", True),
    CoreKind("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", False),
    CoreKind("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", False),
    CoreKind("rbac.authorization.k8s.io", "Role", "roles", True),
    CoreKind("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", True),
    CoreKind("resource.k8s.io", "DeviceClass", "deviceclasses", False),
    CoreKind("resource.k8s.io", "ResourceClaim", "resourceclaims", True),
    CoreKind("resource.k8s.io", "ResourceClaimTemplate", "resourceclaimtemplates", True),
    CoreKind("scheduling.k8s.io", "PriorityClass", "priorityclasses", False),
    CoreKind("storage.k8s.io", "CSIDriver", "csidrivers", False),
    CoreKind("storage.k8s.io", "StorageClass", "storageclasses", False),
    CoreKind("storage.k8s.io", "VolumeAttributesClass", "volumeattributesclasses", False),
)
