"""What a pod as a whole asks for, against what its containers do.

Source: Kubernetes v1.37 `pkg/apis/core/validation/validation.go` (validatePodResourceConsistency), `pkg/apis/core/v1/
defaults.go` (SetDefaults_Pod) and `component-helpers/resource` (AggregateContainerRequests); each case was asked of the
real 1.37.2. The server fills in the requests of a pod, and not those of a template.
"""

from collections.abc import Callable, Iterable, Iterator

from mlplat.compiler.check.core.pod_amounts import huge_pages_alone, is_of_whole_pods
from mlplat.compiler.check.reading import Body, Problem, at_key, mapping, mappings
from mlplat.objects.quantity import parse

_Amounts = dict[str, int]


def problems_of_totals(spec: Body, pointer: str, filled: bool) -> Iterator[Problem]:
    """What the whole asks for covers its containers. `filled`: with the requests that a pod is given when made."""
    whole = mapping(spec.get("resources"))
    if not whole:
        return
    asked, allowed = _together(spec, _filled if filled else _requests), _together(spec, _limits)
    requests, limits = mapping(whole.get("requests")), mapping(whole.get("limits"))
    for name, amount in requests.items():
        if asked.get(name, 0) > _amount(amount):
            yield at_key(f"{pointer}/resources/requests", name), "is below what the containers ask for together"
    for name, amount in limits.items():
        if filled and name not in requests and is_of_whole_pods(name) and asked.get(name, 0) > _amount(amount):
            yield at_key(f"{pointer}/resources/limits", name), "is below what the containers ask for together"
        elif name.startswith("hugepages-") and allowed.get(name, 0) > _amount(amount):
            yield at_key(f"{pointer}/resources/limits", name), "is below the limits of the containers together"
    for index, one in mappings(spec.get("containers")):
        for name, amount in mapping(mapping(one.get("resources")).get("limits")).items():
            if name in limits and _amount(amount) > _amount(limits[name]):
                where = f"{pointer}/containers/{index}/resources/limits"
                yield at_key(where, name), "is above the limit of the pod as a whole"
    given = {name: 0 for name in asked if is_of_whole_pods(name)} if filled and limits else {}
    why = huge_pages_alone({"limits": limits, "requests": {**given, **requests}})
    if why is not None:
        yield f"{pointer}/resources", why


def _together(spec: Body, of_one: Callable[[Body], _Amounts]) -> _Amounts:
    """The containers' sum, or what an init container needs beside those that were started before it and go on."""
    running = _sum(of_one(_resources(one)) for _, one in mappings(spec.get("containers")))
    lasting: _Amounts = {}
    most: _Amounts = {}
    for _, one in mappings(spec.get("initContainers")):
        needs = _sum((lasting, of_one(_resources(one))))
        if one.get("restartPolicy") == "Always":
            lasting = needs
        most = {name: max(most.get(name, 0), needs.get(name, 0)) for name in (*most, *needs)}
    total = _sum((running, lasting))
    return {name: max(total.get(name, 0), most.get(name, 0)) for name in (*total, *most)}


def _sum(parts: Iterable[_Amounts]) -> _Amounts:
    total: _Amounts = {}
    for part in parts:
        for name, amount in part.items():
            total[name] = total.get(name, 0) + amount
    return total


def _resources(container: Body) -> Body:
    return mapping(container.get("resources"))


def _requests(resources: Body) -> _Amounts:
    return _amounts(mapping(resources.get("requests")))


def _limits(resources: Body) -> _Amounts:
    return _amounts(mapping(resources.get("limits")))


def _filled(resources: Body) -> _Amounts:
    """A container's requests: its limit where it does not say."""
    return {**_limits(resources), **_requests(resources)}


def _amounts(held: Body) -> _Amounts:
    return {name: _amount(amount) for name, amount in held.items()}


def _amount(value: object) -> int:
    try:
        return 0 if value is None else parse(value).nanos  # type: ignore[arg-type]
    except ValueError:
        return 0
