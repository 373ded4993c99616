"""Kinds by which a cluster runs itself: who is served first, drivers of volumes, leases, events.

Source: Kubernetes v1.37 `pkg/apis/{flowcontrol,storage,coordination}/validation`, `pkg/apis/core/validation/events.go`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlplat.compiler.check.core import forms as f
from mlplat.compiler.check.core.forms import Check
from mlplat.compiler.check.reading import Body, Problem, mapping, mappings, metadata_of, number, spec_of

_FLOW = "flowcontrol.apiserver.k8s.io"
_STAR = "*"
_VERBS = ("get", "list", "create", "update", "delete", "deletecollection", "patch", "watch", "proxy")
_URL_VERBS = ("get", "head", "post", "put", "patch", "delete", "options")


def _alone(value: Any) -> str | None:
    """A list in which `*` stands for everything, and then alone."""
    return "`*` stands alone" if isinstance(value, list) and _STAR in value and len(value) > 1 else None


def _of(options: Sequence[str]) -> Check:
    """A list of words, or `*` alone."""

    def check(value: Any) -> str | None:
        if not isinstance(value, list) or value == [_STAR]:
            return None
        wrong = [one for one in value if one not in options]
        return f"`{wrong[0]}` is none of {', '.join(options)}, nor `*` alone" if wrong else None

    return check


def _url(value: Any) -> str | None:
    """A path of the server that is no resource; `*` stands at its end."""
    if not isinstance(value, str) or value in ("/", _STAR):
        return None
    if not value.startswith("/"):
        return "must start with `/`"
    if " " in value or "//" in value:
        return "must have neither spaces nor `//`"
    return "takes `*` only as `/*` at its end" if _STAR in value.removesuffix("/*") else None


def _at_most(most: int) -> Check:
    return f.text(lambda value: f"has more than {most} characters" if len(value) > most else None)


RUNNING_FORMS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    (_FLOW, "FlowSchema"): {
        "": f.need("spec"),
        "spec": f.need("priorityLevelConfiguration"),
        "spec.matchingPrecedence": f.between(0, 10000),
        "spec.distinguisherMethod": f.need("type"),
        "spec.distinguisherMethod.type": f.one_of("ByUser", "ByNamespace", empty=False),
        "spec.priorityLevelConfiguration": f.need("name"),
        "spec.priorityLevelConfiguration.name": f.subdomain,
        "spec.rules[]": f.need("subjects"),
        "spec.rules[].subjects[].kind": f.one_of("User", "Group", "ServiceAccount", empty=False),
        "spec.rules[].subjects[].user": f.need("name"),
        "spec.rules[].subjects[].group": f.need("name"),
        "spec.rules[].subjects[].serviceAccount": f.need("namespace", "name"),
        "spec.rules[].subjects[].serviceAccount.namespace": f.label,
        "spec.rules[].subjects[].serviceAccount.name": lambda v: None if v == _STAR else f.subdomain(v),
        "spec.rules[].resourceRules[]": f.need("verbs", "apiGroups", "resources"),
        "spec.rules[].resourceRules[].verbs": _of(_VERBS),
        "spec.rules[].resourceRules[].apiGroups": _alone,
        "spec.rules[].resourceRules[].resources": _alone,
        "spec.rules[].resourceRules[].namespaces": _alone,
        "spec.rules[].resourceRules[].namespaces[]": lambda v: None if v == _STAR else f.label_strict(v),
        "spec.rules[].nonResourceRules[]": f.need("verbs", "nonResourceURLs"),
        "spec.rules[].nonResourceRules[].verbs": _of(_URL_VERBS),
        "spec.rules[].nonResourceRules[].nonResourceURLs": _alone,
        "spec.rules[].nonResourceRules[].nonResourceURLs[]": _url,
    },
    (_FLOW, "PriorityLevelConfiguration"): {
        "": f.need("spec"),
        "spec": f.need("type"),
        "spec.type": f.one_of("Exempt", "Limited", empty=False),
        "spec.limited.nominalConcurrencyShares": f.at_least(0),
        "spec.limited.lendablePercent": f.between(0, 100),
        "spec.limited.borrowingLimitPercent": f.at_least(0),
        "spec.limited": f.need("limitResponse"),
        "spec.limited.limitResponse": f.need("type"),
        "spec.limited.limitResponse.type": f.one_of("Queue", "Reject", empty=False),
        "spec.exempt.nominalConcurrencyShares": f.at_least(0),
        "spec.exempt.lendablePercent": f.between(0, 100),
        "spec.limited.limitResponse.queuing.queues": f.between(0, 10_000_000),
        "spec.limited.limitResponse.queuing.handSize": f.at_least(0),
        "spec.limited.limitResponse.queuing.queueLengthLimit": f.at_least(0),
    },
    ("storage.k8s.io", "CSIDriver"): {
        "spec.volumeLifecycleModes[]": f.one_of("Persistent", "Ephemeral", empty=False),
        "spec.fsGroupPolicy": f.one_of("ReadWriteOnceWithFSType", "File", "None", empty=False),
        "spec.tokenRequests[].expirationSeconds": f.between(600, 2**32),
        "spec.nodeAllocatableUpdatePeriodSeconds": f.at_least(10),
    },
    ("coordination.k8s.io", "Lease"): {
        "spec.leaseDurationSeconds": f.at_least(1),
        "spec.leaseTransitions": f.at_least(0),
    },
    ("events.k8s.io", "Event"): {
        "": f.need("eventTime", "reportingController", "reportingInstance", "action", "reason", "type"),
        "type": f.one_of("Normal", "Warning", empty=False),
        "reportingController": f.qualified,
        "reportingInstance": _at_most(128),
        "action": _at_most(128),
        "reason": _at_most(128),
        "note": _at_most(1024),
        "series.count": f.at_least(2),
        "series": f.need("lastObservedTime"),
    },
}
"""By group and kind: checks of single values, as in `kinds.FORMS`."""


def problems_of_flow_schema(body: Body) -> Iterator[Problem]:
    """Subjects have the part that their kind names; a rule covers something; resources are somewhere."""
    spec = spec_of(body)
    if spec.get("matchingPrecedence") == 1 and metadata_of(body).get("name") != "exempt":
        yield "/spec/matchingPrecedence", "1 is for the FlowSchema `exempt`"
    for index, rule in mappings(spec.get("rules")):
        where = f"/spec/rules/{index}"
        if not rule.get("resourceRules") and not rule.get("nonResourceRules"):
            yield where, "needs `resourceRules` or `nonResourceRules`"
        for place, subject in mappings(rule.get("subjects")):
            parts = {"User": "user", "Group": "group", "ServiceAccount": "serviceAccount"}
            wanted = parts.get(str(subject.get("kind")))
            if wanted is not None and subject.get(wanted) is None:
                yield f"{where}/subjects/{place}", f"needs `{wanted}`"
            for other in parts.values() if wanted is not None else ():
                if other != wanted and subject.get(other) is not None:
                    yield f"{where}/subjects/{place}/{other}", f"does not go with `kind: {subject['kind']}`"
        for place, one in mappings(rule.get("resourceRules")):
            if not one.get("namespaces") and one.get("clusterScope") is not True:
                yield f"{where}/resourceRules/{place}", "needs `namespaces` or `clusterScope: true`"


_MOST_ENTROPY = 60
"""Bits that a hash gives for dealing queues (`pkg/util/shufflesharding`)."""


def problems_of_priority_level(body: Body) -> Iterator[Problem]:
    """What `type` asks for, and queues that can be dealt."""
    spec = spec_of(body)
    kind, exempt = spec.get("type"), metadata_of(body).get("name") == "exempt"
    if kind in ("Exempt", "Limited") and (kind == "Exempt") != exempt:
        yield "/spec/type", "is `Exempt` for the level `exempt` and no other"
    if kind == "Limited" and spec.get("limited") is None:
        yield "/spec", "needs `limited`"
    for field, wanted in (("limited", "Limited"), ("exempt", "Exempt")):
        if spec.get(field) is not None and kind != wanted:
            yield f"/spec/{field}", f"goes with `type: {wanted}` only"
    where = "/spec/limited/limitResponse"
    response = mapping(mapping(spec.get("limited")).get("limitResponse"))
    queuing = response.get("queuing")
    if response.get("type") == "Reject" and queuing is not None:
        yield f"{where}/queuing", "goes with `type: Queue` only"
    if response.get("type") == "Queue" and queuing is None:
        yield where, "needs `queuing`"
    if response.get("type") == "Queue" and isinstance(queuing, dict):
        queues, hand = _set(queuing, "queues", 64), _set(queuing, "handSize", 8)
        if hand > queues:
            yield f"{where}/queuing/handSize", "must be at most `queues`"
        elif 0 < hand <= queues and sum(math.log2(queues - i) for i in range(hand)) > _MOST_ENTROPY:
            yield f"{where}/queuing/handSize", "deals more than a hash can tell apart: lower it, or `queues`"


def _set(queuing: Mapping[str, Any], field: str, default: int) -> int:
    """A number as the server reads it: its default for zero."""
    return number(queuing.get(field)) or default


def problems_of_driver(body: Body) -> Iterator[Problem]:
    """An audience is asked for once."""
    seen: set[str] = set()
    requests = spec_of(body).get("tokenRequests")
    for index, one in enumerate(requests if isinstance(requests, list) else ()):
        audience = str(mapping(one).get("audience") or "")
        if audience in seen:
            yield f"/spec/tokenRequests/{index}", f"the audience `{audience}` is there twice"
        seen.add(audience)


def problems_of_event(body: Body) -> Iterator[Problem]:
    """An event of the core API lies in the namespace of what it is about."""
    here = metadata_of(body).get("namespace") or "default"
    there = mapping(body.get("involvedObject")).get("namespace")
    if isinstance(there, str) and there and there != here:
        yield "/involvedObject/namespace", "must be the namespace of the event"
    elif not there and here not in ("default", "kube-system"):
        yield "/involvedObject", "needs `namespace`: the event is in one"
