"""From objects to every file of `generated/`: the entry of this pass."""

from collections.abc import Iterable, Mapping

from mlplat.compiler.artifacts import BASE, FileTree, KubeObject, ObjectSet, ResolvedEnvironment
from mlplat.compiler.emit.argocd import argocd_files
from mlplat.compiler.emit.inventory import inventory_path, inventory_text
from mlplat.compiler.emit.overlay import overlay_unit, real_key, whole_unit


def emit_base(objects: ObjectSet, env: ResolvedEnvironment) -> FileTree:
    """`base/<unit>/`: the objects of `base` under their logical names. Nothing syncs it."""
    if not env.is_base:
        raise ValueError(f"`{env.name}` is not the base")
    files: dict[str, str] = {}
    for unit, items in units_of(objects).items():
        files |= _below(f"base/{unit}", whole_unit(items))
    return FileTree(files)


def emit_environment(base: ObjectSet | None, objects: ObjectSet, env: ResolvedEnvironment) -> FileTree:
    """`overlays/<env>/<unit>/`, `argocd/<env>/` and `inventory/<env>.yaml`.

    `base` is None for an environment that does not inherit from base; it is then complete without it, as it is when
    `env` has no base among its ancestors. An environment that is not synced has no files.
    """
    if not env.is_synced:
        return FileTree({})
    held = units_of(base) if base is not None and BASE in env.ancestors else {}
    units = units_of(objects)
    files: dict[str, str] = {}
    based: set[str] = set()
    for unit, items in units.items():
        made = overlay_unit(env.name, f"../../../base/{unit}", held.get(unit, ()), items)
        files |= _below(f"overlays/{env.name}/{unit}", made.files)
        based |= {unit} if made.based else set()
    files |= _below(f"argocd/{env.name}", argocd_files(units, frozenset(based), env))
    files[inventory_path(env.name)] = inventory_text(env.name, objects)
    return FileTree(files)


def merge_trees(trees: Iterable[FileTree]) -> FileTree:
    """One tree of several that share no path, sorted by path."""
    files: dict[str, str] = {}
    for tree in trees:
        twice = sorted(files.keys() & tree.files.keys())
        if twice:
            raise ValueError(f"two trees hold `{twice[0]}`")
        files |= tree.files
    return FileTree(dict(sorted(files.items())))


def units_of(objects: ObjectSet) -> Mapping[str, tuple[KubeObject, ...]]:
    """The objects by unit, both sorted: whatever order they come in, the same bytes come out."""
    units: dict[str, list[KubeObject]] = {}
    for item in objects.objects:
        units.setdefault(item.unit, []).append(item)
    return {unit: tuple(sorted(units[unit], key=real_key)) for unit in sorted(units)}


def _below(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    return {f"{folder}/{path}": text for path, text in files.items()}
