"""The table of all kinds, and the question put to it: what does this change do?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mlplat.catalog.versions import ComponentVersions
from mlplat.compiler.check.immutable import refused_changes
from mlplat.diff.impact import access, network, pods, serving, storage, training, workloads
from mlplat.diff.impact.effect import ORDER, Body, Edit, Effect, Impact
from mlplat.diff.impact.rows import KindRows, row
from mlplat.diff.impact.unsaid import of_default
from mlplat.objects.pointer import pointer_of

TABLE: Mapping[tuple[str, str], KindRows] = {
    **workloads.ROWS,
    **storage.ROWS,
    **training.ROWS,
    **serving.ROWS,
    **access.ROWS,
    **network.ROWS,
}
"""What is known, by group and kind."""

_EVERYWHERE = (
    row(
        "apiVersion", Impact.NOTHING, "written in another version of its API; one version is stored", "API conventions"
    ),
    row("metadata/labels/*", Impact.METADATA_ONLY, "a label", "API conventions"),
    row("metadata/annotations/*", Impact.METADATA_ONLY, "an annotation", "API conventions"),
    row("metadata/**", Impact.METADATA_ONLY, "metadata", "API conventions"),
)
_UNKNOWN_KIND = "mlplat knows nothing of what this kind does"
_UNKNOWN_FIELD = "mlplat does not know what this field does"
_REFUSED = "the server refuses the change: delete the object and make it again, or take the change back"

_IMAGE_KEYS = frozenset({"image"})
_SECRET_KEYS = frozenset({"secretKeyRef", "secretRef", "secretName", "imagePullSecrets", "secret", "secretStoreRef"})


def of_created(key: tuple[str, str], body: Body, others: Sequence[Body]) -> tuple[Effect, ...]:
    """What a new object of a kind (group and kind) does."""
    rows = TABLE.get(key)
    effect = Effect(Impact.UNKNOWN, _UNKNOWN_KIND) if rows is None else rows.of_created(body, others)
    return _sorted((effect, *pods.held_by(body)))


def of_deleted(key: tuple[str, str], body: Body, others: Sequence[Body]) -> tuple[Effect, ...]:
    """What the end of an object of a kind does."""
    rows = TABLE.get(key)
    return (Effect(Impact.UNKNOWN, _UNKNOWN_KIND),) if rows is None else (rows.of_deleted(body, others),)


def of_edit(key: tuple[str, str], edit: Edit, refused: Mapping[str, Effect]) -> tuple[Effect, ...]:
    """Everything that one difference does, the most destructive first.

    `refused` is what `refused_pointers` says of the two states.
    """
    unsaid = of_default(key, edit)
    if unsaid is not None:
        return (unsaid,)
    effects = [_main(key, edit, refused), *_tags(edit), *pods.gained_by(edit), *access.taken_away(key, edit)]
    return _sorted((*effects, *network.led_away(key, edit)))


def of_new_run(edit: Edit, kept: bool) -> tuple[Effect, ...]:
    """What a difference does that gives a run another name: the old object is not changed, a new one is made."""
    why = "it runs again under a new name; the old run goes on" if kept else "it runs again; the old run is deleted"
    effects = [Effect(Impact.NEW_RUN, why, "the hash in the name of what runs once"), *_tags(edit)]
    effects += pods.gained_by(edit)
    if not kept:
        effects.append(Effect(Impact.WORKLOAD_STOPPED, "the old run is deleted, done or not", "`onChange: replace`"))
    return _sorted(effects)


def refused_pointers(key: tuple[str, str], old: Body, new: Body, versions: ComponentVersions) -> dict[str, Effect]:
    """Pointers of fields whose change the server refuses, each with the reason and who says so."""
    found = refused_changes(old, new, key, versions)
    return {one.pointer: Effect(Impact.IMMUTABLE, one.why or _REFUSED, one.source) for one in found}


def _sorted(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """One effect of each impact, the first that was said, the most destructive before the others."""
    unique = {effect.impact: effect for effect in reversed(tuple(effects))}
    return tuple(sorted(unique.values(), key=lambda effect: ORDER[effect.impact]))


def _main(key: tuple[str, str], edit: Edit, refused: Mapping[str, Effect]) -> Effect:
    pointer = pointer_of(edit.path)
    for field, effect in refused.items():
        if pointer == field or pointer.startswith(f"{field}/") or field.startswith(f"{pointer}/"):
            return effect
    rows = TABLE.get(key)
    for one in (*(rows.rows if rows is not None else ()), *_EVERYWHERE):
        said = one.effect(edit)
        if said is not None:
            return said
    return Effect(Impact.UNKNOWN, _UNKNOWN_FIELD if rows is not None else _UNKNOWN_KIND)


def _tags(edit: Edit) -> Iterator[Effect]:
    """What is said of a change besides: another image, another secret."""
    steps = [str(step) for step in edit.path]
    difference = edit.difference
    if steps and steps[-1] in _IMAGE_KEYS and isinstance(difference.new, str):
        yield Effect(Impact.IMAGE_CHANGED, "another image is named", "the field's documentation")
    if not _SECRET_KEYS.isdisjoint(steps) or any(map(_names_secret, (difference.old, difference.new))):
        yield Effect(Impact.SECRET_CHANGED, "pods are given another secret, or none", "the field's documentation")


def _names_secret(value: object) -> bool:
    """True for a part of an object that refers to a secret, where it appears or goes as a whole."""
    if isinstance(value, Mapping):
        return any(key in _SECRET_KEYS or _names_secret(inner) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return any(map(_names_secret, value))
    return False
