"""Names of files: lower case, safe on every file system, and stable when other objects come and go."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256

from mlplat.compiler.artifacts import KubeObject

_SAFE = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_LONGEST = 120
"""Characters of a stem: git on Windows refuses long paths, file systems names above 255 bytes."""


def file_stems(objects: Iterable[KubeObject]) -> dict[int, str]:
    """A stem (`<kind>-<name>`, without folder or suffix) for each object of one folder, by `id` of the object.

    The name is the logical one: a new run changes the file and not its name. Objects that would share a stem get
    their namespace too, then their group, each after a `_`, which no such name can hold; names that file systems do
    not keep apart or refuse (RBAC allows `:` and capitals), and long ones, end in a hash of the whole reference.
    """
    stems: dict[int, str] = {}
    pending = list(objects)
    for stem_of in _STEMS:
        candidates = {id(item): stem_of(item) for item in pending}
        taken = Counter(candidates.values())
        stems |= {key: stem for key, stem in candidates.items() if taken[stem] == 1}
        pending = [item for item in pending if id(item) not in stems]
    return stems


def safe(stem: str, whole: str) -> str:
    """`stem` itself when every file system keeps it as it is, else what can be kept of it and a hash of `whole`."""
    if _SAFE.fullmatch(stem) and len(stem) <= _LONGEST:
        return stem
    kept = re.sub(r"[^-a-z0-9.]+", "-", stem.lower())[: _LONGEST - 9].strip("-.")
    return f"{kept}_{sha256(whole.encode()).hexdigest()[:8]}"


def _plain(item: KubeObject) -> str:
    return safe(f"{item.ref.kind.lower()}-{item.logical_name}", _whole(item))


def _with_namespace(item: KubeObject) -> str:
    return f"{_plain(item)}_{item.ref.namespace}" if item.ref.namespace else f"{_plain(item)}_cluster"


def _with_group(item: KubeObject) -> str:
    return f"{_with_namespace(item)}_{item.ref.group or 'core'}"


def _with_hash(item: KubeObject) -> str:
    return f"{_plain(item)}_{sha256(_whole(item).encode()).hexdigest()[:12]}"


def _whole(item: KubeObject) -> str:
    return "\n".join((item.body["apiVersion"], *item.ref, item.logical_name))


_STEMS: tuple[Callable[[KubeObject], str], ...] = (_plain, _with_namespace, _with_group, _with_hash)
