"""Rules on a resolved environment: one file each. The list is explicit, and a test holds it complete."""

from mlplat.compiler.check.rule import SpecRule

SPEC_RULES: tuple[SpecRule, ...] = ()
