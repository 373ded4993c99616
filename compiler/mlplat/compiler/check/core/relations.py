"""What fields of one object ask of each other, kind by kind."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mlplat.compiler.check.core import (
    admission,
    cluster_kinds,
    definitions,
    device_forms,
    jobs,
    limits,
    running_kinds,
    services,
)
from mlplat.compiler.check.core.data_sizes import problems_of_size
from mlplat.compiler.check.reading import Body, Problem, at_key, mapping, mappings, metadata_of, number, spec_of, texts
from mlplat.objects.names import why_no_qualified_name, why_no_subdomain

_RBAC = "rbac.authorization.k8s.io"
_HOOKS = "admissionregistration.k8s.io"


def _deployment(body: Body) -> Iterator[Problem]:
    spec = spec_of(body)
    strategy = mapping(spec.get("strategy"))
    rolling = strategy.get("rollingUpdate")
    if strategy.get("type") == "Recreate" and rolling is not None:
        yield "/spec/strategy/rollingUpdate", "`Recreate` takes no `rollingUpdate`"
    elif (
        isinstance(rolling, dict)
        and _is_zero(rolling.get("maxUnavailable", 1))
        and _is_zero(rolling.get("maxSurge", 1))
    ):
        yield "/spec/strategy/rollingUpdate", "`maxSurge` and `maxUnavailable` cannot both be zero"
    deadline, ready = spec.get("progressDeadlineSeconds", 600), spec.get("minReadySeconds", 0)
    if isinstance(deadline, int) and isinstance(ready, int) and deadline <= ready:
        yield "/spec/progressDeadlineSeconds", "must be greater than `minReadySeconds`"


def _is_zero(value: Any) -> bool:
    return value in (0, "0%") and value is not False


def _daemon_set(body: Body) -> Iterator[Problem]:
    rolling = mapping(mapping(spec_of(body).get("updateStrategy")).get("rollingUpdate"))
    surge, unavailable = (
        0 if rolling.get("maxSurge") is None else rolling["maxSurge"],
        1 if rolling.get("maxUnavailable") is None else rolling["maxUnavailable"],
    )
    if not _is_zero(surge) and not _is_zero(unavailable):
        yield "/spec/updateStrategy/rollingUpdate", "one of `maxSurge` and `maxUnavailable` must be 0"
    elif _is_zero(surge) and _is_zero(unavailable):
        yield "/spec/updateStrategy/rollingUpdate", "`maxSurge` and `maxUnavailable` cannot both be zero"


def _stateful_set(body: Body) -> Iterator[Problem]:
    spec = spec_of(body)
    strategy = mapping(spec.get("updateStrategy"))
    if strategy.get("type") == "OnDelete" and strategy.get("rollingUpdate") is not None:
        yield "/spec/updateStrategy/rollingUpdate", "`OnDelete` takes no `rollingUpdate`"
    name = str(mapping(body.get("metadata")).get("name"))
    if "." in name:
        yield "/metadata/name", "must not contain dots"
    elif len(name) > 63:
        yield "/metadata/name", "has more than 63 characters"
    unavailable = mapping(strategy.get("rollingUpdate")).get("maxUnavailable")
    if unavailable is not None and _is_zero(unavailable):
        yield "/spec/updateStrategy/rollingUpdate/maxUnavailable", "must not be zero"


_BYTES_OF = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def _secret(body: Body) -> Iterator[Problem]:
    data, texts, kind = mapping(body.get("data")), mapping(body.get("stringData")), body.get("type")
    for key in _BYTES_OF.get(str(kind), ()):
        if (key not in data and key not in texts) or (
            key == "ssh-privatekey" and not (data.get(key) or texts.get(key))
        ):
            yield "", f"a Secret of type `{kind}` needs `{key}`"
        elif key.startswith(".docker") and not _is_json(texts.get(key), data.get(key)):
            yield f"/{'stringData' if key in texts else 'data'}/{key}", "must be JSON"
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & {*data, *texts}:
        yield "", "a Secret of type `kubernetes.io/basic-auth` needs `username` or `password`"
    annotations = mapping(mapping(body.get("metadata")).get("annotations"))
    if kind == "kubernetes.io/service-account-token" and not annotations.get("kubernetes.io/service-account.name"):
        yield "/metadata", "needs the annotation `kubernetes.io/service-account.name`"
    yield from problems_of_size(body)


def _is_json(text: Any, encoded: Any) -> bool:
    try:
        value = text if text is not None else base64.b64decode(encoded or "")
        return isinstance(json.loads(value), dict)
    except (ValueError, binascii.Error, TypeError):
        return False


_COPIED = (("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot"))
"""What a claim's `dataSource` may be; the server drops anything else without a word."""


