"""Runs the rules that look at all environments together."""

from collections.abc import Mapping

from mlplat.compiler.check.allowances import (
    Allowance,
    allowances_of_environment,
    allowances_of_objects,
    subject_of_object,
    unused,
)
from mlplat.compiler.check.platform_rules import PLATFORM_RULES
from mlplat.compiler.check.rule import PlatformScope
from mlplat.compiler.check.runner import object_finding, severity_of
from mlplat.diagnostics import Diagnostic, sort_key


def check_platform(scope: PlatformScope, *, compares: bool = False) -> tuple[Diagnostic, ...]:
    """The platform rules: those on the environments alone, or (`compares`) those on what is committed.

    Severity and allowances are those of the environment in which something was found. An allowance that matches
    nothing is reported when all environments were looked at; one for a comparison is spent by the build that uses it.
    """
    rules = tuple(rule for rule in PLATFORM_RULES if rule.compares == compares)
    codes = frozenset(rule.code for rule in rules)
    allowances = {name: _allowances(scope, name, codes) for name in scope.objects}
    findings: list[Diagnostic] = []
    used: set[Allowance] = set()
    for rule in rules:
        for name, found in rule.check(scope):
            severity = severity_of(rule.code, scope.environments[name].environment.document.spec.rules)
            allowed = allowances[name].get((rule.code, subject_of_object(found.object)))
            if severity is not None and allowed is not None:
                used.add(allowed)
            elif severity is not None:
                findings.append(object_finding(rule.code, severity, found))
    if scope.objects.keys() == scope.environments.keys():
        spent = {(item.code, item.where) for item in used}  # an inherited one may be needed in one environment only
        held = (item for found in allowances.values() for item in found.values())
        findings += unused(item for item in held if (item.code, item.where) not in spent)
    return tuple(sorted(dict.fromkeys(findings), key=sort_key))


def _allowances(
    scope: PlatformScope, name: str, codes: frozenset[str]
) -> Mapping[tuple[str, tuple[str, ...]], Allowance]:
    """What an environment accepts of these codes, by code and subject."""
    env = scope.environments[name]
    found = [*allowances_of_environment(env)[0], *allowances_of_objects(scope.objects[name].objects, env.own)[0]]
    return {(item.code, item.subject): item for item in found if item.code in codes}
