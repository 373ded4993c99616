"""Kueue's webhooks. Source: kubernetes-sigs/kueue v0.18 `pkg/webhooks`; each rule compared with the verdicts of the
real one."""

from collections.abc import Iterator

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.reading import Body, Problem, mapping, mappings
from mlplat.objects.names import why_no_qualified_name
from mlplat.objects.quantity import parse


def problems_of_queue(body: Body) -> Iterator[Problem]:
    """ClusterQueues and Cohorts."""
    spec = mapping(body.get("spec"))
    of_cohort = body.get("kind") == "Cohort"
    yield from _groups(spec, of_cohort)
    if of_cohort and not spec.get("parentName") and not spec.get("parent"):
        yield from _limits_of_root(spec)
    why = f.selector(spec.get("namespaceSelector"))
    if why is not None:
        yield "/spec/namespaceSelector", why
    weight = mapping(spec.get("fairSharing")).get("weight")
    if weight is not None and f.not_negative(weight):
        yield "/spec/fairSharing/weight", "must not be negative"
    flavors = {
        str(one.get("name"))
        for _, group in mappings(spec.get("resourceGroups"))
        for _, one in mappings(group.get("flavors"))
    }
    checks = mapping(spec.get("admissionChecksStrategy")).get("admissionChecks")
    for index, check in mappings(checks):
        for number, name in enumerate(check.get("onFlavors") or ()):
            if str(name) not in flavors:
                where = f"/spec/admissionChecksStrategy/admissionChecks/{index}/onFlavors/{number}"
                yield where, f"there is no flavor `{name}`"


def _limits_of_root(spec: Body) -> Iterator[Problem]:
    for index, group in mappings(spec.get("resourceGroups")):
        for number, flavor in mappings(group.get("flavors")):
            for place, quota in mappings(flavor.get("resources")):
                for field in ("borrowingLimit", "lendingLimit"):
                    if quota.get(field) is not None:
                        where = f"/spec/resourceGroups/{index}/flavors/{number}/resources/{place}/{field}"
                        yield where, "needs a `parentName`: there is nobody to borrow from or to lend to"


def _groups(spec: Body, of_cohort: bool) -> Iterator[Problem]:
    resources: set[str] = set()
    flavors: set[str] = set()
    for index, group in mappings(spec.get("resourceGroups")):
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
        for number, flavor in mappings(group.get("flavors")):
            at = f"{where}/flavors/{number}"
            if str(flavor.get("name")) in flavors:
                yield f"{at}/name", f"the flavor `{flavor.get('name')}` is there twice"
            flavors.add(str(flavor.get("name")))
            for place, quota in mappings(flavor.get("resources")):
                if place >= len(covered) or quota.get("name") != covered[place]:
                    yield f"{at}/resources/{place}/name", "must be in the order of `coveredResources`"
                yield from _quota(quota, f"{at}/resources/{place}", of_cohort)


def _quota(quota: Body, at: str, of_cohort: bool) -> Iterator[Problem]:
    for field in ("nominalQuota", "borrowingLimit", "lendingLimit"):
        if quota.get(field) is not None and f.not_negative(quota[field]):
            yield f"{at}/{field}", "must not be negative"
    if of_cohort:
        return  # it may lend what its queues have
    try:
        if quota.get("lendingLimit") is not None and parse(quota["lendingLimit"]) > parse(quota.get("nominalQuota", 0)):
            yield f"{at}/lendingLimit", "must be at most `nominalQuota`"
    except ValueError:
        return


def problems_of_flavor(body: Body) -> Iterator[Problem]:
    """ResourceFlavors: labels, taints and tolerations."""
    spec = mapping(body.get("spec"))
    why = f.labels(spec.get("nodeLabels"))
    if why is not None:
        yield "/spec/nodeLabels", why
    seen: set[tuple[str, str]] = set()
    for index, taint in mappings(spec.get("nodeTaints")):
        at = f"/spec/nodeTaints/{index}"
        why = f.labels({str(taint.get("key") or ""): taint.get("value") or ""})
        if why is not None:
            yield at, why
        pair = (str(taint.get("key")), str(taint.get("effect")))
        if pair in seen:
            yield at, "the same taint is there twice"
        seen.add(pair)
    for index, toleration in mappings(spec.get("tolerations")):
        why = f.qualified(toleration.get("key"))
        if why is None and not toleration.get("key") and toleration.get("operator", "Equal") != "Exists":
            why = "needs `operator: Exists`: it names no `key`"
        if why is not None:
            yield f"/spec/tolerations/{index}", why