def _claim(body: Body) -> Iterator[Problem]:
    spec = spec_of(body)
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    if (
        isinstance(reference, dict)
        and not reference.get("apiGroup")
        and reference.get("kind") not in ("PersistentVolumeClaim", None, "")
    ):
        yield "/spec/dataSourceRef/apiGroup", "is needed for every kind but PersistentVolumeClaim"
    if not isinstance(source, dict):
        return
    if (source.get("apiGroup") or "", source.get("kind")) in _COPIED and not source.get("name"):
        yield "/spec/dataSource", "needs `name`"
    if isinstance(reference, dict) and _named(source) != _named(reference):
        yield "/spec/dataSource", "must equal `dataSourceRef`"


def _named(source: Body) -> tuple[Any, ...]:
    return (source.get("apiGroup") or "", source.get("kind") or "", source.get("name") or "")


def _volume(body: Body) -> Iterator[Problem]:
    from mlplat.compiler.check.core.volume_forms import VOLUME_SOURCES

    spec = spec_of(body)
    sources = [one for one in (*VOLUME_SOURCES, "local") if spec.get(one) is not None]
    if len(sources) != 1:
        yield "/spec", "must have exactly one source of storage"
    if spec.get("persistentVolumeReclaimPolicy") == "Recycle" and mapping(spec.get("hostPath")).get("path") == "/":
        yield "/spec/persistentVolumeReclaimPolicy", "the root of a node cannot be recycled"
    if spec.get("local") is not None:
        if not isinstance(spec.get("nodeAffinity"), dict):
            yield "/spec", "a local volume needs `nodeAffinity`"
        if spec.get("persistentVolumeReclaimPolicy") == "Recycle":
            yield "/spec/persistentVolumeReclaimPolicy", "a local volume cannot be recycled"


def _binding(body: Body) -> Iterator[Problem]:
    role = mapping(body.get("roleRef"))
    if body.get("kind") == "ClusterRoleBinding" and role.get("kind") == "Role":
        yield "/roleRef/kind", "must be `ClusterRole`"
    for index, subject in mappings(body.get("subjects")):
        where, kind, group = f"/subjects/{index}", subject.get("kind"), subject.get("apiGroup")
        if kind == "ServiceAccount":
            name = subject.get("name")
            if isinstance(name, str) and name and why_no_subdomain(name):
                yield f"{where}/name", "must be a DNS name"
            if group:
                yield f"{where}/apiGroup", "a ServiceAccount has none"
            if not subject.get("namespace") and body.get("kind") == "ClusterRoleBinding":
                yield where, "needs `namespace`"
        elif kind in ("User", "Group"):
            if group not in (None, "", _RBAC):
                yield f"{where}/apiGroup", f"must be `{_RBAC}`"
        elif kind:
            yield f"{where}/kind", "must be `ServiceAccount`, `User` or `Group`"


def _role(body: Body) -> Iterator[Problem]:
    for index, rule in mappings(body.get("rules")):
        if rule.get("nonResourceURLs"):
            yield f"/rules/{index}/nonResourceURLs", "only a ClusterRole may name URLs"


_TARGET_OF = {
    "Resource": "resource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
    "ContainerResource": "containerResource",
}


