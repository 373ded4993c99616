"""What fields of one object ask of each other, kind by kind."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mlplat.compiler.check.core import jobs, limits, services
from mlplat.objects.names import why_no_path_segment, why_no_subdomain

Problem = tuple[str, str]
Body = Mapping[str, Any]
_RBAC = "rbac.authorization.k8s.io"


def _map(value: Any) -> Body:
    return value if isinstance(value, dict) else {}


def _maps(value: Any) -> list[tuple[int, Body]]:
    return [(i, one) for i, one in enumerate(value) if isinstance(one, dict)] if isinstance(value, list) else []


def _spec(body: Body) -> Body:
    return _map(body.get("spec"))


def _deployment(body: Body) -> Iterator[Problem]:
    spec = _spec(body)
    strategy = _map(spec.get("strategy"))
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
    rolling = _map(_map(_spec(body).get("updateStrategy")).get("rollingUpdate"))
    surge, unavailable = (
        rolling.get("maxSurge", 0),
        rolling.get("maxUnavailable", 1),
    )
    if not _is_zero(surge) and not _is_zero(unavailable):
        yield "/spec/updateStrategy/rollingUpdate", "one of `maxSurge` and `maxUnavailable` must be 0"
    elif _is_zero(surge) and _is_zero(unavailable):
        yield "/spec/updateStrategy/rollingUpdate", "`maxSurge` and `maxUnavailable` cannot both be zero"


def _stateful_set(body: Body) -> Iterator[Problem]:
    spec = _spec(body)
    strategy = _map(spec.get("updateStrategy"))
    if strategy.get("type") == "OnDelete" and strategy.get("rollingUpdate") is not None:
        yield "/spec/updateStrategy/rollingUpdate", "`OnDelete` takes no `rollingUpdate`"
    if "." in str(_map(body.get("metadata")).get("name")):
        yield "/metadata/name", "must not contain dots"
    unavailable = _map(strategy.get("rollingUpdate")).get("maxUnavailable")
    if unavailable is not None and _is_zero(unavailable):
        yield "/spec/updateStrategy/rollingUpdate/maxUnavailable", "must not be zero"


_BYTES_OF = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def _secret(body: Body) -> Iterator[Problem]:
    data, texts, kind = _map(body.get("data")), _map(body.get("stringData")), body.get("type")
    for key in _BYTES_OF.get(str(kind), ()):
        if (key not in data and key not in texts) or (
            key == "ssh-privatekey" and not (data.get(key) or texts.get(key))
        ):
            yield "", f"a Secret of type `{kind}` needs `{key}`"
        elif key.startswith(".docker") and not _is_json(texts.get(key), data.get(key)):
            yield f"/{'stringData' if key in texts else 'data'}/{key}", "must be JSON"
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & {*data, *texts}:
        yield "", "a Secret of type `kubernetes.io/basic-auth` needs `username` or `password`"
    annotations = _map(_map(body.get("metadata")).get("annotations"))
    if kind == "kubernetes.io/service-account-token" and not annotations.get("kubernetes.io/service-account.name"):
        yield "/metadata", "needs the annotation `kubernetes.io/service-account.name`"


def _is_json(text: Any, encoded: Any) -> bool:
    try:
        value = text if text is not None else base64.b64decode(encoded or "")
        return isinstance(json.loads(value), dict)
    except (ValueError, binascii.Error, TypeError):
        return False


def _claim(body: Body) -> Iterator[Problem]:
    spec = _spec(body)
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    for field, value in (("dataSource", source), ("dataSourceRef", reference)):
        if (
            isinstance(value, dict)
            and not value.get("apiGroup")
            and value.get("kind") != "PersistentVolumeClaim"
            and value.get("kind")
        ):
            yield f"/spec/{field}/apiGroup", "is needed for every kind but PersistentVolumeClaim"
    if isinstance(source, dict) and isinstance(reference, dict) and source != reference:
        yield "/spec/dataSource", "must equal `dataSourceRef`"


def _volume(body: Body) -> Iterator[Problem]:
    from mlplat.compiler.check.core.volume_forms import VOLUME_SOURCES

    spec = _spec(body)
    sources = [one for one in (*VOLUME_SOURCES, "local") if spec.get(one) is not None]
    if len(sources) != 1:
        yield "/spec", "must have exactly one source of storage"
    if spec.get("persistentVolumeReclaimPolicy") == "Recycle" and _map(spec.get("hostPath")).get("path") == "/":
        yield "/spec/persistentVolumeReclaimPolicy", "the root of a node cannot be recycled"


def _binding(body: Body) -> Iterator[Problem]:
    role = _map(body.get("roleRef"))
    if body.get("kind") == "ClusterRoleBinding" and role.get("kind") == "Role":
        yield "/roleRef/kind", "must be `ClusterRole`"
    for index, subject in _maps(body.get("subjects")):
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
    for index, rule in _maps(body.get("rules")):
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
    spec = _spec(body)
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas")
    if isinstance(least, int) and isinstance(most, int) and most < least:
        yield "/spec/maxReplicas", "must be at least `minReplicas`"
    api_version = _map(spec.get("scaleTargetRef")).get("apiVersion")
    api_version = "" if api_version is None else api_version
    if isinstance(api_version, str) and (api_version.count("/") > 1 or _has_no_group(api_version, spec)):
        yield "/spec/scaleTargetRef/apiVersion", "must be `group/version`"
    for index, metric in _maps(spec.get("metrics")):
        where, kind = f"/spec/metrics/{index}", metric.get("type")
        there = [field for field in _TARGET_OF.values() if metric.get(field) is not None]
        wanted = _TARGET_OF.get(str(kind))
        if wanted is not None and wanted not in there:
            yield where, f"`type: {kind}` needs `{wanted}`"
        elif wanted is not None and len(there) > 1:
            yield where, f"`type: {kind}` takes `{wanted}` alone"
        if wanted is not None:
            yield from _target(_map(_map(metric.get(wanted)).get("target")), wanted, f"{where}/{wanted}/target")


def _has_no_group(api_version: str, spec: Body) -> bool:
    return "/" not in api_version and _map(spec.get("scaleTargetRef")).get("kind") != "ReplicationController"


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
    spec = _spec(body)
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield "/spec/maxUnavailable", "`minAvailable` and `maxUnavailable` exclude each other"


def _priority(body: Body) -> Iterator[Problem]:
    name = str(_map(body.get("metadata")).get("name"))
    value = body.get("value", 0)
    if name.startswith("system-"):
        yield "/metadata/name", "names that start with `system-` are Kubernetes' own"
    elif isinstance(value, int) and value > 1_000_000_000:
        yield "/value", "must be at most 1000000000"


def _ingress(body: Body) -> Iterator[Problem]:
    spec = _spec(body)
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        yield "/spec", "needs `rules` or `defaultBackend`"


def _config_map(body: Body) -> Iterator[Problem]:
    for key in sorted(set(_map(body.get("data"))) & set(_map(body.get("binaryData")))):
        yield f"/binaryData/{key}", f"`{key}` is in `data` too"


def _namespace(body: Body) -> Iterator[Problem]:
    for index, one in enumerate(_spec(body).get("finalizers") or ()):
        if isinstance(one, str) and "/" not in one and one != "kubernetes":
            yield f"/spec/finalizers/{index}", "must be `kubernetes` or a name with a domain"


def _storage_class(body: Body) -> Iterator[Problem]:
    for key in _map(body.get("parameters")):
        if not key or why_no_path_segment("a") is not None:
            yield "/parameters", "a parameter needs a name"


RELATIONS: Mapping[tuple[str, str], Callable[[Body], Iterator[Problem]]] = {
    ("apps", "Deployment"): _deployment,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "StatefulSet"): _stateful_set,
    ("batch", "Job"): jobs.problems_of_job,
    ("batch", "CronJob"): jobs.problems_of_cron_job,
    ("", "Service"): services.problems_of_service,
    ("", "Secret"): _secret,
    ("", "ConfigMap"): _config_map,
    ("", "Namespace"): _namespace,
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
