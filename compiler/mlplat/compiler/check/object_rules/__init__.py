"""Rules on Kubernetes objects: one file each. The list is explicit, and a test holds it complete."""

from mlplat.compiler.check.rule import ObjectRule

OBJECT_RULES: tuple[ObjectRule, ...] = ()