def _autoscaler(body: Body) -> Iterator[Problem]:
    spec = spec_of(body)
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas")
    if isinstance(least, int) and isinstance(most, int) and most < least:
        yield "/spec/maxReplicas", "must be at least `minReplicas`"
    kinds = [metric.get("type") for _, metric in mappings(spec.get("metrics"))]
    if least == 0 and least is not False and not {"Object", "External"} & set(map(str, kinds)):
        yield "/spec/minReplicas", "0 needs a metric of type Object or External"
    utilization = number(spec.get("targetCPUUtilizationPercentage"))
    if utilization is not None and utilization < 1:
        yield "/spec/targetCPUUtilizationPercentage", "must be at least 1"
    api_version = mapping(spec.get("scaleTargetRef")).get("apiVersion")
    api_version = "" if api_version is None else api_version
    if isinstance(api_version, str) and (api_version.count("/") > 1 or _has_no_group(api_version, spec)):
        yield "/spec/scaleTargetRef/apiVersion", "must be `group/version`"
    for index, metric in mappings(spec.get("metrics")):
        where, kind = f"/spec/metrics/{index}", metric.get("type")
        there = [field for field in _TARGET_OF.values() if metric.get(field) is not None]
        wanted = _TARGET_OF.get(str(kind))
        if wanted is not None and wanted not in there:
            yield where, f"`type: {kind}` needs `{wanted}`"
        elif wanted is not None and len(there) > 1:
            yield where, f"`type: {kind}` takes `{wanted}` alone"
        if wanted is not None:
            yield from _target(mapping(mapping(metric.get(wanted)).get("target")), wanted, f"{where}/{wanted}/target")


def _has_no_group(api_version: str, spec: Body) -> bool:
    kind = mapping(spec.get("scaleTargetRef")).get("kind")
    return not api_version.partition("/")[0] or ("/" not in api_version and kind != "ReplicationController")


def _target(target: Body, kind: str, where: str) -> Iterator[Problem]:
    there = {field for field in ("averageUtilization", "averageValue", "value") if target.get(field) is not None}
    allowed = {
        "resource": {"averageUtilization", "averageValue"},
        "containerResource": {"averageUtilization", "averageValue"},
        "pods": {"averageValue"},
        "object": {"value", "averageValue"},
        "external": {"value", "averageValue"},
    }[kind]
    if not target:
        return
    if not there & allowed:
        yield where, f"needs {' or '.join(f'`{one}`' for one in sorted(allowed))}"
    elif (len(there) > 1 and kind != "object") or ("value" in there and kind in ("resource", "containerResource")):
        yield where, "takes one target only"
    elif kind in ("resource", "containerResource") and target.get("type") == "Value":
        return


def _budget(body: Body) -> Iterator[Problem]:
    spec = spec_of(body)
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield "/spec/maxUnavailable", "`minAvailable` and `maxUnavailable` exclude each other"


def _priority(body: Body) -> Iterator[Problem]:
    name = str(mapping(body.get("metadata")).get("name"))
    value = body.get("value", 0)
    if name.startswith("system-"):
        yield "/metadata/name", "names that start with `system-` are Kubernetes' own"
    elif isinstance(value, int) and value > 1_000_000_000:
        yield "/value", "must be at most 1000000000"


_CLASS = "kubernetes.io/ingress.class"


def _ingress(body: Body) -> Iterator[Problem]:
    spec = spec_of(body)
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        yield "/spec", "needs `rules` or `defaultBackend`"
    annotations, name = mapping(metadata_of(body).get("annotations")), spec.get("ingressClassName")
    if _CLASS in annotations and isinstance(name, str) and (annotations[_CLASS] or "") != name:
        yield at_key("/metadata/annotations", _CLASS), "must equal `spec.ingressClassName`, where both are there"


def _config_map(body: Body) -> Iterator[Problem]:
    for key in sorted(set(mapping(body.get("data"))) & set(mapping(body.get("binaryData")))):
        yield f"/binaryData/{key}", f"`{key}` is in `data` too"
    yield from problems_of_size(body)


_POD_SECURITY = re.compile(r"latest|v1\.(0|[1-9][0-9]*)")


def _namespace(body: Body) -> Iterator[Problem]:
    for index, one in texts(spec_of(body).get("finalizers")):
        if ("/" not in one and one != "kubernetes") or why_no_qualified_name(one):
            yield f"/spec/finalizers/{index}", "must be `kubernetes` or a name with a domain"
    for key, value in mapping(metadata_of(body).get("labels")).items():
        mode = key.removeprefix("pod-security.kubernetes.io/")
        level = "" if value is None else str(value)
        if key == mode:
            continue
        if mode in ("enforce", "audit", "warn") and level not in ("privileged", "baseline", "restricted"):
            yield at_key("/metadata/labels", key), "must be privileged, baseline or restricted"
        if mode in ("enforce-version", "audit-version", "warn-version") and not _POD_SECURITY.fullmatch(level):
            yield at_key("/metadata/labels", key), "must be `latest` or a version such as `v1.30`"


