"""Mounts that no container starts with, or that hide each other.

The API server refuses two mounts at one path, `:` in a path, and a `subPath` that is absolute or goes up
(Kubernetes `pkg/apis/core/validation/validation.go`, ValidateVolumeMounts, validateLocalDescendingPath).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from mlplat.compiler.artifacts import Path, Resolved, ResolvedEnvironment
from mlplat.compiler.check.mounts import mount_lists, parts
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.schema.pod import VolumeUse

_SHARED_MEMORY = ("dev", "shm")


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each mount of a container that cannot be or that takes the place of another."""
    for document, path, mounts, shared_memory in mount_lists(env):
        first: dict[tuple[str, ...], int] = {}
        for index, mount in enumerate(mounts):
            yield from _alone(document, (*path, index), mount)
            steps = parts(mount.mount_path)
            if shared_memory and steps == _SHARED_MEMORY:
                yield Found(
                    document,
                    (*path, index, "mountPath"),
                    f"{named(document)} mounts a volume where its shared memory is",
                    "`sharedMemory` is mounted here",
                    help="mount the volume elsewhere, or delete `sharedMemory`",
                )
            if steps and steps in first:
                yield Found(
                    document,
                    (*path, index, "mountPath"),
                    f"{named(document)} mounts two volumes at one path",
                    "hides the other one",
                    secondary=(document.label((*path, first[steps], "mountPath"), "the same folder"),),
                    help="mount one of the two elsewhere",
                )
            first.setdefault(steps, index)


def _alone(document: Resolved[Any], path: Path, mount: VolumeUse) -> Iterator[Found]:
    """What is wrong with a mount whatever the others are."""
    if not parts(mount.mount_path) or ":" in mount.mount_path:
        root = not parts(mount.mount_path)
        yield Found(
            document,
            (*path, "mountPath"),
            f"{named(document)} mounts a volume at `{mount.mount_path}`, where none can be",
            "hides the whole container" if root else "`:` is not allowed here",
            help="mount it in a folder of its own, for example `/data`",
        )
    if mount.sub_path is not None and (mount.sub_path.startswith("/") or ".." in mount.sub_path.split("/")):
        yield Found(
            document,
            (*path, "subPath"),
            f"{named(document)} mounts `{mount.sub_path}`, which is not a folder inside the volume",
            "goes out of the volume" if ".." in mount.sub_path.split("/") else "starts at the root",
            help="write a path that is relative to the volume, without `..`",
        )


RULE = SpecRule("MLP338", check)
