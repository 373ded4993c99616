"""Whether a cluster with these objects ever starts a job: brute force over objects, knowing nothing of the rules.

The API server's defaults and a LimitRange, then a ResourceQuota pod by pod, then every way in which Kueue could give
flavors to podsets.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

Body = Mapping[str, Any]
_SUFFIXES = {"m": Decimal("0.001"), "Gi": Decimal(2**30), "Mi": Decimal(2**20), "": Decimal(1)}


def amount(text: str) -> Decimal:
    """A quantity of the few forms that the test writes."""
    suffix = next(item for item in ("Gi", "Mi", "m", "") if text.endswith(item))
    return Decimal(text.removesuffix(suffix)) * _SUFFIXES[suffix]


def amounts(written: Mapping[str, str] | None) -> dict[str, Decimal]:
    return {name: amount(str(value)) for name, value in (written or {}).items()}


def can_start(objects: Iterable[Body]) -> bool:
    """True when every pod of the one job in `objects` can be there at a time."""
    held = list(objects)
    job = next(item for item in held if item["kind"] in ("PyTorchJob", "TFJob"))
    field = "pytorchReplicaSpecs" if job["kind"] == "PyTorchJob" else "tfReplicaSpecs"
    podsets = [(replica["replicas"], replica["template"]["spec"]) for replica in job["spec"][field].values()]
    limits = [item for kind, item in _specs(held, "LimitRange") for item in item["limits"]]
    sized = []
    for count, pod in podsets:
        asked = _let_in(pod["containers"][0], limits)
        if asked is None:
            return False
        sized.append((count, pod, *asked))
    if not all(_within_quota(spec["hard"], sized) for _, spec in _specs(held, "ResourceQuota")):
        return False
    name = job["metadata"].get("labels", {}).get("kueue.x-k8s.io/queue-name")
    return name is None or _admitted(name, sized, held)


def _specs(held: Iterable[Body], kind: str) -> Iterator[tuple[str, Any]]:
    for item in held:
        if item["kind"] == kind:
            yield item["metadata"]["name"], item.get("spec", {})


def _let_in(container: Body, ranges: Iterable[Body]) -> tuple[dict[str, Decimal], dict[str, Decimal]] | None:
    written = container.get("resources", {})
    requests, limits = amounts(written.get("requests")), amounts(written.get("limits"))
    for name, value in limits.items():
        requests.setdefault(name, value)
    for item in ranges:
        for name, value in amounts(item.get("default")).items():
            limits.setdefault(name, value)
        for name, value in amounts(item.get("defaultRequest")).items():
            requests.setdefault(name, value)
        for name, value in amounts(item.get("max")).items():
            if requests.get(name, 0) > value or limits.get(name, 0) > value:
                return None
        for name, value in amounts(item.get("min")).items():
            if requests.get(name, value) < value or limits.get(name, value) < value:
                return None
    if any(requests[name] > limits[name] for name in requests if name in limits):
        return None
    return requests, limits


def _within_quota(hard: Mapping[str, str], sized: list[Any]) -> bool:
    used = dict.fromkeys(hard, Decimal(0))
    for count, _, requests, limits in sized:
        for _ in range(count):
            for key in hard:
                side, dot, name = key.partition(".")
                if not dot:
                    side, name = "requests", key
                values = limits if side == "limits" else requests
                if key == "pods":
                    used[key] += 1
                elif name not in values and name in ("cpu", "memory"):
                    return False
                else:
                    used[key] += values.get(name, Decimal(0))
                if used[key] > amount(hard[key]):
                    return False
    return True


def _admitted(name: str, sized: list[Any], held: list[Body]) -> bool:
    queues = dict(_specs(held, "ClusterQueue"))
    flavors = dict(_specs(held, "ResourceFlavor"))
    groups = queues[name].get("resourceGroups", [])
    known = {
        key for group in groups for item in group["flavors"] for key in flavors[item["name"]].get("nodeLabels", {})
    }
    names = [item["name"] for group in groups for item in group["flavors"]]
    for choice in product(names, repeat=len(sized)):
        used: dict[tuple[str, str], Decimal] = {}
        fits = True
        for flavor, (count, pod, requests, _) in zip(choice, sized, strict=True):
            fits = fits and _suits(flavors[flavor], pod, known)
            for resource, value in requests.items():
                used[flavor, resource] = used.get((flavor, resource), Decimal(0)) + value * count
        if fits and all(value <= _reach(queues, name, *key) for key, value in used.items() if value):
            return True
    return False


def _suits(flavor: Body, pod: Body, known: set[str]) -> bool:
    labels = flavor.get("nodeLabels", {})
    if any(labels.get(key) != value for key, value in pod.get("nodeSelector", {}).items() if key in known):
        return False
    required = pod.get("affinity", {}).get("nodeAffinity", {}).get("requiredDuringSchedulingIgnoredDuringExecution", {})
    terms = required.get("nodeSelectorTerms", [])
    if terms and not any(
        all(labels.get(e["key"]) in e["values"] for e in term["matchExpressions"] if e["key"] in known)
        for term in terms
    ):
        return False
    tolerations = [*pod.get("tolerations", []), *flavor.get("tolerations", [])]
    return all(any(_tolerates(item, taint) for item in tolerations) for taint in flavor.get("nodeTaints", []))


def _tolerates(toleration: Body, taint: Body) -> bool:
    same = toleration["key"] == taint["key"] and toleration["effect"] == taint["effect"]
    return same and (toleration.get("operator") == "Exists" or toleration.get("value", "") == taint.get("value", ""))


def _quota(queue: Body, flavor: str, resource: str) -> Body | None:
    for group in queue.get("resourceGroups", []):
        for item in group["flavors"]:
            for quota in item["resources"]:
                if (item["name"], quota["name"]) == (flavor, resource):
                    return dict(quota)
    return None


def _reach(queues: Mapping[str, Body], name: str, flavor: str, resource: str) -> Decimal:
    own = _quota(queues[name], flavor, resource)
    if own is None:
        return Decimal(0)
    nominal, lent = amount(own["nominalQuota"]), Decimal(0)
    cohort = queues[name].get("cohortName")
    for other, queue in queues.items():
        quota = _quota(queue, flavor, resource)
        if other != name and cohort is not None and queue.get("cohortName") == cohort and quota is not None:
            lent += amount(quota.get("lendingLimit", quota["nominalQuota"]))
    if "borrowingLimit" in own:
        lent = min(lent, amount(own["borrowingLimit"]))
    return nominal + lent
