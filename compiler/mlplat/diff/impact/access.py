"""Who may do what: roles and bindings, compared by what they allow and not by how they are written.

RBAC only adds: whatever a rule allows, no other rule takes away (k8s.io/kubernetes v1.37
`plugin/pkg/auth/authorizer/rbac/rbac.go`, RuleAllows). A role allows more when it has a rule of which no single old
rule allows everything.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from mlplat.diff.impact.effect import Body, Edit, Effect, Impact
from mlplat.diff.impact.rows import KindRows, Row

_RBAC = "plugin/pkg/auth/authorizer/rbac/rbac.go: rules only add"
_AGGREGATE = "pkg/controller/clusterroleaggregation: rules follow from the labels of other roles"

Atom = tuple[str, ...]
"""One thing that may be done: verb, group, resource, name (`*` all) or verb and URL."""


def atoms(rules: Any) -> frozenset[Atom]:
    """Everything that some rules allow, one by one."""
    return frozenset(_atoms(rules if isinstance(rules, Sequence) and not isinstance(rules, str) else ()))


def _atoms(rules: Sequence[Any]) -> Iterator[Atom]:
    for rule in rules:
        if isinstance(rule, Mapping):
            verbs = _texts(rule.get("verbs"))
            names = _texts(rule.get("resourceNames")) or ("",)
            yield from product(verbs, _texts(rule.get("apiGroups")), _texts(rule.get("resources")), names)
            yield from product(verbs, _texts(rule.get("nonResourceURLs")))


def allows(held: frozenset[Atom], wanted: Atom) -> bool:
    """True when one of the held rules allows all of what is wanted."""
    return wanted in held or any(_covers(one, wanted) for one in held)


def _covers(held: Atom, wanted: Atom) -> bool:
    if len(held) != len(wanted) or held[0] not in ("*", wanted[0]):
        return False
    if len(held) == 2:
        return held[1] in ("*", wanted[1]) or (held[1].endswith("*") and wanted[1].startswith(held[1][:-1]))
    group, resource, name = held[1:]
    subresource = wanted[2].partition("/")[2]
    covers = resource in ("*", wanted[2]) or (bool(subresource) and resource == f"*/{subresource}")
    return group in ("*", wanted[1]) and covers and name in ("", wanted[3])


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _in_words(atom: Atom) -> str:
    if len(atom) == 2:
        return f"{atom[0]} {atom[1]}"
    verb, group, resource, name = atom
    thing = "everything" if resource == "*" else f"{resource}.{group}" if group and group != "*" else resource
    done = "do anything to" if verb == "*" else verb
    return f"{done} {thing}" + (f" named {name}" if name else "")


def _listed(items: Sequence[str]) -> str:
    shown = ", ".join(f"`{item}`" for item in items[:3])
    return shown + (f" and {len(items) - 3} more" if len(items) > 3 else "")


def _rules(edit: Edit) -> Effect:
    more, less = _more_and_less(edit)
    if more and not (edit.difference.removed and not _frees(edit)):
        return Effect(Impact.PERMISSION_WIDENED, f"whoever has the role may also {_listed(more)}", _RBAC)
    if less:
        return _no_longer(less)
    return Effect(Impact.NOTHING, "the same is allowed, in other words", _RBAC)


def _more_and_less(edit: Edit) -> tuple[list[str], list[str]]:
    """What the rules allow more than before, and what less."""
    before, after = atoms(edit.old.get("rules")), atoms(edit.new.get("rules"))
    more = sorted(_in_words(atom) for atom in after if not allows(before, atom))
    less = sorted(_in_words(atom) for atom in before if not allows(after, atom))
    return more, less


def _frees(edit: Edit) -> bool:
    """True for what is taken out of a rule and allows more by that: the last of its `resourceNames`. Whatever else is
    taken out gives nothing; what stands in its place is told by a change of its own."""
    if "resourceNames" not in edit.path:
        return False
    rules, index = edit.new.get("rules"), edit.difference.new_path[1]
    rule = rules[index] if isinstance(rules, list | tuple) and isinstance(index, int) and index < len(rules) else None
    return not (isinstance(rule, Mapping) and rule.get("resourceNames"))


def taken_away(key: tuple[str, str], edit: Edit) -> Iterator[Effect]:
    """What a change takes away besides what it gives: where one value of a list stands in the place of another."""
    if key[0] != _GROUP or edit.difference.added or edit.difference.removed:
        return
    if edit.path[:1] == ("rules",):
        more, less = _more_and_less(edit)
        if more and less:
            yield _no_longer(less)
    elif edit.path[:1] == ("subjects",):
        before, after = _people(edit.old), _people(edit.new)
        if after - before and before - after:
            yield _not_any_more(edit.old, sorted(before - after))


def _no_longer(less: Sequence[str]) -> Effect:
    return Effect(Impact.PERMISSION_NARROWED, f"whoever has the role may no longer {_listed(less)}", _RBAC)


def _subject(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "somebody"
    namespace = f"{value.get('namespace')}/" if value.get("namespace") else ""
    return f"{value.get('kind', 'subject')} `{namespace}{value.get('name', '')}`"


def _subjects(edit: Edit) -> Effect:
    before, after = _people(edit.old), _people(edit.new)
    role = _role(edit.new)
    more, less = sorted(after - before), sorted(before - after)
    if more and not edit.difference.removed:
        return Effect(Impact.PERMISSION_WIDENED, f"{', '.join(more[:3])} may do what {role} allows", _RBAC)
    if less:
        return _not_any_more(edit.old, less)
    return Effect(Impact.NOTHING, "the same people, in other words", _RBAC)


def _not_any_more(body: Body, people: Sequence[str]) -> Effect:
    why = f"{', '.join(people[:3])} may no longer do what {_role(body)} allows"
    return Effect(Impact.PERMISSION_NARROWED, why, _RBAC)


def _people(body: Body) -> frozenset[str]:
    subjects = body.get("subjects")
    return frozenset(map(_subject, subjects if isinstance(subjects, list | tuple) else ()))


def _role(body: Body) -> str:
    reference = body.get("roleRef")
    if not isinstance(reference, Mapping):
        return "the role"
    return f"{reference.get('kind', 'role')} `{reference.get('name', '')}`"


def _bound(body: Body, others: Sequence[Body]) -> Effect:
    people = sorted(_people(body))
    if not people:
        return Effect(Impact.NOTHING, "it binds nobody", _RBAC)
    return Effect(Impact.PERMISSION_WIDENED, f"{', '.join(people[:3])} may do what {_role(body)} allows", _RBAC)


def _unbound(body: Body, others: Sequence[Body]) -> Effect:
    people = sorted(_people(body))
    if not people:
        return Effect(Impact.NOTHING, "it bound nobody", _RBAC)
    return _not_any_more(body, people)


_GROUP = "rbac.authorization.k8s.io"

_ROLE = KindRows(
    Effect(Impact.NOTHING, "nobody has the role until it is bound", _RBAC),
    Effect(Impact.PERMISSION_NARROWED, "whoever had the role may no longer do what it allowed", _RBAC),
    (Row("rules/**", _rules),),
)


def _aggregated(edit: Edit) -> Effect:
    return Effect(Impact.PERMISSION_WIDENED, "other roles are added to it, or to others through it", _AGGREGATE)


def _aggregating_label(edit: Edit) -> Effect | None:
    label = str(edit.path[-1])
    if not label.startswith("rbac.authorization.k8s.io/aggregate-to-") and len(edit.path) > 2:
        return None
    if edit.difference.removed:
        return Effect(Impact.PERMISSION_NARROWED, "its rules are taken out of the roles that gather them", _AGGREGATE)
    return Effect(Impact.PERMISSION_WIDENED, "its rules are added to the roles that gather them", _AGGREGATE)


def _created_cluster_role(body: Body, others: Sequence[Body]) -> Effect:
    labels = (body.get("metadata") or {}).get("labels") or {}
    if any(str(label).startswith("rbac.authorization.k8s.io/aggregate-to-") for label in labels):
        return Effect(Impact.PERMISSION_WIDENED, "its rules are added to the roles that gather them", _AGGREGATE)
    return Effect(Impact.NOTHING, "nobody has the role until it is bound", _RBAC)


_BINDING = KindRows(_bound, _unbound, (Row("subjects/**", _subjects),))

ROWS: Mapping[tuple[str, str], KindRows] = {
    (_GROUP, "Role"): _ROLE,
    (_GROUP, "ClusterRole"): KindRows(
        _created_cluster_role,
        _ROLE.deleted,
        (Row("rules/**", _rules), Row("aggregationRule/**", _aggregated), Row("metadata/labels/*", _aggregating_label)),
    ),
    (_GROUP, "RoleBinding"): _BINDING,
    (_GROUP, "ClusterRoleBinding"): _BINDING,
}
