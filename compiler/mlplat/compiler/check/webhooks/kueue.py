"""Kueue's webhooks. Source: kubernetes-sigs/kueue v0.18 `pkg/webhooks`, `pkg/controller/jobframework/validation.go`,
`pkg/controller/jobs/job/job_webhook.go`; each rule compared with the verdicts of the real one."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.objects.names import why_no_qualified_name, why_no_subdomain
from mlplat.objects.quantity import parse

Problem = tuple[str, str]
Body = Mapping[str, Any]

QUEUE = "kueue.x-k8s.io/queue-name"
_MINIMUM = "kueue.x-k8s.io/job-min-parallelism"
_EQUAL = "kueue.x-k8s.io/job-completions-equal-parallelism"
_TOPOLOGY = ("kueue.x-k8s.io/podset-required-topology", "kueue.x-k8s.io/podset-preferred-topology")


def _map(value: Any) -> Body:
    return value if isinstance(value, dict) else {}


def _maps(value: Any) -> list[tuple[int, Body]]:
    return [(i, one) for i, one in enumerate(value) if isinstance(one, dict)] if isinstance(value, list) else []


def problems_of_queue(body: Body) -> Iterator[Problem]:
    """ClusterQueues and Cohorts."""
    spec = _map(body.get("spec"))
    yield from _groups(spec, bool(spec.get("cohortName") or spec.get("cohort") or body.get("kind") == "Cohort"))
    why = f.selector(spec.get("namespaceSelector"))
    if why is not None:
        yield "/spec/namespaceSelector", why
    weight = _map(spec.get("fairSharing")).get("weight")
    if weight is not None and f.not_negative(weight):
        yield "/spec/fairSharing/weight", "must not be negative"
    if body.get("kind") == "Cohort" and spec.get("parentName") == _map(body.get("metadata")).get("name"):
        yield "/spec/parentName", "a cohort cannot be its own parent"
    flavors = {
        str(one.get("name")) for _, group in _maps(spec.get("resourceGroups")) for _, one in _maps(group.get("flavors"))
    }
    checks = _map(spec.get("admissionChecksStrategy")).get("admissionChecks")
    for index, check in _maps(checks):
        for number, name in enumerate(check.get("onFlavors") or ()):
            if str(name) not in flavors:
                where = f"/spec/admissionChecksStrategy/admissionChecks/{index}/onFlavors/{number}"
                yield where, f"there is no flavor `{name}`"


def _groups(spec: Body, cohort: bool) -> Iterator[Problem]:
    resources: set[str] = set()
    flavors: set[str] = set()
    for index, group in _maps(spec.get("resourceGroups")):
        where = f"/spec/resourceGroups/{index}"
        covered = (
            [str(one) for one in group.get("coveredResources") or ()]
            if isinstance(group.get("coveredResources"), list)
            else []
        )
        for number, name in enumerate(covered):
            why = why_no_qualified_name(name) or (f"`{name}` is covered twice" if name in resources else None)
            if why is not None:
                yield f"{where}/coveredResources/{number}", why
            resources.add(name)
        for number, flavor in _maps(group.get("flavors")):
            at = f"{where}/flavors/{number}"
            if str(flavor.get("name")) in flavors:
                yield f"{at}/name", f"the flavor `{flavor.get('name')}` is there twice"
            flavors.add(str(flavor.get("name")))
            for place, quota in _maps(flavor.get("resources")):
                if place >= len(covered) or quota.get("name") != covered[place]:
                    yield f"{at}/resources/{place}/name", "must be in the order of `coveredResources`"
                yield from _quota(quota, f"{at}/resources/{place}")


def _quota(quota: Body, at: str) -> Iterator[Problem]:
    for field in ("nominalQuota", "borrowingLimit", "lendingLimit"):
        if quota.get(field) is not None and f.not_negative(quota[field]):
            yield f"{at}/{field}", "must not be negative"
    try:
        if quota.get("lendingLimit") is not None and parse(quota["lendingLimit"]) > parse(quota.get("nominalQuota", 0)):
            yield f"{at}/lendingLimit", "must be at most `nominalQuota`"
    except ValueError:
        return


def problems_of_flavor(body: Body) -> Iterator[Problem]:
    """ResourceFlavors: labels, taints and tolerations."""
    spec = _map(body.get("spec"))
    why = f.labels(spec.get("nodeLabels"))
    if why is not None:
        yield "/spec/nodeLabels", why
    seen: set[tuple[str, str]] = set()
    for index, taint in _maps(spec.get("nodeTaints")):
        at = f"/spec/nodeTaints/{index}"
        why = f.labels({str(taint.get("key") or ""): taint.get("value") or ""})
        if why is not None:
            yield at, why
        pair = (str(taint.get("key")), str(taint.get("effect")))
        if pair in seen:
            yield at, "the same taint is there twice"
        seen.add(pair)
    for index, toleration in _maps(spec.get("tolerations")):
        why = f.qualified(toleration.get("key")) or (f.labels({"a": toleration.get("value") or ""}))
        if why is not None:
            yield f"/spec/tolerations/{index}", why


def problems_of_job(body: Body) -> Iterator[Problem]:
    """Jobs of any kind that go through a queue: names in labels, and what annotations say."""
    metadata = _map(body.get("metadata"))
    labels, annotations = _map(metadata.get("labels")), _map(metadata.get("annotations"))
    for key in (QUEUE,):
        name = labels.get(key)
        if isinstance(name, str) and name and why_no_subdomain(name):
            yield f"/metadata/labels/{key.replace('/', '~1')}", "must be the name of an object"
    if body.get("apiVersion") != "batch/v1":
        return
    spec = _map(body.get("spec"))
    least, parallelism = annotations.get(_MINIMUM), 1 if spec.get("parallelism") is None else spec["parallelism"]
    if isinstance(least, str) and isinstance(parallelism, int):
        where = f"/metadata/annotations/{_MINIMUM.replace('/', '~1')}"
        if not least.lstrip("-").isdigit():
            yield where, "must be a whole number"
        elif not 0 < int(least) < parallelism:
            yield where, "must be between 0 and `parallelism`"
    equal = annotations.get(_EQUAL)
    if isinstance(equal, str) and equal not in (
        "true",
        "false",
        "1",
        "0",
        "t",
        "f",
        "T",
        "F",
        "True",
        "False",
        "TRUE",
        "FALSE",
    ):
        yield f"/metadata/annotations/{_EQUAL.replace('/', '~1')}", "must be `true` or `false`"
    template = _map(_map(_map(spec.get("template")).get("metadata")).get("annotations"))
    if all(key in template for key in _TOPOLOGY):
        yield "/spec/template/metadata/annotations", "names a required and a preferred topology"
