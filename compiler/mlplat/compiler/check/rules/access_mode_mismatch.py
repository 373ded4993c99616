"""A volume that more pods mount than its access modes allow, or that is written and may only be read.

ReadWriteOnce is for one node, ReadWriteOncePod for one pod (Kubernetes, Persistent Volumes: Access Modes); pods on
other nodes wait for the volume for ever (kube-controller-manager `pkg/controller/volume/attachdetach`, Multi-Attach).
"""

from collections.abc import Iterable

from mlplat.compiler.artifacts import Resolved, ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.volume_mounts import Mounting, access_modes, mountings
from mlplat.compiler.check.wording import named, quoted
from mlplat.schema.storage import Volume


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """At most one finding for each mount."""
    for mount in mountings(env):
        volume = env.find(Volume, mount.use.volume)
        modes = access_modes(volume) if volume is not None else None
        if volume is None or modes is None or "ReadWriteMany" in modes:
            continue
        found = _judge(mount, volume, frozenset(modes))
        if found is not None:
            yield found


def _judge(mount: Mounting, volume: Resolved[Volume], modes: frozenset[str]) -> Found | None:
    only_read = "ReadOnlyMany" in modes
    if modes == {"ReadOnlyMany"} and not mount.use.read_only:
        headline = f"{named(mount.document)} mounts {named(volume)} for writing, which can only be read"
        return _found(
            mount, volume, headline, "mounted for writing", "write `readOnly: true`, or `accessModes: [ReadWriteMany]`"
        )
    if mount.pods > 1 and not (only_read and mount.use.read_only):
        headline = f"{named(mount.document)} mounts {named(volume)} from {mount.words}, and one can have it"
        return _found(mount, volume, headline, f"mounted by {mount.words}", "write `accessModes: [ReadWriteMany]`")
    return None


def _found(mount: Mounting, volume: Resolved[Volume], headline: str, label: str, cure: str) -> Found:
    at_volume = mount.path if mount.path[-1] == "trainingJob" else (*mount.path, "volume")
    written = volume.node.at(("spec", "accessModes")) is not None
    modes = volume.document.spec.access_modes
    where = volume.label(("spec", "accessModes") if written else ("metadata", "name"), f"is {quoted(modes)}")
    notes = (
        ("pods that land on another node than the first wait for the volume for ever",)
        if "ReadOnlyMany" not in modes or len(modes) > 1
        else ()
    )
    return Found(mount.document, at_volume, headline, label, notes=notes, help=cure, secondary=(where,))


RULE = SpecRule("MLP304", check)
