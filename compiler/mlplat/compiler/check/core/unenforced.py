"""Fields that Kubernetes' published schemas call required, and that the server does not ask for.

The schemas are made from Go's types; whether a field must be there is decided in code. Each was seen with the real
server 1.37 (`tests/differential`).
"""

import re
from collections.abc import Mapping

from mlplat.catalog.structural import Problem, StructuralProblem

_OF_PODS = (
    "/sysctls[]/value",
    "/httpHeaders[]/value",
    "/preferredDuringSchedulingIgnoredDuringExecution[]/preference",
    "/sleep/seconds",
    "/iscsi/lun",
)
"""Ends of the paths, in pods wherever Kubernetes' own kinds have them."""
_GROUPS = ("", "apps", "batch")
_INDEX = re.compile(r"/\d+(?=/|$)")
_FIELDS: Mapping[tuple[str, str], frozenset[str]] = {
    ("", "LimitRange"): frozenset(("/spec/limits",)),
    ("", "PersistentVolumeClaim"): frozenset(("/spec/dataSource/kind", "/spec/dataSource/name")),
    ("", "PersistentVolume"): frozenset(("/spec/iscsi/lun",)),
    ("discovery.k8s.io", "EndpointSlice"): frozenset(
        ("/endpoints[]/hints/forZones[]/name", "/endpoints[]/hints/forNodes[]/name")
    ),
    ("", "Event"): frozenset(("/involvedObject", "/metadata")),
    ("storage.k8s.io", "CSIDriver"): frozenset(("/spec", "/spec/tokenRequests[]/audience")),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): frozenset(
        ("/spec/versions[]/served", "/spec/versions[]/storage")
    ),
    ("batch", "Job"): frozenset(("/spec/podFailurePolicy/rules",)),
    ("batch", "CronJob"): frozenset(("/spec/jobTemplate/spec/podFailurePolicy/rules",)),
    ("autoscaling", "HorizontalPodAutoscaler"): frozenset(
        f"/spec/metrics[]/{kind}/metric/selector/matchExpressions[]/{field}"
        for kind in ("pods", "object", "external")
        for field in ("key", "operator")
    ),
}


def is_unenforced(group: str, kind: str, problem: StructuralProblem) -> bool:
    """True for a missing field that the server does not miss."""
    if problem.kind is not Problem.MISSING:
        return False
    place = f"{_INDEX.sub('[]', problem.pointer)}/{problem.field}"
    return place in _FIELDS.get((group, kind), ()) or (group in _GROUPS and place.endswith(_OF_PODS))
