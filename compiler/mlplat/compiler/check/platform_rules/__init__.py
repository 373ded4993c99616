"""Rules on all environments together, and on what is committed: one file each. The list is explicit."""

from mlplat.compiler.check.rule import PlatformRule

PLATFORM_RULES: tuple[PlatformRule, ...] = ()
