"""Forms of single values in the kinds by which a cluster itself is run: admission, endpoints, classes, APIs.

Source: Kubernetes v1.37 `pkg/apis/{admissionregistration,discovery,networking,node,resource}/validation`,
`staging/src/k8s.io/kube-aggregator/pkg/apis/apiregistration/validation`.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.core.pod_amounts import amounts
from mlplat.compiler.check.core.pod_forms import toleration
from mlplat.compiler.check.reading import Body, Problem, mapping, mappings, metadata_of, spec_of, texts
from mlplat.objects.names import why_no_label, why_no_label_value, why_no_path_segment, why_no_service_name

_HOOKS = "admissionregistration.k8s.io"
_OPERATIONS = ("*", "CREATE", "UPDATE", "DELETE", "CONNECT")
_PROTOCOL = f.one_of("TCP", "UDP", "SCTP", empty=False)


def _at(prefix: str, table: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{path}" if path else prefix: check for path, check in table.items()}


def _stars(value: Any) -> str | None:
    """A list of names in which `*` stands for all of them, and then alone."""
    if not isinstance(value, list):
        return None
    if any(one in ("", None) for one in value):
        return "holds an empty text"
    return "`*` stands alone" if "*" in value and len(value) > 1 else None


def _resources(value: Any) -> str | None:
    if not isinstance(value, list) or not value:
        return None
    if any(one in ("", None) for one in value):
        return "holds an empty text"
    names = [one for one in value if isinstance(one, str)]
    if "*/*" in names and len(names) > 1:
        return "`*/*` stands alone"
    return "`*` takes nothing without a subresource beside it" if _covers("*", names) else None


def _covers(star: str, names: list[str]) -> bool:
    return star in names and any("/" not in name for name in names if name != star)


_few = f.at_most(8)


def _once(value: Any) -> str | None:
    """A list without an item twice."""
    held = value if isinstance(value, list) else []
    return "holds one twice" if any(one in held[:index] for index, one in enumerate(held)) else None


_RULES: dict[str, Any] = {
    "": f.need("operations", "apiGroups", "apiVersions", "resources"),
    "operations": lambda v: "`*` stands alone" if isinstance(v, list) and "*" in v and len(v) > 1 else None,
    "operations[]": f.one_of(*_OPERATIONS, empty=False),
    "apiGroups": lambda v: "`*` stands alone" if isinstance(v, list) and "*" in v and len(v) > 1 else None,
    "apiVersions": _stars,
    "resources": _resources,
    "resourceNames": _once,
    "scope": f.one_of("Cluster", "Namespaced", "*", empty=False),
}
_CONDITION: dict[str, Any] = {"": f.need("name", "expression"), "name": f.qualified_strict}


def _hook_name(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return f.subdomain(value) or (None if value.count(".") >= 2 else "must have three parts or more: `a.example.com`")


def _hook_path(value: Any) -> str | None:
    if not isinstance(value, str) or not value or value == "/":
        return None
    if not value.startswith("/"):
        return "must start with `/`"
    parts = value[1:].removesuffix("/").split("/")
    return next((f"`{part}` {why}" for part in parts if (why := f.subdomain_strict(part)) is not None), None)


def _hook_url(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.netloc:
        return "must be `https://` and a host"
    return "must have neither user, query nor fragment" if parts.username or parts.query or parts.fragment else None


_CLIENT: dict[str, Any] = {
    "": f.exactly_one("url", "service"),
    "url": _hook_url,
    "service": f.need("name", "namespace"),
    "service.path": _hook_path,
    "service.port": f.port,
}
_HOOK: dict[str, Any] = {
    "": f.need("name", "admissionReviewVersions", "clientConfig", "sideEffects"),
    "name": _hook_name,
    "admissionReviewVersions[]": f.text(why_no_service_name, empty=False),
    "sideEffects": f.one_of("None", "NoneOnDryRun", empty=False),
    "failurePolicy": f.one_of("Fail", "Ignore", empty=False),
    "matchPolicy": f.one_of("Exact", "Equivalent", empty=False),
    "reinvocationPolicy": f.one_of("Never", "IfNeeded", empty=False),
    "timeoutSeconds": f.between(1, 30),
    "namespaceSelector": f.selector,
    "objectSelector": f.selector,
    **_at("clientConfig", _CLIENT),
    **_at("rules[]", _RULES),
    **_at("matchConditions[]", _CONDITION),
    "matchConditions": f.unique("name"),
}
_MATCH: dict[str, Any] = {
    "namespaceSelector": f.selector,
    "objectSelector": f.selector,
    "matchPolicy": f.one_of("Exact", "Equivalent", empty=False),
    **_at("resourceRules[]", _RULES),
    **_at("excludeResourceRules[]", _RULES),
}
_VALIDATION_REASONS = ("Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge")


def _actions(value: Any) -> str | None:
    if isinstance(value, list) and "Deny" in value and "Warn" in value:
        return "`Deny` and `Warn` exclude each other"
    held = [str(one) for one in value] if isinstance(value, list) else []
    return "holds one twice" if len(held) != len(set(held)) else None


def _parameter(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if (value.get("name") in (None, "")) == (value.get("selector") is None):
        return "needs one of `name` and `selector`"
    return None if value.get("parameterNotFoundAction") else "needs `parameterNotFoundAction`"


_PORT: dict[str, Any] = {"protocol": _PROTOCOL, "name": f.label, "appProtocol": f.qualified_strict}

_NAMES: dict[str, Any] = {
    "plural": f.text(why_no_service_name),
    "singular": f.text(why_no_service_name),
    "kind": f.text(lambda v: why_no_service_name(v.lower())),
    "listKind": f.text(lambda v: why_no_service_name(v.lower())),
    "shortNames[]": f.text(why_no_service_name, empty=False),
    "categories[]": f.text(why_no_service_name, empty=False),
}


def _versions(value: Any) -> str | None:
    """One version of a definition is stored, and each has a name of its own."""
    held = [one for _, one in mappings(value)]
    names = [str(one.get("name")) for one in held]
    if len(names) != len(set(names)):
        return "name a version twice"
    stored = sum(one.get("storage") is True for one in held)
    if stored > 1:
        return f"must have only one with `storage: true`: {stored} have it"
    return None if stored else "must have one with `storage: true`"


_POLICY: dict[str, Any] = {
    "spec.paramKind": f.need("apiVersion", "kind"),
    "spec.paramKind.kind": f.text(lambda v: why_no_service_name(v.lower())),
    "spec.paramKind.apiVersion": f.text(
        lambda v: "must be `group/version` or `version`" if v.count("/") > 1 else why_no_service_name(v.split("/")[-1])
    ),
    "spec.matchConstraints": f.need("resourceRules"),
    **_at("spec.matchConstraints", _MATCH),
    **_at("spec.matchConditions[]", _CONDITION),
    "spec.matchConditions": f.unique("name"),
    "spec.variables[]": f.need("name", "expression"),
    "spec.variables[].name": f.text(
        lambda v: None if v.isascii() and v.isidentifier() else "must be an identifier of CEL"
    ),
}
_BINDING: dict[str, Any] = {
    "spec.policyName": f.subdomain,
    "spec.paramRef": _parameter,
    "spec.paramRef.name": f.text(why_no_path_segment),
    "spec.paramRef.parameterNotFoundAction": f.one_of("Allow", "Deny"),
    **_at("spec.matchResources", _MATCH),
}


def _class_parameters(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    inside = value.get("scope") == "Namespace"
    if inside and value.get("namespace") is None:
        return "`scope: Namespace` needs `namespace`"
    return None if inside or value.get("namespace") is None else "`namespace` needs `scope: Namespace`"


CLUSTER_FORMS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    (_HOOKS, "ValidatingWebhookConfiguration"): {**_at("webhooks[]", _HOOK), "webhooks": f.unique("name")},
    (_HOOKS, "MutatingWebhookConfiguration"): {**_at("webhooks[]", _HOOK), "webhooks": f.unique("name")},
    (_HOOKS, "ValidatingAdmissionPolicy"): {
        "": f.need("spec"),
        "spec": f.need("matchConstraints"),
        "spec.failurePolicy": f.one_of("Fail", "Ignore", empty=False),
        **_POLICY,
        "spec.validations[]": f.need("expression"),
        "spec.validations[].reason": f.one_of(*_VALIDATION_REASONS, empty=False),
        "spec.auditAnnotations[]": f.need("key", "valueExpression"),
        "spec.auditAnnotations": f.unique("key"),
        "spec.auditAnnotations[].key": f.qualified,
    },
    (_HOOKS, "MutatingAdmissionPolicy"): {
        "": f.need("spec"),
        "spec": f.need("matchConstraints", "mutations", "reinvocationPolicy"),
        "spec.failurePolicy": f.one_of("Fail", "Ignore", empty=False),
        "spec.reinvocationPolicy": f.one_of("Never", "IfNeeded", empty=False),
        **_POLICY,
        "spec.mutations[]": f.need("patchType"),
        "spec.mutations[].patchType": f.one_of("ApplyConfiguration", "JSONPatch", empty=False),
    },
    (_HOOKS, "MutatingAdmissionPolicyBinding"): {
        "": f.need("spec"),
        "spec": f.need("policyName"),
        **_BINDING,
    },
    (_HOOKS, "ValidatingAdmissionPolicyBinding"): {
        "": f.need("spec"),
        "spec": f.need("policyName", "validationActions"),
        "spec.validationActions": _actions,
        "spec.validationActions[]": f.one_of("Deny", "Warn", "Audit", empty=False),
        **_BINDING,
    },
    ("apiextensions.k8s.io", "CustomResourceDefinition"): {
        "spec.group": f.subdomain,
        "spec.scope": f.one_of("Cluster", "Namespaced", empty=False),
        **_at("spec.names", _NAMES),
        **_at("spec.conversion.webhook.clientConfig", _CLIENT),
        "spec.conversion.webhook.conversionReviewVersions[]": f.text(why_no_service_name, empty=False),
        "spec.versions": _versions,
        "spec.versions[]": f.need("name", "schema"),
        "spec.versions[].name": f.text(why_no_service_name),
        "spec.versions[].schema": f.need("openAPIV3Schema"),
        "spec.versions[].additionalPrinterColumns[]": f.need("name", "type", "jsonPath"),
        "spec.versions[].additionalPrinterColumns[].type": f.one_of(
            *("integer", "number", "string", "boolean", "date"), empty=False
        ),
        "spec.versions[].additionalPrinterColumns[].format": f.one_of(
            *("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
        ),
        "spec.versions[].additionalPrinterColumns[].jsonPath": lambda v: (
            "must be a path such as `.status.ready`"
            if isinstance(v, str) and not v.startswith((".", "{", "["))
            else None
        ),
    },
    ("networking.k8s.io", "IngressClass"): {
        "": f.need("spec"),
        "spec": f.need("controller"),
        "spec.controller": f.domain_path,
        "spec.parameters": (f.need("kind", "name"), _class_parameters),
        "spec.parameters.apiGroup": f.subdomain_strict,
        "spec.parameters.kind": f.text(why_no_path_segment),
        "spec.parameters.name": f.text(why_no_path_segment),
        "spec.parameters.scope": f.one_of("Cluster", "Namespace", empty=False),
        "spec.parameters.namespace": f.label_strict,
    },
    ("node.k8s.io", "RuntimeClass"): {
        "": f.need("handler"),
        "handler": f.text(why_no_label),
        "overhead.podFixed": amounts,
        "scheduling.nodeSelector": f.labels,
        "scheduling.tolerations": _once,
        "scheduling.tolerations[]": toleration,
        "scheduling.tolerations[].key": f.qualified,
        "scheduling.tolerations[].operator": f.one_of("Equal", "Exists"),
        "scheduling.tolerations[].effect": f.one_of("NoSchedule", "PreferNoSchedule", "NoExecute"),
    },
    ("discovery.k8s.io", "EndpointSlice"): {
        "addressType": f.one_of("IPv4", "IPv6", "FQDN", empty=False),
        "endpoints[]": f.need("addresses"),
        "endpoints[].nodeName": f.subdomain_strict,
        "endpoints[].hostname": f.label_strict,
        "endpoints[].hints.forZones": (_few, f.unique("name")),
        "endpoints[].hints.forZones[].name": f.text(why_no_label_value),
        "endpoints[].hints.forNodes": (_few, f.unique("name")),
        "endpoints[].hints.forNodes[].name": f.subdomain_strict,
        "ports": f.unique("name"),
        **_at("ports[]", _PORT),
    },
    ("", "Endpoints"): {
        "subsets[].addresses[].ip": f.ip,
        "subsets[].addresses[].hostname": f.label,
        "subsets[].addresses[].nodeName": f.subdomain_strict,
        "subsets[].notReadyAddresses[].ip": f.ip,
        **_at("subsets[].ports[]", {**_PORT, "": f.need("port"), "port": f.port}),
        "subsets[].ports[].protocol": f.one_of("TCP", "UDP", "SCTP"),
    },
    ("apiregistration.k8s.io", "APIService"): {
        "spec.groupPriorityMinimum": f.between(1, 20000),
        "spec.versionPriority": f.between(1, 1000),
        "spec.service": f.need("name", "namespace"),
        "spec.service.port": f.port,
    },
}
"""By group and kind: checks of single values, as in `kinds.FORMS`."""


def problems_of_api_service(body: Body) -> Iterator[Problem]:
    """An APIService is named after the version and group that it serves."""
    spec = spec_of(body)
    wanted = f"{spec.get('version') or ''}.{spec.get('group') or ''}"
    if metadata_of(body).get("name") != wanted:
        yield "/metadata/name", f"must be `{wanted}`, version and group"
    if spec.get("service") is None and spec.get("insecureSkipTLSVerify"):
        yield "/spec/insecureSkipTLSVerify", "goes with a `service` only"
    if spec.get("insecureSkipTLSVerify") and spec.get("caBundle"):
        yield "/spec/insecureSkipTLSVerify", "excludes `caBundle`"
    if not spec.get("groupPriorityMinimum") or not spec.get("versionPriority"):
        yield "/spec", "needs `groupPriorityMinimum` and `versionPriority`"


def problems_of_endpoints(body: Body) -> Iterator[Problem]:
    """Endpoints: every subset has addresses, and ports have names where there are several."""
    subsets = body.get("subsets")
    for index, subset in enumerate(subsets if isinstance(subsets, list) else ()):
        held = mapping(subset)
        if not held.get("addresses") and not held.get("notReadyAddresses"):
            yield f"/subsets/{index}", "needs `addresses` or `notReadyAddresses`"
        ports = mappings(held.get("ports"))
        for number, port in ports:
            if len(ports) > 1 and not port.get("name"):
                yield f"/subsets/{index}/ports/{number}", "needs `name`: there are several ports"


def problems_of_slice(body: Body) -> Iterator[Problem]:
    """Addresses of the kind that the slice says."""
    kind = body.get("addressType")
    for index, endpoint in mappings(body.get("endpoints")):
        for number, address in texts(endpoint.get("addresses")):
            why = f.subdomain_strict(address) if kind == "FQDN" else f.ip(address)
            if why is None and kind in ("IPv4", "IPv6") and (":" in address) != (kind == "IPv6"):
                why = f"must be an {kind} address"
            if why is not None:
                yield f"/endpoints/{index}/addresses/{number}", why
