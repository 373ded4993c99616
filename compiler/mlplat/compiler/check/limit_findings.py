"""Findings on containers that the LimitRange of their namespace refuses, or whose request is above their limit."""

from collections.abc import Iterator

from mlplat.compiler.artifacts import Path, Resolved
from mlplat.compiler.check.limit_range import Refused, admit, refusals
from mlplat.compiler.check.rule import Found
from mlplat.compiler.check.wording import named
from mlplat.compiler.check.workloads import PodGroup, Workload, asked_at
from mlplat.diagnostics import Label
from mlplat.schema.team import Team

_VERBS = {"requests": "asks for", "limits": "may use"}


def judge_limits(workload: Workload, team: Resolved[Team]) -> Iterator[Found]:
    """One finding for each resource of each container that is out of bounds; alike pods are judged once."""
    bounds = team.document.spec.limits
    seen = set()
    for group in workload.groups:
        container = group.container
        admitted = admit(container.requests, container.limits, bounds, group.whole)
        for refused in refusals(admitted, bounds):
            path = asked_at(workload.document, group, refused.resource, refused.field, "requests", "limits")
            if (path, refused.resource) not in seen:
                seen.add((path, refused.resource))
                yield _found(workload, group, team, refused, path)


def _found(workload: Workload, group: PodGroup, team: Resolved[Team], refused: Refused, path: Path) -> Found:
    word = "above" if refused.above else "below"
    what = f"{_VERBS[refused.field]} {refused.amount} {refused.resource}"
    by_itself = refused.bound == "limits"
    source = "its own limit" if by_itself else f"what team `{team.name}` allows"
    at = team.document.spec.namespace or team.name
    bound: Path = ("spec", "limits", refused.bound, refused.resource)
    if refused.bound == "default" and team.node.at(bound) is None:
        bound = ("spec", "limits", "max", refused.resource)
    limit: Path = (*group.path, "resources", "limits", refused.resource)
    secondary: tuple[Label, ...] = ()
    if not by_itself:
        secondary = (team.label(bound, f"{refused.allowed} is the {_meaning(refused)}"),)
    elif workload.document.node.at(limit) is not None:
        secondary = (workload.document.label(limit, "its limit"),)
    notes = [f"the API server refuses each pod; namespace `{at}` would show events, and nothing would start"]
    if path == ("metadata", "name"):
        notes.append(f"`{refused.field}` of its {group.role} come from a component or the environment's defaults")
    if refused.bound == "default":
        notes.append("a LimitRange gives its default limit to containers that name none, however much they ask for")
    return Found(
        workload.document,
        path,
        f"no pod of {named(workload.document)} would be let in: a container {what}, {word} {source}",
        f"{word} {refused.allowed}",
        notes=tuple(notes),
        help=_cure(refused),
        secondary=secondary,
    )


def _meaning(refused: Refused) -> str:
    return {"max": "most", "min": "least", "default": "limit where none is named"}[refused.bound]


def _cure(refused: Refused) -> str:
    if refused.bound == "default":
        return f"name a limit: `limits: {{{refused.resource}: {_text(refused)}}}`"
    side = "requests" if refused.bound == "limits" else refused.field
    allowed = str(refused.allowed)
    written = f'"{allowed}"' if allowed.isdigit() else allowed
    return f"write `{side}: {{{refused.resource}: {written}}}`" + (
        "" if refused.bound == "limits" else ", or move the bound"
    )


def _text(refused: Refused) -> str:
    amount = str(refused.amount)
    return f'"{amount}"' if amount.isdigit() else amount
