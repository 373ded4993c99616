"""Rules on all environments together, and on what is committed: one file each. The list is explicit."""

from mlplat.compiler.check.platform_rules import (
    application_twice,
    immutable_change,
    long_unit_name,
    moved_object,
    shared_object,
)
from mlplat.compiler.check.rule import PlatformRule

PLATFORM_RULES: tuple[PlatformRule, ...] = (
    shared_object.RULE,
    moved_object.RULE,
    immutable_change.RULE,
    application_twice.RULE,
    long_unit_name.RULE,
)
