"""Several workloads that mount one ReadWriteOnce volume: they run together only when they land on one node."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.volume_mounts import Mounting, access_modes, mountings
from mlplat.compiler.check.wording import named, quoted
from mlplat.schema.storage import Volume


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding for each volume, at the second workload that mounts it."""
    first: dict[str, Mounting] = {}
    told: set[str] = set()
    for mount in mountings(env):
        volume = env.find(Volume, mount.use.volume)
        modes = access_modes(volume) if volume is not None else None
        if volume is None or modes is None or {"ReadWriteMany", "ReadOnlyMany"} & set(modes):
            continue
        other = first.setdefault(volume.name, mount)
        same = (other.document.kind, other.document.name) == (mount.document.kind, mount.document.name)
        if same or volume.name in told:
            continue
        told.add(volume.name)
        yield Found(
            mount.document,
            (*mount.path, "volume"),
            f"{named(mount.document)} and {named(other.document)} share {named(volume)}, which one node can mount",
            "mounted here too",
            notes=(f"the volume is {quoted(modes)}: who starts later waits until the other has ended",),
            help="write `accessModes: [ReadWriteMany]`, or give each a volume of its own",
            secondary=(other.document.label((*other.path, "volume"), f"mounted by {named(other.document)}"),),
        )


RULE = SpecRule("MLP310", check)
