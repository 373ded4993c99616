"""What fields of one object ask of each other, kind by kind."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.core import limits
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
        rolling.get("maxUnavailable", 1 if "maxSurge" not in rolling else 1),
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


def _job(body: Body) -> Iterator[Problem]:
    yield from _job_spec(_spec(body), "/spec")


def _cron_job(body: Body) -> Iterator[Problem]:
    spec = _map(_map(_spec(body).get("jobTemplate")).get("spec"))
    for field in ("selector", "manualSelector"):
        if spec.get(field):
            yield f"/spec/jobTemplate/spec/{field}", f"a CronJob's jobs take no `{field}`"
    yield from _job_spec(spec, "/spec/jobTemplate/spec")


def _job_spec(spec: Body, at: str) -> Iterator[Problem]:
    indexed = spec.get("completionMode") == "Indexed"
    if indexed and isinstance(spec.get("parallelism"), int) and spec["parallelism"] > 100_000:
        yield f"{at}/parallelism", "must be at most 100000 when indexed"
    if spec.get("selector") is not None and not spec.get("manualSelector"):
        yield f"{at}/selector", "needs `manualSelector: true`: the server makes the selector"
    per_index, most = spec.get("backoffLimitPerIndex"), spec.get("maxFailedIndexes")
    if per_index is not None and not indexed:
        yield f"{at}/backoffLimitPerIndex", "needs `completionMode: Indexed`"
    if most is not None and per_index is None:
        yield f"{at}/maxFailedIndexes", "needs `backoffLimitPerIndex`"
    completions = spec.get("completions")
    if isinstance(most, int) and isinstance(completions, int) and most > completions:
        yield f"{at}/maxFailedIndexes", "must be at most `completions`"
    if isinstance(spec.get("successPolicy"), dict):
        yield from _success(spec, at, indexed)
    if isinstance(spec.get("podFailurePolicy"), dict):
        yield from _failure(spec, at)


def _success(spec: Body, at: str, indexed: bool) -> Iterator[Problem]:
    if not indexed:
        yield f"{at}/successPolicy", "needs `completionMode: Indexed`"
        return
    completions = spec.get("completions")
    for index, rule in _maps(spec["successPolicy"].get("rules")):
        where = f"{at}/successPolicy/rules/{index}"
        indexes, count = rule.get("succeededIndexes"), rule.get("succeededCount")
        if indexes is None and count is None:
            yield where, "needs `succeededIndexes` or `succeededCount`"
        held = completions if isinstance(completions, int) else None
        if isinstance(indexes, str):
            held = _number_of_indexes(indexes, held)
            if held is None:
                yield f"{where}/succeededIndexes", "must be indexes in order, such as `0,2-4`, below `completions`"
        if isinstance(count, int) and held is not None and count > held:
            yield f"{where}/succeededCount", f"must be at most {held}"


def _number_of_indexes(text: str, completions: int | None) -> int | None:
    total, last = 0, -1
    for part in text.split(","):
        low, dash, high = part.partition("-")
        if not low.isdigit() or (dash and not high.isdigit()):
            return None
        start, end = int(low), int(high) if dash else int(low)
        if start <= last or end < start + bool(dash) or (completions is not None and end >= completions):
            return None
        total, last = total + end - start + 1, end
    return total


def _failure(spec: Body, at: str) -> Iterator[Problem]:
    template = _map(_map(spec.get("template")).get("spec"))
    if template.get("restartPolicy") not in ("Never", None, ""):
        yield f"{at}/template/spec/restartPolicy", "must be `Never` with a `podFailurePolicy`"
    names = {
        str(one.get("name")) for field in ("containers", "initContainers") for _, one in _maps(template.get(field))
    }
    for index, rule in _maps(spec["podFailurePolicy"].get("rules")):
        where = f"{at}/podFailurePolicy/rules/{index}"
        if rule.get("action") == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
            yield f"{where}/action", "`FailIndex` needs `backoffLimitPerIndex`"
        codes = _map(rule.get("onExitCodes"))
        name, values = codes.get("containerName"), codes.get("values")
        if name is not None and str(name) not in names:
            yield f"{where}/onExitCodes/containerName", "there is no such container"
        if isinstance(values, list) and all(isinstance(one, int) for one in values):
            if values != sorted(set(values)):
                yield f"{where}/onExitCodes/values", "must be in order, each once"
            if codes.get("operator") == "In" and 0 in values:
                yield f"{where}/onExitCodes/values", "must not hold 0 with `In`"


def _service(body: Body) -> Iterator[Problem]:
    spec = _spec(body)
    kind, ports = spec.get("type") or "ClusterIP", _maps(spec.get("ports"))
    headless = spec.get("clusterIP") == "None" or (
        isinstance(spec.get("clusterIPs"), list) and "None" in spec["clusterIPs"]
    )
    if not ports and not headless and kind != "ExternalName":
        yield "/spec", "needs `ports`"
    seen: set[tuple[Any, Any]] = set()
    for index, port in ports:
        where = f"/spec/ports/{index}"
        if len(ports) > 1 and not port.get("name"):
            yield where, "needs `name`: there are several ports"
        pair = (str(port.get("protocol") or "TCP"), str(port.get("port")))
        if pair in seen:
            yield f"{where}/port", f"the port {pair[1]} is there twice"
        seen.add(pair)
        node = port.get("nodePort")
        if node and kind in ("ClusterIP", "ExternalName"):
            yield f"{where}/nodePort", f"a {kind} service takes no `nodePort`"
        elif isinstance(node, int) and node and not 30000 <= node <= 32767:
            yield f"{where}/nodePort", "must be from 30000 to 32767"
    yield from _service_kind(spec, kind, headless)


def _service_kind(spec: Body, kind: str, headless: bool) -> Iterator[Problem]:
    if kind == "ExternalName":
        if not spec.get("externalName"):
            yield "/spec", "needs `externalName`"
        if spec.get("clusterIP") not in (None, "") or spec.get("clusterIPs"):
            yield "/spec/clusterIP", "an ExternalName service has none"
        return
    if headless and kind in ("NodePort", "LoadBalancer"):
        yield "/spec/clusterIP", f"a {kind} service needs an address"
    for field, kinds in (
        ("externalTrafficPolicy", ("NodePort", "LoadBalancer")),
        ("loadBalancerSourceRanges", ("LoadBalancer",)),
        ("loadBalancerClass", ("LoadBalancer",)),
        ("allocateLoadBalancerNodePorts", ("LoadBalancer",)),
    ):
        external = field == "externalTrafficPolicy" and spec.get("externalIPs")
        if spec.get(field) not in (None, "", []) and kind not in kinds and not external:
            yield f"/spec/{field}", f"a {kind} service takes no `{field}`"
    if spec.get("healthCheckNodePort") and (kind != "LoadBalancer" or spec.get("externalTrafficPolicy") != "Local"):
        yield "/spec/healthCheckNodePort", "needs `type: LoadBalancer` and `externalTrafficPolicy: Local`"
    config = _map(spec.get("sessionAffinityConfig"))
    if config.get("clientIP") is not None and spec.get("sessionAffinity") == "None":
        yield "/spec/sessionAffinityConfig", "needs `sessionAffinity: ClientIP`"
    address, several = spec.get("clusterIP"), spec.get("clusterIPs")
    for pointer, one in (
        ("/spec/clusterIP", address),
        ("/spec/clusterIPs", (several or [None])[0] if isinstance(several, list) else None),
    ):
        if isinstance(one, str) and one not in ("", "None") and f.ip(one):
            yield pointer, "must be an IP address or `None`"
    if isinstance(several, list) and several and address not in (None, "", several[0]):
        yield "/spec/clusterIPs", "must start with `clusterIP`"
    families = spec.get("ipFamilies")
    if isinstance(families, list) and len(families) > 1 and spec.get("ipFamilyPolicy") in (None, "SingleStack"):
        yield "/spec/ipFamilies", "two families need `ipFamilyPolicy: PreferDualStack`"


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
    from mlplat.compiler.check.core.pod_forms import VOLUME_SOURCES

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
    ("batch", "Job"): _job,
    ("batch", "CronJob"): _cron_job,
    ("", "Service"): _service,
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
