"""A platform that says it is built by another version of mlplat."""

from collections.abc import Iterable

from mlplat.compiler.artifacts import ResolvedEnvironment
from mlplat.compiler.check.rule import Found, SpecRule
from mlplat.compiler.check.wording import named
from mlplat.diagnostics.version import VERSION


def check(env: ResolvedEnvironment) -> Iterable[Found]:
    """One finding where `mlplatVersion` is not the start of this version (`0.1` means every 0.1.x)."""
    wanted = env.platform.document.spec.mlplat_version
    if wanted is None:
        return
    parts = wanted.removeprefix("v").split(".")
    if VERSION.split(".")[: len(parts)] != parts:
        yield Found(
            env.platform,
            ("spec", "mlplatVersion"),
            f"{named(env.platform)} is built by mlplat {wanted}, and this is {VERSION}",
            f"not {VERSION}",
            notes=("another version may name runs otherwise and emit other objects",),
            help=f'install mlplat {wanted}, or write `mlplatVersion: "{".".join(VERSION.split(".")[:2])}"`',
        )


RULE = SpecRule("MLP326", check)
