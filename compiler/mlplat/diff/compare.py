"""Two states to a report: pairs of objects, their differences, what each does, and the line behind it.

states → pairs of each environment → differences → effects and causes → the same change of several environments
joined → totals
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlplat.compare.difference import ABSENT, Difference
from mlplat.compare.masked import masked
from mlplat.compare.tree import compare_objects
from mlplat.compiler.artifacts import KubeObject
from mlplat.diff.cause.causes import Causes, causes_between
from mlplat.diff.impact.effect import ORDER, Edit, Effect, Impact
from mlplat.diff.impact.storage import is_kept
from mlplat.diff.impact.table import of_created, of_deleted, of_edit, of_new_run, refused_pointers
from mlplat.diff.join import join_environments
from mlplat.diff.overrun import causes_of_excess
from mlplat.diff.pairing import Pair, pair_objects
from mlplat.diff.quota import Excess, new_excesses
from mlplat.diff.renames import joined as join_renames
from mlplat.diff.renames import renamed_environments, renames_in
from mlplat.diff.report import Action, Change, DiffReport, ObjectName, Total
from mlplat.diff.secrets import SecretTexts, secret_texts
from mlplat.diff.state import Side, State
from mlplat.diff.teams import team_of
from mlplat.diff.totals import totals_of
from mlplat.objects.marks import ENVIRONMENT_LABEL, IDENTITY
from mlplat.objects.pointer import pointer_of
from mlplat.objects.quantity import Format, Quantity

_IDENTITY = ("metadata", "annotations", IDENTITY)
_ENVIRONMENT = ("metadata", "labels", ENVIRONMENT_LABEL)
_NAME = ("metadata", "name")
_NAMESPACE = ("metadata", "namespace")


@dataclass(frozen=True, slots=True)
class _Around:
    """What the comparison of one environment needs to know besides the objects."""

    environment: str
    old: Side
    new: Side
    causes: Causes
    across: bool
    secrets: SecretTexts


def compare_states(old: State, new: State, across: bool = False) -> DiffReport:
    """Everything that differs between two states, the most destructive first.

    `across`: the states are two environments and not two states of the same ones; names of environments, and of the
    namespaces that teams have there, are then no difference.
    """
    changes: list[Change] = []
    totals: list[Total] = []
    renames = [] if across else list(renamed_environments(old, new))
    secrets = secret_texts((old, new))
    causes = causes_between(old, new, across, secrets)
    for name in sorted({*old.sides, *new.sides} - old.missing - new.missing):
        before, after = _sides(old, new, name)
        shown = name or (new.label if across else "")
        pairs = pair_objects(before.objects, after.objects, across)
        around = _Around(shown, before, after, causes.of(name), across, secrets)
        found = [change for pair in pairs for change in _of_pair(pair, around)]
        found += _of_quotas(around, pairs)
        changes += found
        renames += [] if across else renames_in(shown, pairs, (before, after), found)
        totals += totals_of(shown, pairs, found, (before, after))
    joined = sorted(join_environments(changes), key=_order)
    missing = tuple(_not_compared(old, new, across))
    return DiffReport(old.label, new.label, tuple(joined), tuple(totals), missing, join_renames(renames))


def _sides(old: State, new: State, name: str) -> tuple[Side, Side]:
    """An environment in both states; one that a state does not have is empty there."""
    one, other = old.sides.get(name), new.sides.get(name)
    known = one or other
    if known is None:
        raise AssertionError("an environment of neither state")
    empty = Side(name, (), known.tables)
    return one or empty, other or empty


def _not_compared(old: State, new: State, across: bool) -> Iterator[tuple[str, str]]:
    for state, missing in ((old, old.missing), (new, new.missing)):
        for name in sorted(missing):
            what = f"`{name}`" if name else f"`{state.label}`"
            where = "" if across or not name else f" in {state.label}"
            yield name or state.label, f"{what} cannot be compiled{where}"


# ------------------------------------------------------------------------------------------- one object


def _of_pair(pair: Pair, around: _Around) -> Iterator[Change]:
    if pair.old is None and pair.new is not None:
        yield _whole(pair.new, Action.CREATED, around)
    elif pair.new is None and pair.old is not None:
        yield _whole(pair.old, Action.DELETED, around)
    elif pair.old is not None and pair.new is not None:
        yield from _edits(pair, pair.old, pair.new, around)


def _whole(item: KubeObject, action: Action, around: _Around) -> Change:
    created = action is Action.CREATED
    others = around.old if created else around.new
    beside = [one.body for one in others.objects if one.ref[:3] == item.ref[:3]]
    judge = of_created if created else of_deleted
    effects = judge(item.ref[:2], item.body, beside)
    body = masked(item.body, (), around.secrets.punched(item.body))
    runs = {}
    if item.logical_name != item.ref.name:
        runs[around.environment] = (None, item.ref.name) if created else (item.ref.name, None)
    change = _change(item, action, around, effects, _whole_difference(body, created))
    causes = around.causes.of_whole(item, created)
    return replace(change, causes=causes, runs=runs)


def _whole_difference(body: Any, created: bool) -> Difference:
    return Difference(ABSENT if created else body, body if created else ABSENT, (), (), "")


def _edits(pair: Pair, old: KubeObject, new: KubeObject, around: _Around) -> Iterator[Change]:
    if old.body is new.body or (pair.has_one_draft and not around.across):
        return
    table = around.new.tables.lookup(new.body["apiVersion"], new.ref.kind)
    schema = table.schema if table is not None else None
    differences = [
        difference
        for difference in compare_objects(old.body, new.body, schema, new.ref.group)
        if not _is_expected(difference, pair, around)
    ]
    if not differences:
        return
    # That the name differs is how a new run looks; where something else differs, that is what happened.
    telling = [difference for difference in differences if difference.new_path != _NAME] or differences
    versions = around.new.tables.versions
    is_run = pair.is_new_run and _is_run(new)
    refused = {} if is_run else refused_pointers(new.ref[:2], old.body, new.body, versions)
    for difference in telling:
        edit = Edit(old.body, new.body, difference, versions)
        effects = of_new_run(edit, is_kept(old.body)) if is_run else of_edit(new.ref[:2], edit, refused)
        change = _change(new, Action.CHANGED, around, effects, _masked(difference, (old, new), around))
        causes = around.causes.of_difference(old, new, difference, schema)
        runs = {around.environment: (old.ref.name, new.ref.name)} if pair.is_new_run else {}
        yield replace(change, causes=causes, runs=runs)


def _is_run(item: KubeObject) -> bool:
    return (item.ref.group, item.ref.kind) not in (("", "ConfigMap"), ("", "Secret"))


def _is_expected(difference: Difference, pair: Pair, around: _Around) -> bool:
    """True for what follows from the two states themselves: identity, environment, and order without a meaning."""
    path = difference.new_path
    if difference.moved:
        return path[-1:] != ("initContainers",)
    if path == _IDENTITY or (path == _ENVIRONMENT and around.across):
        return True
    return around.across and path == _NAMESPACE


def _masked(difference: Difference, items: tuple[KubeObject, KubeObject], around: _Around) -> Difference:
    old, new = items
    before, after = (around.secrets.punched(value) for value in (difference.old, difference.new))
    return replace(
        difference,
        old=before if before is ABSENT else masked(old.body, difference.old_path, before),
        new=after if after is ABSENT else masked(new.body, difference.new_path, after),
    )


def _change(
    item: KubeObject, action: Action, around: _Around, effects: tuple[Effect, ...], difference: Difference
) -> Change:
    path = difference.old_path if difference.removed else difference.new_path
    shown = around.secrets.shown
    return Change(
        action=action,
        object=ObjectName(item.body["apiVersion"], item.ref.kind, item.ref.namespace or None, item.logical_name),
        path=shown(difference.readable),
        pointer=shown(pointer_of(path)),
        old=shown(difference.old),
        new=shown(difference.new),
        effects=tuple(replace(effect, why=shown(effect.why)) for effect in effects),
        environments=(around.environment,) if around.environment else (),
        team=team_of(item, around.old, around.new),
        unit=item.unit if item.origin is not None else None,
        document=f"{item.origin.kind}/{item.origin.name}" if item.origin is not None else None,
    )


# ------------------------------------------------------------------------------------------- quotas, order


def _of_quotas(around: _Around, pairs: Sequence[Pair]) -> Iterator[Change]:
    """Quotas that the pods of their namespace exceed together, as a change of the quota's field."""
    for excess in new_excesses(around.old.objects, around.new.objects):
        causes = causes_of_excess(excess, pairs, around.causes, around.new.tables)
        yield replace(_of_quota(excess, around), causes=causes)


def _of_quota(excess: Excess, around: _Around) -> Change:
    is_bytes = excess.resource.partition(".")[2] in ("memory", "storage") or excess.resource == "memory"
    asked = Quantity(excess.asked * 10**6, Format.BINARY if is_bytes else Format.DECIMAL)
    why = f"what is in the namespace asks for `{asked}` together: some are refused until others end"
    effect = Effect(Impact.QUOTA_EXCEEDED, why, "pkg/quota/v1: quota is charged when a pod is created")
    path = ("spec", "hard", excess.resource)
    readable = f'spec.hard["{excess.resource}"]'
    text = (excess.quota.body.get("spec") or {}).get("hard", {}).get(excess.resource)
    difference = Difference(text, text, path, path, readable)
    return _change(excess.quota, Action.CHANGED, around, (effect,), difference)


def _order(change: Change) -> tuple[Any, ...]:
    """The most destructive first; changes of one object stand together, in the order of its own worst one."""
    return (ORDER[change.impact], change.object.kind, change.object.namespace or "", change.object.name, change.pointer)
