"""JobSet's webhook. Source: kubernetes-sigs/jobset v0.12 `pkg/webhooks/jobset_webhook.go`."""

import re
from collections.abc import Iterator

from mlplat.compiler.check.reading import Body, Problem, mapping, mappings
from mlplat.objects.names import why_no_service_name, why_no_subdomain

_RULE_NAME = re.compile(r"[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?")
_REASONS = ("BackoffLimitExceeded", "DeadlineExceeded", "FailedIndexes", "MaxFailedIndexesExceeded", "PodFailurePolicy")


def problems_of_set(body: Body) -> Iterator[Problem]:
    """JobSets: names that become those of jobs and pods, and references between the jobs."""
    spec, name = mapping(body.get("spec")), str(mapping(body.get("metadata")).get("name"))
    jobs = mappings(spec.get("replicatedJobs"))
    names = [str(job.get("name")) for _, job in jobs]
    for index, job in jobs:
        at = f"/spec/replicatedJobs/{index}"
        inner = mapping(mapping(job.get("template")).get("spec"))
        if not mapping(mapping(inner.get("template")).get("spec")):
            yield f"{at}/template", "needs containers"
        replicas = job.get("replicas", 1)
        count = replicas if isinstance(replicas, int) and not isinstance(replicas, bool) else 1
        made = f"{name}-{job.get('name')}-{max(count - 1, 0)}"
        if why_no_service_name(made):
            yield f"{at}/name", f"its jobs would be named `{made[:40]}`, which cannot be"
        else:
            completions = inner.get("completions", 1)
            if inner.get("completionMode", "Indexed") == "Indexed" and isinstance(completions, int):
                pod = f"{made}-{max(completions - 1, 0)}-abcde"
                if len(pod) > 63:
                    yield f"{at}/name", "the names of its pods would be too long"
        group = job.get("groupName")
        if isinstance(group, str) and why_no_service_name(group):
            yield f"{at}/groupName", "must be lower-case letters, digits and `-`, starting with a letter"
        for number, other in mappings(job.get("dependsOn")):
            if str(other.get("name")) not in names[:index]:
                yield f"{at}/dependsOn/{number}/name", "must be a job before this one"
    yield from _references(spec, names)
    network = mapping(spec.get("network")).get("subdomain")
    if isinstance(network, str) and network and why_no_service_name(network):
        yield "/spec/network/subdomain", "must be a DNS name"
    manager = spec.get("managedBy")
    if isinstance(manager, str) and (
        "/" not in manager or why_no_subdomain(manager.split("/")[0]) or len(manager) > 63
    ):
        yield "/spec/managedBy", "must be a domain and a path"


def _references(spec: Body, names: list[str]) -> Iterator[Problem]:
    for index, name in enumerate(mapping(spec.get("successPolicy")).get("targetReplicatedJobs") or ()):
        if name not in names:
            yield f"/spec/successPolicy/targetReplicatedJobs/{index}", f"there is no job `{name}`"
    seen: set[str] = set()
    for index, rule in mappings(mapping(spec.get("failurePolicy")).get("rules")):
        at = f"/spec/failurePolicy/rules/{index}"
        for number, name in enumerate(rule.get("targetReplicatedJobs") or ()):
            if name not in names:
                yield f"{at}/targetReplicatedJobs/{number}", f"there is no job `{name}`"
        if rule.get("name") is not None and str(rule["name"]) in seen:
            yield f"{at}/name", f"`{rule['name']}` is there twice"
        seen.add(str(rule.get("name")))
        named = rule.get("name")
        if isinstance(named, str) and named and (not _RULE_NAME.fullmatch(named) or len(named) > 128):
            yield f"{at}/name", "must be letters, digits, `_`, `,` and `:`, starting with a letter"
        for number, reason in enumerate(rule.get("onJobFailureReasons") or ()):
            if reason not in _REASONS:
                yield f"{at}/onJobFailureReasons/{number}", f"must be {', '.join(_REASONS)}"
    coordinator = spec.get("coordinator")
    if isinstance(coordinator, dict):
        yield from _coordinator(coordinator, spec, names)


def _coordinator(coordinator: Body, spec: Body, names: list[str]) -> Iterator[Problem]:
    name = coordinator.get("replicatedJob")
    if name not in names:
        yield "/spec/coordinator/replicatedJob", f"there is no job `{name}`"
        return
    job = next(one for _, one in mappings(spec.get("replicatedJobs")) if one.get("name") == name)
    inner = mapping(mapping(job.get("template")).get("spec"))
    replicas, completions = job.get("replicas", 1), inner.get("completions")
    index, pod = coordinator.get("jobIndex", 0), coordinator.get("podIndex", 0)
    if isinstance(index, int) and isinstance(replicas, int) and not 0 <= index < replicas:
        yield "/spec/coordinator/jobIndex", "there is no such job"
    if inner.get("completionMode", "Indexed") != "Indexed" or completions is None:
        yield "/spec/coordinator", "its job must be Indexed and say `completions`"
    elif isinstance(pod, int) and isinstance(completions, int) and not 0 <= pod < completions:
        yield "/spec/coordinator/podIndex", "there is no such pod"
