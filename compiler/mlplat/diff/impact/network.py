"""What can be reached: services, policies, routes.

Sources: k8s.io/kubernetes v1.37 (`pkg/apis/networking/types.go`, `pkg/apis/core/types.go`), Istio 1.28 (security and
networking APIs). No network runs in tests: these rows are the documented meaning of the fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlplat.diff.impact.effect import Body, Edit, Effect, Impact
from mlplat.diff.impact.rows import KindRows, Row, row
from mlplat.diff.impact.storage import NEW
from mlplat.objects.equality import same

_POLICY = "networking.k8s.io/v1 NetworkPolicy: a pod that a policy selects accepts what some policy allows, else all"
_SERVICE = "v1 Service: `type` says from where it can be reached"
_KEPT_ADDRESS = "pkg/registry/core/service/storage.go: patchAllocatedValues"
_ISTIO = "Istio 1.28 AuthorizationPolicy: DENY before ALLOW; without any ALLOW policy everything is allowed"
_MTLS = "Istio 1.28 PeerAuthentication"
_INGRESS = "networking.k8s.io/v1 Ingress"
_ADDRESS = frozenset({"host", "path", "pathType"})
_LED_AWAY = Effect(Impact.SERVING_INTERRUPTION, "who calls the old address may reach nothing", _INGRESS)
_ROUTES = "Istio 1.28 networking API"

_REACH = {"ExternalName": 0, "ClusterIP": 1, "NodePort": 2, "LoadBalancer": 3}


def _opened(why: str, source: str) -> Effect:
    return Effect(Impact.NETWORK_OPENED, why, source)


def _closed(why: str, source: str) -> Effect:
    return Effect(Impact.NETWORK_CLOSED, why, source)


# ------------------------------------------------------------------------------------------- services


def _reach(body: Body) -> int:
    return _REACH.get(str((body.get("spec") or {}).get("type", "ClusterIP")), 1)


def _service_type(edit: Edit) -> Effect:
    before, after = _reach(edit.old), _reach(edit.new)
    if after > before and after > 1:
        return _opened("it can be reached from outside of the cluster", _SERVICE)
    if after < before:
        return _closed("it can no longer be reached from where it was", _SERVICE)
    return Effect(Impact.SERVING_INTERRUPTION, "it is reached in another way", _SERVICE)


def _ports(edit: Edit) -> Effect:
    if edit.difference.added:
        if min(_reach(edit.old), _reach(edit.new)) > 1:
            return _opened("it can be reached from outside of the cluster at one more port", _SERVICE)
        return Effect(Impact.NOTHING, "it can be reached at one more port", _SERVICE)
    return Effect(Impact.SERVING_INTERRUPTION, "who calls the old port reaches nothing", _SERVICE)


def _sources(edit: Edit) -> Effect:
    spec = edit.new.get("spec") or {}
    before = set((edit.old.get("spec") or {}).get("loadBalancerSourceRanges") or ())
    after = set(spec.get("loadBalancerSourceRanges") or ())
    if not after or (before and after - before):
        return _opened(
            "more addresses may call it", "v1 Service: an empty `loadBalancerSourceRanges` lets in everybody"
        )
    return _closed("fewer addresses may call it", "v1 Service: `loadBalancerSourceRanges`")


def _outside(edit: Edit) -> Effect:
    if edit.difference.removed:
        return _closed("it can no longer be reached at that address", _SERVICE)
    return _opened("it can be reached at one more address", _SERVICE)


def _service_created(body: Body, others: Sequence[Body]) -> Effect:
    if _reach(body) > 1:
        return _opened("it can be reached from outside of the cluster", _SERVICE)
    return Effect(Impact.NOTHING, "a new address in the cluster", _SERVICE)


# ------------------------------------------------------------------------------------------- network policies


def _directions(body: Body) -> set[str]:
    """What a policy restricts; `Egress` counts where it is said or there are such rules (types.go, PolicyTypes)."""
    spec = body.get("spec") or {}
    said = spec.get("policyTypes")
    if isinstance(said, list | tuple) and said:
        return {str(one).lower() for one in said}
    return {"ingress", "egress"} if spec.get("egress") else {"ingress"}


def _network_policy(edit: Edit) -> Effect:
    old, new = edit.old.get("spec") or {}, edit.new.get("spec") or {}
    if not same(old.get("podSelector"), new.get("podSelector")):
        return Effect(
            Impact.NETWORK_OPENED, "pods that it no longer selects are not restricted by it any more", _POLICY
        )
    if _directions(edit.old) - _directions(edit.new):
        return _opened("a direction is not restricted any more", _POLICY)
    for direction in sorted(_directions(edit.new)):
        if not _within(new.get(direction), old.get(direction)) and direction in _directions(edit.old):
            return _opened(f"more {direction} is allowed than was", _POLICY)
    return _closed("less is allowed than was", _POLICY)


def _within(rules: Any, wider: Any) -> bool:
    """True when everything that `rules` allow is surely allowed by `wider` too, rule by rule."""
    held = list(wider or ())
    return all(any(_rule_within(rule, other) for other in held) for rule in rules or ())


def _rule_within(rule: Mapping[str, Any], wider: Mapping[str, Any]) -> bool:
    """Peers and ports are lists of alternatives; an empty or missing list allows all."""
    for keys in (("from", "to"), ("ports",)):
        narrow: list[Any] = next((rule[key] for key in keys if rule.get(key)), [])
        wide: list[Any] = next((wider[key] for key in keys if wider.get(key)), [])
        if wide and (not narrow or not all(any(same(one, other) for other in wide) for one in narrow)):
            return False
    return True


def _policy_created(body: Body, others: Sequence[Body]) -> Effect:
    if any(_isolates_as_much(other, body) for other in others):
        if any(_allows_as_much(other, body) for other in others):
            return Effect(Impact.NOTHING, "another policy selects its pods and allows all that it allows", _POLICY)
        return _opened("what it allows is allowed besides what other policies do", _POLICY)
    return _closed("pods that it selects accept only what some policy allows", _POLICY)


def _policy_deleted(body: Body, others: Sequence[Body]) -> Effect:
    if any(_isolates_as_much(other, body) for other in others):
        if any(_allows_as_much(other, body) for other in others):
            return Effect(Impact.NOTHING, "another policy selects its pods and allows all that it allowed", _POLICY)
        return _closed("what it allowed is no longer allowed; other policies select the same pods", _POLICY)
    return _opened("no other policy selects all of its pods: they accept everything", _POLICY)


def _isolates_as_much(policy: Body, other: Body) -> bool:
    mine, theirs = ((body.get("spec") or {}).get("podSelector") or {} for body in (policy, other))
    return _directions(other) <= _directions(policy) and (not mine or same(mine, theirs))


def _allows_as_much(policy: Body, other: Body) -> bool:
    """True when a policy that isolates as much surely allows everything that another one does, if that is anything."""
    mine, theirs = (body.get("spec") or {} for body in (policy, other))
    within = all(_within(theirs.get(direction), mine.get(direction)) for direction in _directions(other))
    return within and _isolates_as_much(policy, other)


# ------------------------------------------------------------------------------------------- Istio


def _action(body: Body) -> str:
    return str((body.get("spec") or {}).get("action", "ALLOW"))


def _authorization_created(body: Body, others: Sequence[Body]) -> Effect:
    if _action(body) == "DENY":
        return _closed("some requests are refused", _ISTIO)
    if _action(body) != "ALLOW":
        return Effect(Impact.UNKNOWN, f"requests are handed to `{_action(body)}`", _ISTIO)
    if any(_action(other) == "ALLOW" and _selects_as_much(other, body) for other in others):
        return _opened("what it lets in is let in besides what other policies do", _ISTIO)
    return _closed("what it selects answers only whom it names; before it answered everybody", _ISTIO)


def _authorization_deleted(body: Body, others: Sequence[Body]) -> Effect:
    if _action(body) == "DENY":
        return _opened("requests that were refused are let in", _ISTIO)
    if _action(body) != "ALLOW":
        return Effect(Impact.UNKNOWN, f"requests are no longer handed to `{_action(body)}`", _ISTIO)
    if any(_action(other) == "ALLOW" and _selects_as_much(other, body) for other in others):
        return _closed("what it let in is no longer let in; other policies select the same pods", _ISTIO)
    return _opened("no other policy selects all of its pods: they answer everybody", _ISTIO)


def _selects_as_much(policy: Body, other: Body) -> bool:
    """True when a policy selects every pod that another one does, as far as their selectors show it."""
    mine, theirs = ((body.get("spec") or {}) for body in (policy, other))
    selects_all = not mine.get("selector") and not mine.get("targetRefs")
    return selects_all or same(mine.get("selector"), theirs.get("selector"))


def _authorization(edit: Edit) -> Effect:
    old, new = edit.old.get("spec") or {}, edit.new.get("spec") or {}
    if not same(old.get("action"), new.get("action")) or _action(edit.new) not in ("ALLOW", "DENY"):
        return _opened("what it does with requests changes", _ISTIO)
    if not same(old.get("selector"), new.get("selector")) or not same(old.get("targetRefs"), new.get("targetRefs")):
        return _opened("pods that it no longer selects are not protected by it any more", _ISTIO)
    before, after = list(old.get("rules") or ()), list(new.get("rules") or ())
    gained = any(not _matches_less(rule, before) for rule in after)
    lost = any(not _matches_less(rule, after) for rule in before)
    if _action(edit.new) == "DENY":
        return _opened("requests that were refused are let in", _ISTIO) if lost else _closed("more is refused", _ISTIO)
    return _opened("more requests are let in", _ISTIO) if gained else _closed("fewer requests are let in", _ISTIO)


def _matches_less(rule: Mapping[str, Any], held: Sequence[Mapping[str, Any]]) -> bool:
    """True when a rule matches nothing that one of the held rules does not match, as far as their form shows it."""
    return any(all(_part_within(rule.get(part), other.get(part)) for part in ("from", "to", "when")) for other in held)


def _part_within(part: Any, wider: Any) -> bool:
    """`from` and `to` are alternatives, each with conditions; `when` are conditions that all must hold."""
    if not wider:
        return True
    if not part:
        return False
    return all(any(same(one, other) or _alternative_within(one, other) for other in wider) for one in part)


def _alternative_within(one: Any, other: Any) -> bool:
    """`{source: {principals: [a]}}` within `{source: {principals: [a, b]}}`; `not...` lists the other way round."""
    if not (isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys()):
        return False
    for key, inner in other.items():
        narrow = one[key]
        if isinstance(inner, Mapping):
            if not isinstance(narrow, Mapping) or not all(
                _values_within(name, narrow.get(name), wide) for name, wide in inner.items()
            ):
                return False
            continue
        if isinstance(inner, list | tuple):
            if not _values_within(str(key), narrow, inner):
                return False
        elif not same(narrow, inner):
            return False
    return True


def _values_within(name: str, narrow: Any, wide: Any) -> bool:
    held, wanted = set(map(str, narrow or ())), set(map(str, wide or ()))
    if name.startswith("not"):
        return wanted <= held
    return bool(held) and held <= wanted


def _mtls(edit: Edit) -> Effect:
    if edit.difference.new == "STRICT":
        return _closed("calls without a certificate of the mesh are refused", _MTLS)
    return _opened("calls without a certificate of the mesh may be let in", _MTLS)


# ------------------------------------------------------------------------------------------- ingress, Argo CD


def _ingress(edit: Edit) -> Effect:
    if edit.difference.added:
        return _opened("one more path leads in from outside", _INGRESS)
    where = next((step for step in reversed(edit.path) if isinstance(step, str)), "")
    if edit.difference.removed:
        # A rule without a host is one for every host.
        return _opened("every host leads in from outside", _INGRESS) if where == "host" else _LED_AWAY
    return _opened("another address leads in from outside", _INGRESS) if where in _ADDRESS else _LED_AWAY


def led_away(key: tuple[str, str], edit: Edit) -> Iterator[Effect]:
    """What a changed address of an Ingress does besides: nobody is let in any more at the old one."""
    if key == ("networking.k8s.io", "Ingress") and edit.path[:2] == ("spec", "rules") and not edit.difference.added:
        yield _LED_AWAY


_PROJECT_LISTS = (
    "sourceRepos",
    "sourceNamespaces",
    "destinations",
    "clusterResourceWhitelist",
    "namespaceResourceWhitelist",
    "roles",
)
_ARGOCD = "Argo CD 3.6 AppProject: what its Applications may sync, from where, to where"


def _project(edit: Edit) -> Effect:
    if edit.difference.removed:
        return Effect(Impact.PERMISSION_NARROWED, "its Applications may sync less", _ARGOCD)
    return Effect(Impact.PERMISSION_WIDENED, "its Applications may sync more, or elsewhere", _ARGOCD)


def _project_forbids(edit: Edit) -> Effect:
    if edit.difference.added:
        return Effect(Impact.PERMISSION_NARROWED, "its Applications may sync less", _ARGOCD)
    return Effect(Impact.PERMISSION_WIDENED, "its Applications may sync more", _ARGOCD)


def _application_deleted(body: Body, others: Sequence[Body]) -> Effect:
    finalizers = (body.get("metadata") or {}).get("finalizers") or ()
    if any(str(one).startswith("resources-finalizer.argocd.argoproj.io") for one in finalizers):
        return Effect(Impact.DATA_LOSS, "everything that it synced is deleted with it", "Argo CD 3.6: its finalizer")
    return Effect(Impact.NOTHING, "what it synced stays and is not looked after any more", "Argo CD 3.6")


def _routes() -> Iterator[tuple[tuple[str, str], KindRows]]:
    unknown = Effect(Impact.UNKNOWN, "requests may take another way, or none", _ROUTES)
    for kind in ("VirtualService", "DestinationRule", "Gateway", "ServiceEntry", "Sidecar", "EnvoyFilter"):
        yield (
            ("networking.istio.io", kind),
            KindRows(unknown, unknown, (row("spec/**", Impact.UNKNOWN, unknown.why, _ROUTES),)),
        )


ROWS: Mapping[tuple[str, str], KindRows] = {
    ("", "Service"): KindRows(
        _service_created,
        Effect(Impact.SERVING_INTERRUPTION, "its name leads nowhere any more", _SERVICE),
        (
            Row("spec/type", _service_type),
            Row("spec/ports/**", _ports),
            row("spec/selector/**", Impact.SERVING_INTERRUPTION, "other pods answer, or none", _SERVICE),
            Row("spec/loadBalancerSourceRanges/**", _sources),
            Row("spec/externalIPs/**", _outside),
            row("spec/clusterIP", Impact.NOTHING, "the server keeps the address that it has", _KEPT_ADDRESS),
            row("spec/externalName", Impact.SERVING_INTERRUPTION, "another host answers", _SERVICE),
            row("spec/**", Impact.NOTHING, "how requests are shared out", _SERVICE),
        ),
    ),
    ("networking.k8s.io", "NetworkPolicy"): KindRows(
        _policy_created,
        _policy_deleted,
        (Row("spec/**", _network_policy),),
    ),
    ("networking.k8s.io", "Ingress"): KindRows(
        _opened("its paths lead in from outside", _INGRESS),
        Effect(Impact.SERVING_INTERRUPTION, "its paths lead nowhere any more", _INGRESS),
        (
            row("spec/tls/**", Impact.SECRET_CHANGED, "another certificate is shown", _INGRESS),
            Row("spec/rules/**", _ingress),
            row("spec/**", Impact.SERVING_INTERRUPTION, "requests take another way", _INGRESS),
        ),
    ),
    ("security.istio.io", "AuthorizationPolicy"): KindRows(
        _authorization_created, _authorization_deleted, (Row("spec/**", _authorization),)
    ),
    ("security.istio.io", "PeerAuthentication"): KindRows(
        _closed("calls without a certificate of the mesh may be refused", _MTLS),
        _opened("calls without a certificate of the mesh may be let in", _MTLS),
        (Row("spec/mtls/mode", _mtls), row("spec/**", Impact.NETWORK_OPENED, "other ports or pods", _MTLS)),
    ),
    **dict(_routes()),
    ("argoproj.io", "AppProject"): KindRows(
        NEW,
        Effect(Impact.PERMISSION_NARROWED, "its Applications sync no more", _ARGOCD),
        (
            *(Row(f"spec/{field}/**", _project) for field in _PROJECT_LISTS),
            Row("spec/clusterResourceBlacklist/**", _project_forbids),
            Row("spec/namespaceResourceBlacklist/**", _project_forbids),
            row("spec/**", Impact.NOTHING, "when it syncs, or how it is called", _ARGOCD),
        ),
    ),
    ("argoproj.io", "Application"): KindRows(
        Effect(Impact.NOTHING, "what it names is synced from now on", "Argo CD 3.6"),
        _application_deleted,
        (
            row(
                "spec/destination/**",
                Impact.UNKNOWN,
                "its objects go to another place; the old ones stay",
                "Argo CD 3.6",
            ),
            row("spec/**", Impact.UNKNOWN, "something else is synced, or otherwise", "Argo CD 3.6"),
        ),
    ),
}