def _storage_class(body: Body) -> Iterator[Problem]:
    if "" in mapping(body.get("parameters")):
        yield "/parameters", "a parameter needs a name"
    terms: list[Any] = []
    for index, term in mappings(body.get("allowedTopologies")):
        where = f"/allowedTopologies/{index}/matchLabelExpressions"
        keys: list[Any] = []
        for place, one in mappings(term.get("matchLabelExpressions")):
            if one.get("key") in keys:
                yield f"{where}/{place}/key", "is there twice"
            keys.append(one.get("key"))
            values = one.get("values")
            if isinstance(values, list) and len(values) != len({str(value) for value in values}):
                yield f"{where}/{place}/values", "holds a value twice"
        if term in terms:
            yield where, "are there twice"
        terms.append(term)


def _replication(body: Body) -> Iterator[Problem]:
    """A ReplicationController's selector is plain labels; without one it is the template's."""
    spec = spec_of(body)
    wanted = mapping(spec.get("selector"))
    labels = mapping(mapping(mapping(spec.get("template")).get("metadata")).get("labels"))
    if not (wanted or labels):
        yield "/spec", "needs `selector`"
    elif any((labels.get(key) or "") != (value or "") or key not in labels for key, value in wanted.items()):
        yield "/spec/selector", "does not match the labels of the template"


RELATIONS: Mapping[tuple[str, str], Callable[[Body], Iterator[Problem]]] = {
    (_HOOKS, "ValidatingAdmissionPolicy"): admission.problems_of_policy,
    (_HOOKS, "MutatingAdmissionPolicy"): admission.problems_of_policy,
    (_HOOKS, "ValidatingWebhookConfiguration"): admission.problems_of_hooks,
    (_HOOKS, "MutatingWebhookConfiguration"): admission.problems_of_hooks,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): definitions.problems_of_definition,
    ("apiregistration.k8s.io", "APIService"): cluster_kinds.problems_of_api_service,
    ("", "Endpoints"): cluster_kinds.problems_of_endpoints,
    ("discovery.k8s.io", "EndpointSlice"): cluster_kinds.problems_of_slice,
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"): running_kinds.problems_of_flow_schema,
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"): running_kinds.problems_of_priority_level,
    ("resource.k8s.io", "ResourceClaim"): device_forms.problems_of_claim,
    ("resource.k8s.io", "ResourceClaimTemplate"): device_forms.problems_of_claim,
    ("storage.k8s.io", "CSIDriver"): running_kinds.problems_of_driver,
    ("", "Event"): running_kinds.problems_of_event,
    ("apps", "Deployment"): _deployment,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "StatefulSet"): _stateful_set,
    ("batch", "Job"): jobs.problems_of_job,
    ("batch", "CronJob"): jobs.problems_of_cron_job,
    ("", "Service"): services.problems_of_service,
    ("", "Secret"): _secret,
    ("", "ConfigMap"): _config_map,
    ("", "Namespace"): _namespace,
    ("", "ReplicationController"): _replication,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "PersistentVolume"): _volume,
    ("", "ResourceQuota"): limits.problems_of_quota,
    ("", "LimitRange"): limits.problems_of_limit_range,
    (_RBAC, "Role"): _role,
    (_RBAC, "RoleBinding"): _binding,
    (_RBAC, "ClusterRoleBinding"): _binding,
    ("autoscaling", "HorizontalPodAutoscaler"): _autoscaler,
    ("policy", "PodDisruptionBudget"): _budget,
    ("scheduling.k8s.io", "PriorityClass"): _priority,
    ("networking.k8s.io", "Ingress"): _ingress,
    ("storage.k8s.io", "StorageClass"): _storage_class,
}
"""By group and kind: what the fields of an object ask of each other."""
