"""What the API server and a LimitRange make of the requests and limits of a container, and when they refuse it.

Kubernetes v1.34: requests are filled in from limits (`pkg/apis/core/v1/defaults.go`, SetDefaults_Pod), then both from
the LimitRange (`plugin/pkg/admission/limitranger/admission.go`, mergeContainerResources), then the bounds are judged
(PodValidateLimitFunc), then a request above its limit is refused (`pkg/apis/core/validation`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mlplat.objects.quantity import Quantity, parse
from mlplat.schema.team import ContainerLimits

Amounts = Mapping[str, Quantity]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Requests and limits with which a container would run. `filled` are limits that the LimitRange gave."""

    requests: Amounts
    limits: Amounts
    filled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a container is refused: its `field` of `resource` is `above` or `below` an amount, which the LimitRange says
    under `bound` (`max`, `min`, `default`; "limits" where the container says it itself)."""

    resource: str
    field: str
    amount: Quantity
    bound: str
    allowed: Quantity

    @property
    def above(self) -> bool:
        """True when the amount is too large, False when it is too small."""
        return self.bound != "min"


def amounts(written: Mapping[str, str | int | float]) -> dict[str, Quantity]:
    """Resource name to quantity, as pods keep it: in thousandths."""
    return {name: _milli(value) for name, value in written.items()}


@lru_cache(maxsize=4096)
def _milli(written: str | int | float) -> Quantity:
    return parse(written).to_milli()


def admit(
    requests: Mapping[str, str], limits: Mapping[str, str], bounds: ContainerLimits | None, whole: bool = True
) -> Admitted:
    """The container after API server and LimitRange. With `whole` False nothing is filled in from the LimitRange:
    somebody else may name what is missing."""
    most = amounts(limits)
    asked = {**most, **amounts(requests)}
    if bounds is None or not whole:
        return Admitted(asked, most)
    ceiling, floor = amounts(bounds.max), amounts(bounds.min)
    default = {**ceiling, **amounts(bounds.default)}
    request = {**floor, **default, **amounts(bounds.default_request)}
    filled = frozenset(default) - frozenset(most)
    return Admitted({**request, **asked}, {**default, **most}, filled)


def refusals(container: Admitted, bounds: ContainerLimits | None) -> Iterator[Refused]:
    """Every reason for which the API server refuses a container, one for each resource, by resource."""
    ceiling = amounts(bounds.max) if bounds is not None else {}
    floor = amounts(bounds.min) if bounds is not None else {}
    for name in sorted({*container.requests, *container.limits}):
        found = _refusal(name, container, ceiling.get(name), floor.get(name))
        if found is not None:
            yield found


def _refusal(name: str, container: Admitted, ceiling: Quantity | None, floor: Quantity | None) -> Refused | None:
    request, limit = container.requests.get(name), container.limits.get(name)
    for field, amount in (("requests", request), ("limits", limit)):
        if amount is None or (field == "limits" and name in container.filled):
            continue
        if ceiling is not None and amount > ceiling:
            return Refused(name, field, amount, "max", ceiling)
        if floor is not None and amount < floor:
            return Refused(name, field, amount, "min", floor)
    if request is not None and limit is not None and request > limit:
        return Refused(name, "requests", request, "default" if name in container.filled else "limits", limit)
    return None
