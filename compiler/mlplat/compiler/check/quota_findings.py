"""Findings on workloads that the ResourceQuota of their namespace never lets run, were they alone in it.

Kubernetes v1.34 `pkg/quota/v1/evaluator/core/pods.go`: a quota on `requests.*` or `limits.*` of CPU or memory refuses
containers that do not say theirs (podComputeUsageHelper, Constraints); the sum of all pods may not pass `hard`.
"""

from collections.abc import Iterator, Mapping

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.limit_range import Admitted, admit, amounts
from mlplat.compiler.check.rule import Found
from mlplat.compiler.check.wording import named
from mlplat.compiler.check.workloads import PodGroup, Workload, asked_at
from mlplat.objects.quantity import ZERO, Quantity, parse
from mlplat.schema.storage import Volume
from mlplat.schema.team import Team

_STATED = {
    **{name: ("requests", name) for name in ("cpu", "memory")},
    **{f"{side}.{name}": (side, name) for side in ("requests", "limits") for name in ("cpu", "memory")},
}
"""Keys of a quota for which every container must say its amount, and which amount."""

_PODS = ("pods", "count/pods")


def judge_quota(workload: Workload, team: Resolved[Team]) -> Iterator[Found]:
    """Findings of one workload. The quota of a team that is `existing` is not emitted, so nothing is known of it."""
    spec = team.document.spec
    if spec.existing:
        return
    admitted = [
        (group, admit(group.container.requests, group.container.limits, spec.limits, group.whole))
        for group in workload.groups
    ]
    for key in sorted(spec.quota):
        hard = parse(spec.quota[key])
        side, resource = _meaning(key)
        if key in _PODS:
            needed = Quantity(sum(group.count for group in workload.groups) * 10**9)
        elif side:
            needed = sum((_of(each, side, resource) * group.count for group, each in admitted), ZERO)
        else:
            continue
        if needed > hard:
            yield _too_much(workload, team, key, needed)
        elif key in _STATED:
            yield from _unstated(workload, team, key, admitted)


def _meaning(key: str) -> tuple[str, str]:
    """Which amount of a pod a quota counts: (`requests`, `cpu`); ("", "") for what is not an amount of pods."""
    if key in _STATED:
        return _STATED[key]
    side, _, resource = key.partition(".")
    known = side == "requests" and ("/" in resource or resource == "ephemeral-storage")
    known = known and "storageclass.storage.k8s.io" not in key
    return (side, resource) if known or key == "limits.ephemeral-storage" else ("", "")


def _of(container: Admitted, side: str, resource: str) -> Quantity:
    return (container.requests if side == "requests" else container.limits).get(resource, ZERO)


def _too_much(workload: Workload, team: Resolved[Team], key: str, needed: Quantity) -> Found:
    side, resource = _meaning(key)
    document = workload.document
    path: Path = ("spec", "nodes")
    if document.node.at(path) is None:
        group = max(workload.groups, key=lambda item: item.count)
        path = asked_at(document, group, resource, side or "requests", "limits") if side else ("metadata", "name")
    what = (
        f"{needed} {resource}" if side == "requests" else f"limits of {needed} {resource}" if side else "so many pods"
    )
    pods = workload.pods_in_words()
    return Found(
        document,
        path,
        f"{named(document)} can never run: its team's quota does not allow {what}",
        f"{pods}: {needed}{f' {resource}' if resource else ''} in all" if side else pods,
        notes=(f"pods beyond the quota are refused one by one, so {pods} are never there together",)
        if sum(group.count for group in workload.groups) > 1
        else (),
        help=f"ask for less, or raise `{key}` in the quota of team `{team.name}`",
        secondary=(team.label(("spec", "quota", key), f"the quota of team `{team.name}`"),),
    )


def _unstated(
    workload: Workload, team: Resolved[Team], key: str, admitted: list[tuple[PodGroup, Admitted]]
) -> Iterator[Found]:
    side, resource = _STATED[key]
    for group, container in admitted:
        held = container.requests if side == "requests" else container.limits
        if group.whole and resource not in held:
            who = "pod" if group.own else f"{group.role} pod"
            where = "" if group.own else "under `defaults.resources` of the environment"
            yield Found(
                workload.document,
                (*group.path, "resources") if group.own else ("metadata", "name"),
                f"no {who} of {named(workload.document)} would be let in: it does not say its {side} of {resource}",
                f"no `{side}` of {resource}",
                notes=(f"a quota on `{key}` refuses every container that does not say it",),
                help=f"add `{side}: {{{resource}: ...}}`{where and ' ' + where}, or a default to `limits` of team "
                f"`{team.name}`",
                secondary=(team.label(("spec", "quota", key), f"the quota of team `{team.name}`"),),
            )
            return


def _volumes(env: ResolvedEnvironment) -> dict[str | None, list[Resolved[Volume]]]:
    """The volumes of an environment by team: every team asks for its own."""
    found: dict[str | None, list[Resolved[Volume]]] | None = env.memo.get("volumes_by_team")
    if found is None:
        found = env.memo["volumes_by_team"] = {}
        for volume in env.all(Volume):
            found.setdefault(volume.team, []).append(volume)
    return found


def judge_storage(team: Resolved[Team], env: ResolvedEnvironment) -> Iterator[Found]:
    """Claims of a team that together ask for more storage than its quota has: all of them are there at all times."""
    spec = team.document.spec
    if spec.existing:
        return
    default = next((item.name for item in env.environment.document.spec.storage_classes if item.default), None)
    claims = [item.document.spec for item in _volumes(env).get(team.name, ()) if not item.document.spec.existing]
    sizes: dict[str, Quantity] = {"requests.storage": ZERO, "persistentvolumeclaims": ZERO}
    for claim in claims:
        size = amounts({"storage": claim.size}).get("storage", ZERO) if claim.size is not None else ZERO
        prefix = f"{claim.storage_class or default}.storageclass.storage.k8s.io"
        one = Quantity(10**9)
        for key, amount in (
            ("requests.storage", size),
            ("persistentvolumeclaims", one),
            (f"{prefix}/requests.storage", size),
            (f"{prefix}/persistentvolumeclaims", one),
        ):
            sizes[key] = sizes.get(key, ZERO) + amount
    yield from _storage_findings(team, sizes)


def _storage_findings(team: Resolved[Team], sizes: Mapping[str, Quantity]) -> Iterator[Found]:
    for key, needed in sorted(sizes.items()):
        hard = team.document.spec.quota.get(key)
        if hard is not None and needed > parse(hard):
            yield Found(
                team,
                ("spec", "quota", key),
                f"the volumes of team `{team.name}` do not fit into its quota",
                f"its volumes need {needed}",
                notes=("the claims that come last are refused, and what mounts them never starts",),
                help=f'write `{key}: "{needed}"`, or make the volumes smaller',
            )
